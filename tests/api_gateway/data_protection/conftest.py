"""Supabase's Storage as the laptop runs it, and the vendors' stand-ins, all on free ports."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from fastapi import FastAPI
from psycopg.conninfo import make_conninfo

from api_gateway.resources import Resources
from api_gateway.settings import Settings
from sandbox.database import Database
from sandbox.environments import Environments
from sandbox.ports import Ports
from sandbox.progress import Display
from sandbox.services import Services
from sandbox.settings import Secrets
from sandbox.supervisor import Supervisor
from tests.api_gateway import people
from tests.api_gateway.conftest import Serve
from tests.api_gateway.people import TEST_SETTINGS
from tests.standins.conftest import Vendor, running, vendors

__all__ = ["running", "vendors"]


@pytest.fixture(scope="session")
def supabase(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Environments]:
    """Lite with its own Postgres, behind the front."""
    home: Path = tmp_path_factory.mktemp("supabase")
    ports = Ports.free()
    environments = Environments(ports, Secrets.load(home))
    supervisor = Supervisor(home)
    database = Database(
        home, ports.postgres, supervisor=supervisor, display=Display(quiet=True), environments=environments
    )
    supervisor.open()
    try:
        database.start_postgres()
        database.start_lite(ports.supabase_lite)
        database.migrate()
        supervisor.start(Services(home, environments, database.postgres, database.gateway_url).front())
        yield environments
    finally:
        supervisor.close()
        database.destroy()


@pytest.fixture
def outside_settings(
    cluster: Database, database_name: str, supabase: Environments, vendors: dict[str, Vendor],
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:  # fmt: skip
    """Everything outside is there: Storage and the vendors."""
    monkeypatch.setattr(people, "SUPABASE_URL", supabase.urls["supabase"])
    addresses = {f"{name}_base_url": vendor.url for name, vendor in vendors.items()}
    return Settings.model_validate(
        {
            **TEST_SETTINGS,
            **{name: url for name, url in addresses.items() if name in Settings.model_fields},
            "supabase_url": supabase.urls["supabase"],
            "supabase_secret_key": supabase.secrets.secret_key,
            "database_url": make_conninfo(cluster.gateway_url, dbname=database_name),
        }
    )


@pytest.fixture
async def connected(serve: Serve, outside_settings: Settings) -> AsyncIterator[FastAPI]:
    """The gateway with everything outside there."""
    async with serve(outside_settings) as app:
        yield app


@pytest.fixture
def shared(connected: FastAPI) -> Resources:
    resources: Resources = connected.state.resources
    return resources


@pytest.fixture
async def client(connected: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=connected)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway.test", timeout=60) as client:
        yield client
