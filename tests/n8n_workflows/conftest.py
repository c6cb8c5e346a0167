"""One real n8n for the session, on its own Postgres, with our workflows imported and published, facing a double."""

from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from sandbox.environments import Environments
from sandbox.n8n_server import OWNER_EMAIL, N8n
from sandbox.ports import Ports
from sandbox.postgres import Postgres
from sandbox.processes import Part
from sandbox.progress import Display
from sandbox.settings import Secrets
from sandbox.supervisor import Supervisor
from sandbox.toolchain import N8N, NODE_PARTS, ensure
from tests.n8n_workflows.double import Double, serving


@dataclass(frozen=True)
class Running:
    """The n8n under test and what it talks to."""

    url: str
    secrets: Secrets
    double: Double
    part: Part
    workflow_environment: dict[str, str]

    def start(self, flow: str, body: dict[str, str] | None = None, *, token: str | None = None) -> httpx2.Response:
        """Start a flow as the gateway does, under the request id of the double."""
        headers = {
            "X-Sales-Machine-Token": self.secrets.n8n_webhook_token if token is None else token,
            "X-Request-Id": self.double.request_id,
        }
        return httpx2.post(f"{self.url}/webhook/sm/{flow}", json=body or {}, headers=headers, timeout=30)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("n8n")
    ports = Ports.free()
    environments = Environments(ports, Secrets.load(home))
    supervisor = Supervisor(home)
    display = Display(quiet=True)
    double = Double()
    supervisor.open()
    postgres = Postgres(home, ports.postgres, environments.secrets, ensure(NODE_PARTS, display))
    try:
        with serving(double, ports.gateway, ports.ai_service):
            postgres.prepare()
            supervisor.start(postgres.part())
            postgres.set_up_platform(after_auth=False)
            n8n = N8n(home, ensure(N8N, display), postgres, environments)
            n8n.prepare()
            part = n8n.part()
            supervisor.start(part)
            n8n.publish()
            yield Running(n8n.url, environments.secrets, double, part, environments.workflows())
    finally:
        supervisor.close()
        postgres.destroy()


@pytest.fixture(scope="session")
def editor(running: Running) -> Iterator[httpx2.Client]:
    """The editor's own API, signed in."""
    with httpx2.Client(base_url=running.url, timeout=30) as client:
        login = {"emailOrLdapLoginId": OWNER_EMAIL, "password": running.secrets.n8n_owner_password}
        client.post("/rest/login", json=login).raise_for_status()
        yield client


@pytest.fixture
def n8n(running: Running) -> Running:
    """The same n8n with a double that remembers nothing."""
    running.double.reset()
    return running
