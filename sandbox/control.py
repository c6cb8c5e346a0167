"""Stopping a stack from outside: by the pid that holds its state folder, then by the records of its parts."""

import contextlib
import os
import signal
import time
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.lock import holder_of
from sandbox.processes import records, stop_recorded

PATIENCE_SECONDS = 60.0


def stop_everything(home: Path) -> list[str]:
    """Stop the supervisor of a state folder and whatever it or an earlier one left. Returns the names of the parts.

    Raises `SandboxError` when the supervisor does not end in a minute.
    """
    alive = [record.name for record in records(home / "pids") if record.members()]
    holder = holder_of(home)
    if holder is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(holder, signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while holder_of(home) == holder:
            if time.monotonic() > deadline:
                raise SandboxError(f"The supervisor (pid {holder}) does not end: kill -9 {holder}, then stop again.")
            time.sleep(0.1)
    stop_recorded(home / "pids")
    return sorted(alive)
