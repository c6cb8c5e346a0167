"""Procrastinate's tables in each module's copy of the database."""

import asyncio
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from api_gateway.worker import apply_schema
from sandbox.database import Database


@pytest.fixture(scope="module", autouse=True)
def jobs_schema(cluster: Database, database_name: str, db: Any) -> None:
    """Applied as an operator does, and once more, because it may be."""
    url = make_conninfo(cluster.gateway_url, dbname=database_name)
    asyncio.run(apply_schema(url))
    asyncio.run(apply_schema(url))
