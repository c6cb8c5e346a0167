"""Makes the Python environment of this repository from nothing but Python 3.11 or later; the rest of it needs it.

Standard library only, and readable by old Pythons, so that they too can say what is wrong. Does nothing, in a moment,
when the environment is already what requirements/dev.txt says.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
REQUIREMENTS = os.path.join(ROOT, "requirements", "dev.txt")
MARKER = os.path.join(VENV, ".sales-machine.json")
OLDEST = (3, 11)
ROOM = 1_500_000_000


class SetupError(Exception):
    """What stands in the way, and how to mend it."""


def main() -> int:
    """Make or renew `.venv`; 0 when it is ready, 1 after saying what is missing."""
    try:
        check_python()
        wanted = fingerprint()
        if is_current(wanted):
            return 0
        with only_one():
            if not is_current(wanted):
                install(wanted)
    except SetupError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nInterrupted; the next run goes on from here.\n")
        return 130
    return 0


def check_python() -> None:
    """Refuse a Python that is too old, and a system on which the stack can't run."""
    if sys.version_info < OLDEST:
        raise SetupError(
            f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed and this is {sys.version.split()[0]}. "
            "Install a newer one and name it: make PYTHON=python3.12 …"
        )
    if sys.platform not in ("linux", "darwin"):
        raise SetupError("Linux or macOS is needed; on Windows, use WSL (wsl --install) and run this inside it.")


def fingerprint() -> str:
    """What the environment must be made of: the requirements and the Python that runs this."""
    digest = hashlib.sha256("{}.{}".format(*sys.version_info[:2]).encode())
    with open(REQUIREMENTS, "rb") as stream:
        digest.update(stream.read())
    return digest.hexdigest()


def is_current(wanted: str) -> bool:
    """Whether `.venv` is complete and made for `wanted`."""
    try:
        with open(MARKER, encoding="utf-8") as stream:
            return bool(json.load(stream)["fingerprint"] == wanted) and os.access(PYTHON, os.X_OK)
    except (OSError, ValueError, KeyError):
        return False


def install(wanted: str) -> None:
    """Make the environment and put in it exactly what requirements/dev.txt names, checked by hash."""
    free = shutil.disk_usage(ROOT).free
    if free < ROOM:
        raise SetupError(
            f"The disk of {ROOT} has {free / 1e9:.1f} GB free and the Python environment needs {ROOM / 1e9:.1f} GB: "
            "free some space first."
        )
    with contextlib.suppress(OSError):
        os.remove(MARKER)
    if not works():
        with saying("Make the Python environment", 5):
            make_venv()
    with saying("Install the Python packages", 40):
        install_packages()
    with open(MARKER, "w", encoding="utf-8") as stream:
        json.dump({"fingerprint": wanted}, stream)


def works() -> bool:
    """Whether `.venv` holds a Python of our version, with pip."""
    if not os.access(PYTHON, os.X_OK):
        return False
    question = "import sys, pip; print('{}.{}'.format(*sys.version_info[:2]))"
    ended = run([PYTHON, "-c", question])
    return ended.returncode == 0 and ended.stdout.strip() == "{}.{}".format(*sys.version_info[:2])


def make_venv() -> None:
    """`python -m venv`, with a sentence for the systems that ship Python without it."""
    ended = run([sys.executable, "-m", "venv", "--clear", VENV])
    if ended.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if "ensurepip" in ended.stdout or "No module named venv" in ended.stdout:
        raise SetupError(
            "This Python comes without `venv`. On Debian and Ubuntu: "
            f"sudo apt install python{sys.version_info[0]}.{sys.version_info[1]}-venv. Then run the command again."
        )
    raise SetupError(f"The Python environment could not be made:\n{last_lines(ended.stdout)}")


def install_packages() -> None:
    """With uv, which is fast; with pip where uv can't be had."""
    if install_uv():
        sync = [os.path.join(VENV, "bin", "uv"), "pip", "sync", "--python", PYTHON, "--require-hashes", REQUIREMENTS]
        if run(sync).returncode == 0:
            return
    pip = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", REQUIREMENTS]
    ended = run(pip)
    if ended.returncode != 0:
        if "No space left" in ended.stdout:
            raise SetupError(f"The disk of {ROOT} is full: free some space and run the command again.")
        raise SetupError(
            "The Python packages could not be installed; run the command again when the package index answers.\n"
            f"{last_lines(ended.stdout)}"
        )


def install_uv() -> bool:
    """uv alone, in the version and with the hashes that requirements/dev.txt names."""
    with open(REQUIREMENTS, encoding="utf-8") as stream:
        block = re.search(r"(?m)^uv==.*\n(?:    --hash=.*\n?)+", stream.read())
    if block is None:
        return False
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted:
        wanted.write(block.group(0).rstrip().rstrip("\\") + "\n")
        wanted.flush()
        command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "--require-hashes"]
        return run([*command, "-r", wanted.name]).returncode == 0


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run to the end; both outputs come back together."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    return subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def last_lines(text: str, count: int = 15) -> str:
    """The end of a long output."""
    return "\n".join(text.strip().splitlines()[-count:])


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Wait for another run of this script on the same repository."""
    name = f"sales-machine-{hashlib.sha256(ROOT.encode()).hexdigest()[:16]}.lock"
    path = os.path.join(tempfile.gettempdir(), name)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def saying(title: str, usual_seconds: int) -> Iterator[None]:
    """Show what is being done and how long it usually takes; seconds tick on a terminal."""
    begun = time.monotonic()
    done = threading.Event()
    line = f"… {title} (usually {usual_seconds} s)"

    def tick() -> None:
        while not done.wait(0.5):
            sys.stderr.write(f"\r{line} {time.monotonic() - begun:.0f} s ")
            sys.stderr.flush()

    ticking = threading.Thread(target=tick, daemon=True)
    if sys.stderr.isatty():
        ticking.start()
    else:
        sys.stderr.write(f"{line}\n")
    try:
        yield
    finally:
        done.set()
        if sys.stderr.isatty():
            ticking.join()
            sys.stderr.write("\r\033[K")
    sys.stderr.write(f"✓ {title} ({time.monotonic() - begun:.0f} s)\n")


if __name__ == "__main__":
    sys.exit(main())
