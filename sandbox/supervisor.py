"""Keeps the parts of one stack: starts them, knows them by name, stops them in the opposite order."""

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.guardian import GOODBYE
from sandbox.lock import take_lock
from sandbox.processes import Part, Running, spawn, stop_recorded

REPOSITORY = Path(__file__).resolve().parent.parent


class Supervisor:
    """One per state folder, held by a lock. `open()` first, `close()` last; parts may be started from any thread."""

    def __init__(self, home: Path, interrupted: threading.Event | None = None) -> None:
        self.home = home
        self._interrupted = interrupted
        self._records = home / "pids"
        self._running: dict[str, Running] = {}
        self._order = itertools.count(1)
        self._lock = threading.Lock()
        self._lock_file: int | None = None
        self._guardian: subprocess.Popen[bytes] | None = None

    def open(self) -> list[str]:
        """Take the state folder and post the guardian. Returns the names of parts an earlier, dead supervisor left.

        Raises `AlreadyRunning` when another supervisor is alive.
        """
        self.home.mkdir(parents=True, exist_ok=True)
        self._lock_file = take_lock(self.home, holder=str(os.getpid()))
        left = stop_recorded(self._records)
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "sandbox.guardian", str(self.home)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return left

    def close(self) -> None:
        """Stop every part, last started first, and let the state folder go. Safe to call twice."""
        for name in sorted(self._running, key=lambda name: -self._running[name].record.order):
            self.stop(name)
        guardian, self._guardian = self._guardian, None
        if guardian is not None:
            with contextlib.suppress(BrokenPipeError):
                guardian.communicate(GOODBYE)
        if self._lock_file is not None:
            os.ftruncate(self._lock_file, 0)
            os.close(self._lock_file)
            self._lock_file = None

    def start(self, part: Part) -> Running:
        """Start a part and wait until it is ready. Raises `PartFailed`, with nothing of the part left alive."""
        with self._lock:
            order = next(self._order)
        running = spawn(part, home=self.home, order=order)
        with self._lock:
            self._running[part.name] = running
        try:
            running.wait_ready(self._interrupted)
        except BaseException:
            self.stop(part.name, force=True)
            raise
        return running

    def stop(self, name: str, *, force: bool = False) -> None:
        """Stop one part with its children; `force` is SIGKILL. A part that does not run is no error."""
        with self._lock:
            running = self._running.pop(name, None)
        if running is not None:
            running.stop(force=force)
            (self._records / f"{name}.json").unlink(missing_ok=True)

    def kill(self, name: str) -> None:
        """SIGKILL a part and its children, as a crash would; it stays known, so that `restart` brings it back."""
        self._get(name).stop(force=True)

    def restart(self, name: str) -> Running:
        """Stop a part (if it still runs) and start it again as before."""
        part = self._get(name).part
        self.stop(name)
        return self.start(part)

    def pids(self) -> dict[str, int]:
        """The pid of each part that was started, by name."""
        with self._lock:
            return {name: running.record.pid for name, running in self._running.items()}

    def dead(self) -> list[Running]:
        """Parts that ended although nobody stopped them."""
        with self._lock:
            return [running for running in self._running.values() if not running.is_alive()]

    def running(self) -> list[Running]:
        """The parts that were started and not stopped."""
        with self._lock:
            return list(self._running.values())

    def _get(self, name: str) -> Running:
        with self._lock:
            if name in self._running:
                return self._running[name]
            known = ", ".join(sorted(self._running)) or "none"
        raise SandboxError(f"No part named {name!r} runs here; those that do: {known}.")
