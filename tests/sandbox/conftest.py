"""The ground for the tests of the laptop stack: one database with Lite and the bridges, on free ports."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from sandbox.database import Database
from sandbox.environments import Environments
from sandbox.ports import Ports
from sandbox.progress import Display
from sandbox.redis_server import redis_part
from sandbox.services import Services
from sandbox.settings import Secrets
from sandbox.supervisor import Supervisor


@dataclass(frozen=True)
class Ground:
    """Postgres, Lite, the front with Realtime, Redis and its REST door, all running."""

    home: Path
    environments: Environments
    database: Database
    supervisor: Supervisor

    @property
    def secrets(self) -> Secrets:
        return self.environments.secrets


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = tmp_path_factory.mktemp("ground")
    ports = Ports.free()
    supervisor = Supervisor(home)
    environments = Environments(ports, Secrets.load(home))
    database = Database(
        home, ports.postgres, supervisor=supervisor, display=Display(quiet=True), environments=environments
    )
    supervisor.open()
    try:
        database.start_postgres()
        database.start_lite(ports.supabase_lite)
        database.migrate()
        services = Services(home, environments, database.postgres, database.gateway_url)
        supervisor.start(services.front())
        supervisor.start(redis_part(home, ports.redis, environments.secrets))
        supervisor.start(services.upstash())
        yield Ground(home, environments, database, supervisor)
    finally:
        supervisor.close()
        database.destroy()


def is_gone(process: psutil.Process, seconds: float = 60) -> bool:
    """Whether a process ends in this time. One that waits to be buried by a lazy init has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False
