"""How a running stack is watched over and stopped, from inside and from outside."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.errors import PartFailed, SandboxError
from sandbox.lock import holder_of
from sandbox.processes import records, stop_recorded
from sandbox.progress import Display
from sandbox.stack import Stack
from sandbox.supervisor import Supervisor

PATIENCE_SECONDS = 60.0
LOOK_EVERY_SECONDS = 0.5


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


def watch(supervisor: Supervisor | Stack) -> None:
    """Return on Ctrl-C (or SIGTERM). Raises `PartFailed` when a part ends by itself."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            for ended in supervisor.dead():
                raise PartFailed(ended.part.name, "ended by itself", ended.log)
            time.sleep(LOOK_EVERY_SECONDS)


def stop_in_peace(stop: Callable[[], None], display: Display) -> None:
    """Stop without letting a second Ctrl-C leave processes behind."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    display.say("Stopping …")
    stop()
