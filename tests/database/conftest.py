"""One real Postgres for the folder, with every migration applied by the official CLI."""

from collections.abc import Iterator

import psycopg
import pytest

from sandbox.database import Database
from tests.database.matrix import Connection


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = Database(tmp_path_factory.mktemp("database"))
    with database:
        yield database
    database.destroy()


@pytest.fixture(scope="session")
def connection(database: Database) -> Iterator[Connection]:
    """As the superuser, who may wear any role; a test that asks what a role may do wears it."""
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        yield connection
