"""`make doctor`: what is here, what is missing, and how to mend it."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sandbox.errors import PortTaken, SandboxError
from sandbox.lock import holder_of
from sandbox.ports import ENVIRONMENT_NAMES, Ports
from sandbox.settings import cache_folder, home_from_env
from sandbox.toolchain import GIB, N8N, NODE_PARTS, Package, damage, fingerprint, node_folder, npm_command
from sandbox.web_build import WEB, has_panel, modules_are_current

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
KEYS = {
    "ANTHROPIC_API_KEY": "Claude answers for real outside the demo",
    "OPENAI_API_KEY": "the second model",
    "SENTRY_DSN": "errors are reported",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report. `mend` is what to do; a check that is not `good` and not `optional` fails the doctor."""

    name: str
    good: bool
    said: str
    mend: str = ""
    optional: bool = False


def main() -> int:
    """Print the report; 1 when something needed is missing."""
    console = Console(highlight=False)
    failed = 0
    for check in checks(home_from_env(), Ports.from_env()):
        mark, colour = ("✓", "green") if check.good else ("–", "yellow") if check.optional else ("✗", "red")
        console.print(f"[{colour}]{mark}[/] {check.name:<16} ", end="")
        console.print(check.said, markup=False)
        if not check.good:
            failed += 0 if check.optional else 1
            if check.mend:
                console.print(f"  {'':<16} → {check.mend}", markup=False)
    console.print("\nEverything that is needed is here." if not failed else f"\n{failed} thing(s) to mend.")
    return 1 if failed else 0


def checks(home: Path, ports: Ports) -> Iterator[Check]:
    """Every check, in the order in which they are shown."""
    yield Check("Python", True, f"{platform.python_version()} in {sys.prefix}")
    yield _command("git", ["git", "--version"], "install git")
    yield _command("make", ["make", "--version"], "install make")
    yield _node()
    yield _package(NODE_PARTS)
    yield _package(N8N)
    if has_panel():
        yield Check(
            "panel",
            modules_are_current(WEB),
            "its packages are installed" if modules_are_current(WEB) else "its packages are not installed yet",
            "the next `make demo` installs them",
            optional=True,
        )
    yield _disk("disk (cache)", cache_folder(), sum(package.size for package in (NODE_PARTS, N8N) if _damage(package)))
    yield _disk("disk (data)", home, GIB)
    yield _account()
    yield from _ports(home, ports)
    yield _state(home)
    yield _chromium()
    for name, purpose in KEYS.items():
        given = bool(os.environ.get(name))
        yield Check(name, given, "set" if given else f"not set; with it, {purpose}", optional=True)


def _command(name: str, argv: list[str], mend: str) -> Check:
    try:
        ended = subprocess.run(argv, capture_output=True, text=True, check=False)
    except OSError:
        return Check(name, False, "missing", mend)
    said = (ended.stdout or ended.stderr).strip().splitlines()
    return Check(name, ended.returncode == 0, said[0] if said else "?", mend)


def _node() -> Check:
    try:
        node = str(node_folder() / "node")
    except SandboxError as error:
        return Check("Node", False, "missing", str(error))
    found = _command("Node", [node, "--version"], "delete .venv and run `make doctor` again")
    npm = _command("npm", [*npm_command(), "--version"], "")
    return Check("Node", found.good, f"{found.said}, npm {npm.said}", found.mend)


def _package(package: Package) -> Check:
    folder = cache_folder() / f"{package.name}-{fingerprint(package)}"
    reason = _damage(package)
    name = {"n8n": "n8n", "node": "Supabase parts"}[package.name]
    if reason is None:
        return Check(name, True, f"installed in {folder}")
    if reason == "missing":
        needed = f"{package.size / GIB:.1f} GB, usually {package.usual_seconds:.0f} s"
        return Check(name, False, "not installed yet", f"the next `make demo` installs it ({needed})", optional=True)
    return Check(name, False, f"{folder} is damaged: {reason}", f"rm -rf {folder}, or let the next start mend it")


def _damage(package: Package) -> str | None:
    return damage(cache_folder() / f"{package.name}-{fingerprint(package)}")


def _disk(name: str, folder: Path, needed: int) -> Check:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    said = f"{free / GIB:.1f} GB free at {existing}"
    return Check(name, free > needed + 0.3 * GIB, said, f"{needed / GIB + 0.3:.1f} GB are needed: free some space")


def _account() -> Check:
    if os.geteuid() != 0:
        return Check("Postgres account", True, "yours")
    return Check(
        "Postgres account", True, "another than root, as Postgres demands; its files may lie outside the clone"
    )


def _ports(home: Path, ports: Ports) -> Iterator[Check]:
    if holder_of(home) is not None:
        yield Check("ports", True, "in use by the stack that runs now")
        return
    for name, variable in ENVIRONMENT_NAMES.items():
        port = getattr(ports, name)
        try:
            ports.check_free([name])
        except PortTaken as error:
            yield Check(f"port {port}", False, f"{name} ({variable}) is taken", str(error))
        else:
            yield Check(f"port {port}", True, f"free for {name} ({variable})")


def _state(home: Path) -> Check:
    holder = holder_of(home)
    if holder is not None:
        return Check("state", True, f"a stack runs in {home} (pid {holder})")
    said = (
        f"data of an earlier run in {home}" if (home / "secrets.json").exists() else f"none yet; it will be in {home}"
    )
    return Check("state", True, said)


def _chromium() -> Check:
    found = next((path for name in CHROMIUMS if (path := shutil.which(name))), None)
    mend = "the browser tests install it (Debian: apt install chromium), or fetch Playwright's"
    return Check("Chromium", found is not None, found or "missing; only the browser tests need it", mend, optional=True)
