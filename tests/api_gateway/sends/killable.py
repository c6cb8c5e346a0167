"""The gateway as a process that a test can have killed at a named place: `python -m …killable PORT [PLACE NTH]`."""

import os
import signal
import sys
import threading

import uvicorn

from api_gateway.app import create_app
from api_gateway.sends import cut_points


def main() -> None:
    port, *cut = sys.argv[1:]
    if cut:
        place, nth = cut[0], int(cut[1])
        reached = 0
        lock = threading.Lock()

        def kill(name: cut_points.CutPoint) -> None:
            nonlocal reached
            with lock:
                reached += name == place
                if reached >= nth:
                    os.kill(os.getpid(), signal.SIGKILL)

        cut_points.act = kill
    uvicorn.run(create_app(), host="127.0.0.1", port=int(port), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
