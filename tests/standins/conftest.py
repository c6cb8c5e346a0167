"""All stand-ins on free ports in a thread, for the whole run; each test begins with empty ones."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
from sandbox.standins.vendors import VENDORS

DAY_SECONDS = 0.3


def until(check: Callable[[], Any], deadline_s: float = 40.0) -> Any:
    """The first true answer of `check`; fails the test when there is none before the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        if answer := check():
            return answer
        assert time.monotonic() < end, f"still not true after {deadline_s} s"
        time.sleep(0.02)


@dataclass
class Vendor:
    """One stand-in as a test sees it."""

    name: str
    url: str
    client: httpx2.Client

    def control(self, word: str, /, **body: Any) -> None:
        self.client.post(f"{self.url}/_control/{word}", json=body).raise_for_status()

    def behave(self, mode: str, route: str = "*", **more: Any) -> None:
        self.control("behaviour", mode=mode, route=route, **more)

    def ledger(self, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        params = {"kind": kind} | ({"name": name} if name else {})
        lines: list[dict[str, Any]] = self.client.get(f"{self.url}/_control/ledger", params=params).json()
        return lines

    def effects(self, name: str) -> list[dict[str, Any]]:
        return self.ledger("effect", name)

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.client.request(method, self.url + path, **more)


@dataclass
class Hook:
    """A webhook receiver that remembers what it got and answers what it is told to."""

    url: str
    received: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    status: int = 200

    def bodies(self, **wanted: Any) -> list[dict[str, Any]]:
        bodies = [json.loads(body) for _, body in list(self.received)]
        return [body for body in bodies if all(body.get(key) == value for key, value in wanted.items())]


@pytest.fixture
def hook() -> Iterator[Hook]:
    receiver = Hook("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None: ...  # noqa: A002

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield receiver
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Vendor]]:
    folder: Path = tmp_path_factory.mktemp("standins")
    options = Options(seed=1, day_seconds=DAY_SECONDS, model_latency_s=0.0)
    group = Group([kind(folder / f"{name}.jsonl", options) for name, kind in VENDORS.items()], [0] * len(VENDORS))
    addresses = group.bind()
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(40)
    with httpx2.Client(timeout=40, trust_env=False) as client:
        yield {name: Vendor(name, url, client) for name, url in addresses.items()}
    group.stop()
    thread.join(40)
    assert not thread.is_alive()


@pytest.fixture
def vendors(running: dict[str, Vendor]) -> dict[str, Vendor]:
    for vendor in running.values():
        vendor.control("reset", seed=1)
    return running
