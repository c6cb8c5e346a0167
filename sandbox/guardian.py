"""Stops a stack whose supervisor died without a word (SIGKILL, a closed laptop session).

It waits on a pipe of which the supervisor holds the other end. The supervisor says goodbye when it has stopped
everything itself; an end of file without goodbye means that it is gone, and the recorded parts are stopped here.
"""

import signal
import sys
import time
from pathlib import Path

from sandbox.errors import AlreadyRunning
from sandbox.lock import STOPPING, take_lock
from sandbox.processes import stop_recorded

GOODBYE = b"bye"
PATIENCE_S = 5.0


def main() -> None:
    """Run as `python -m sandbox.guardian <state folder>` with the pipe as standard input."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if sys.stdin.buffer.read() == GOODBYE:
        return
    home = Path(sys.argv[1])
    # The dead supervisor's pipe may close a moment before its lock does.
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            take_lock(home, holder=STOPPING, patience=0)
            break
        except AlreadyRunning:
            if time.monotonic() > deadline:
                return  # a new supervisor was faster, and begins by stopping what was left
            time.sleep(0.05)
    stop_recorded(home / "pids")


if __name__ == "__main__":
    main()
