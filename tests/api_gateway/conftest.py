"""A real Postgres for the session, a fresh copy of it for each module, and the gateway in front of it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import httpx2
import psycopg
import pytest
from fastapi import FastAPI
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import dict_row

from api_gateway.app import create_app
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from sandbox.database import Database
from tests.api_gateway.factories import Db
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import TEST_SETTINGS


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Postgres with every migration applied; its database `postgres` is only ever copied."""
    cluster = Database(tmp_path_factory.mktemp("gateway"))
    with cluster:
        yield cluster
    cluster.destroy()


@pytest.fixture(scope="module")
def database_name(cluster: Database) -> Iterator[str]:
    """A copy of the migrated database for one module: what it writes is nobody else's."""
    name = sql.Identifier(f"copy_{uuid4().hex[:12]}")
    with psycopg.connect(make_conninfo(cluster.superuser_url, dbname="template1"), autocommit=True) as connection:
        connection.execute(sql.SQL("create database {} template postgres").format(name))
        yield name.as_string(connection).strip('"')
        connection.execute(sql.SQL("drop database {} with (force)").format(name))


@pytest.fixture(scope="module")
def db(cluster: Database, database_name: str) -> Iterator[Db]:
    """The superuser's hand, for factories and for looking at what is stored."""
    url = make_conninfo(cluster.superuser_url, dbname=database_name)
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture
def outside() -> Outside:
    """Vendors and n8n as the gateway sees them: answers set by the test, calls remembered."""
    return Outside()


@pytest.fixture
def settings(cluster: Database, database_name: str) -> Settings:
    url = make_conninfo(cluster.gateway_url, dbname=database_name)
    return Settings.model_validate({**TEST_SETTINGS, "database_url": url})


@pytest.fixture(scope="session", autouse=True)
def no_authorities(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing here speaks TLS, and reading every authority there is costs each client more than most tests take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("no-authorities")))
        yield


Serve = Callable[..., AbstractAsyncContextManager[FastAPI]]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """`serve(settings, transport)` is the gateway while it runs, one at a time: its routes are worked out only once."""
    app = create_app(Settings.model_validate({**TEST_SETTINGS, "database_url": "postgresql://127.0.0.1:1/none"}))

    @asynccontextmanager
    async def serving(settings: Settings, transport: httpx2.AsyncBaseTransport | None = None) -> AsyncIterator[FastAPI]:
        async with Resources.opened(settings, transport=transport) as app.state.resources:
            yield app

    return serving


@pytest.fixture
async def app(serve: Serve, settings: Settings, outside: Outside) -> AsyncIterator[FastAPI]:
    async with serve(settings, outside.transport) as app:
        yield app


@pytest.fixture
def resources(app: FastAPI) -> Resources:
    resources: Resources = app.state.resources
    return resources


@pytest.fixture
async def gateway(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a token."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://gateway.test", timeout=60) as client:
        yield client
