"""One supervisor per state folder."""

import fcntl
import os
import time
from pathlib import Path

import psutil

from sandbox.errors import AlreadyRunning

# What the guardian writes as holder while it stops what a dead supervisor left.
STOPPING = "stopping"


def take_lock(home: Path, *, holder: str, patience: float = 30.0) -> int:
    """Take the lock of a state folder; the descriptor returned holds it until it is closed or the process ends.

    Waits up to `patience` seconds for a guardian that is still clearing up. Raises `AlreadyRunning` otherwise.
    """
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            other = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
            # Who has just taken it has not said so yet: the word inside is empty, or that of somebody dead.
            is_alive = other.isdigit() and psutil.pid_exists(int(other))
            if not is_alive and time.monotonic() < deadline:
                time.sleep(0.1)
                continue
            os.close(descriptor)
            raise AlreadyRunning(
                f"A stack is already running in {home} (pid {other or 'unknown'}). Stop it with `make stop`, "
                "or start a second one with another SALES_MACHINE_HOME and other ports."
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
        return descriptor


def holder_of(home: Path) -> int | None:
    """The pid of the supervisor that runs in a state folder, or None."""
    try:
        descriptor = os.open(home / "lock", os.O_RDWR)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)
    return None
