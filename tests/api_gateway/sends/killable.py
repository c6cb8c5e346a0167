"""Gateways as processes that a test can have killed or stopped at a named place, cheap enough to have hundreds of.

`python -m …killable` imports everything once and forks a gateway for each line on its stdin; :class:`Lives` is the
other end of that line, in the test.
"""

import asyncio
import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import psutil
from fastapi import FastAPI

from api_gateway.sends import cut_points
from tests.api_gateway.people import WORKFLOW

REPOSITORY = Path(__file__).resolve().parents[3]
START_LIMIT_S = 60.0
LINE = 9
PR_SET_PDEATHSIG = 1


@dataclass
class Life:
    """One gateway process, from its start to its end."""

    # Knows when its number has become another process's, which must never be touched.
    process: psutil.Process
    url: str
    # Where a named place killed or stopped it; empty when none did.
    ended_at: list[str]
    _client: httpx2.Client = field(repr=False)

    def post(self, path: str, **body: Any) -> httpx2.Response | None:
        """The answer of a workflow's route, or None when the process died over it."""
        try:
            answer = self._client.post(f"{self.url}/internal/v1/{path}", json=body, headers=WORKFLOW)
        except httpx2.HTTPError:
            return None
        assert answer.status_code in {200, 409, 503}, answer.text
        return answer

    @property
    def is_dead(self) -> bool:
        return not self.process.is_running()

    @property
    def is_stopped(self) -> bool:
        """Whether it stands still, as after SIGSTOP."""
        with suppress(psutil.NoSuchProcess):
            return bool(self.process.status() == psutil.STATUS_STOPPED)
        return False

    def signal(self, number: signal.Signals) -> None:
        with suppress(psutil.NoSuchProcess):
            self.process.send_signal(number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        """Wait until it is gone."""
        with suppress(psutil.NoSuchProcess):
            self.process.wait(30)


class Lives:
    """Starts gateways. `leases_s`: how long its leases last, when shorter than usual."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.api_gateway.sends.killable"],
            cwd=REPOSITORY,
            env={**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._client = httpx2.Client(timeout=900, trust_env=False, limits=httpx2.Limits(max_connections=500))
        self._told: dict[str, str] = {}
        self._ended: dict[int, list[str]] = {}
        self._news = threading.Condition()
        self._lives: list[Life] = []
        self._reader = threading.Thread(target=self._listen)
        self._reader.start()

    def begin(self, place: str = "", nth: int = 1, *, act: str = "kill", leases_s: float | None = None) -> Life:
        """A gateway that answers; at the `nth` time that it comes to `place`, it is killed (or stopped)."""
        assert self._process.stdin is not None
        name = str(len(self._lives))
        order = {"name": name, "place": place, "nth": nth, "act": act, "leases_s": leases_s}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        with self._news:
            self._news.wait_for(lambda: name in self._told or self._process.poll() is not None, START_LIMIT_S)
            assert name in self._told, "the gateway did not start"
            pid, port = self._told[name].split()
            ended = self._ended.setdefault(int(pid), [])
        life = Life(psutil.Process(int(pid)), f"http://127.0.0.1:{port}", ended, self._client)
        self._lives.append(life)
        return life

    def close(self) -> None:
        """Kill whatever still lives, then the process that they came from."""
        for life in self._lives:
            if not life.is_dead:
                life.kill()
        self._process.kill()
        self._process.wait(30)
        self._reader.join(30)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        self._client.close()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, *rest = line.split()
            with self._news:
                if word == "up":
                    self._told[rest[0]] = " ".join(rest[1:])
                else:
                    self._ended.setdefault(int(rest[0]), []).append(rest[1])
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


def main() -> None:
    """Fork one gateway for each order on stdin, and never look back."""
    import uvicorn

    from api_gateway.app import create_app

    # The line to the test is kept apart from what the gateways log.
    os.dup2(1, LINE)
    os.dup2(2, 1)
    # Nobody waits for the dead here: the kernel buries them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # Made, and asked once, before the fork: that is most of what a start costs. What it holds open is opened after it.
    app = create_app()
    asyncio.run(_warm(app))
    for line in sys.stdin:
        order = json.loads(line)
        if os.fork():
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _die_with_parent()
        if order["leases_s"] is not None:
            _shorten_leases(timedelta(seconds=order["leases_s"]))
        if order["place"]:
            cut = _Cut(**{key: order[key] for key in ("place", "nth", "act")})
            cut_points.install(cut, environment=os.environ["ENVIRONMENT"])

        class Server(uvicorn.Server):
            async def startup(self, sockets: Any = None) -> None:
                await super().startup(sockets)
                port = self.servers[0].sockets[0].getsockname()[1]
                _tell("up", order["name"], os.getpid(), port)  # noqa: B023 - this process serves this one order

        Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)).run()
        os._exit(0)


async def _warm(app: FastAPI) -> None:
    nobody = str(UUID(int=0))
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://warm.test") as client,
    ):
        for path, body in (
            ("claim", {"limit": 1, "campaign_id": nobody}),
            ("deliver", {"intent_id": nobody, "lease_token": nobody}),
        ):
            await client.post(f"/internal/v1/sends/{path}", json=body, headers=WORKFLOW, timeout=30)


class _Cut:
    """Sends this process a signal when it comes to a place for the nth time."""

    def __init__(self, place: str, nth: int, act: str) -> None:
        self._place = place
        self._left = nth
        self._signal = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}[act]

    def __call__(self, name: cut_points.CutPoint) -> None:
        if name != self._place:
            return
        self._left -= 1
        if self._left == 0:
            _tell("cut", os.getpid(), name)
            os.kill(os.getpid(), self._signal)


def _die_with_parent() -> None:
    """Where the kernel can: a stopped gateway would outlive a test that was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _shorten_leases(lease: timedelta) -> None:
    from api_gateway.enrichments import service as enrichments
    from api_gateway.messages import advancing
    from api_gateway.replies import handling
    from api_gateway.scrapes import service as scrapes
    from api_gateway.sends import delivery, service

    service.CLAIM_LEASE = service.SEND_LEASE = lease
    enrichments.LEASE = advancing.LEASE = handling.LEASE = scrapes.LEASE = lease
    delivery.CALL_TAKES = lease / 2


def _tell(*words: object) -> None:
    os.write(LINE, (" ".join(map(str, words)) + "\n").encode())


if __name__ == "__main__":
    main()
