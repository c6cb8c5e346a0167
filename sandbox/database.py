"""The database of a stack: Postgres shaped like hosted Supabase, with schema `auth` and every migration applied."""

import hashlib
import importlib.util
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.environments import Environments
from sandbox.errors import PartFailed
from sandbox.migrations import Cli, open_login
from sandbox.ports import Ports, free_port
from sandbox.postgres import Postgres
from sandbox.progress import Display
from sandbox.settings import Secrets
from sandbox.supabase_lite import lite_part
from sandbox.supervisor import REPOSITORY, Supervisor
from sandbox.toolchain import NODE_PARTS, ensure

WORKER = "api_gateway.worker"


class Database:
    """Postgres and migrations alone, in about two seconds: what the database tests need.

    `with Database(home, port) as database:` then `database.superuser_url`, `.owner_url` (role `postgres`), and
    `.gateway_url` (role `gateway`, what api_gateway gets). Data stays in `home`; `destroy()` deletes it.
    """

    def __init__(
        self,
        home: Path,
        port: int | None = None,
        *,
        supervisor: Supervisor | None = None,
        display: Display | None = None,
        lite_port: int | None = None,
        environments: Environments | None = None,
    ) -> None:
        self.home = home.resolve()
        self.port = port or free_port()
        self.secrets = Secrets.load(self.home)
        self._display = display or Display(quiet=True)
        self._own_supervisor = supervisor is None
        self._supervisor = supervisor or Supervisor(self.home)
        self._lite_port = lite_port
        self._environments = environments or Environments(Ports(), self.secrets)
        self._postgres: Postgres | None = None
        self._node_parts: Path | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def postgres(self) -> Postgres:
        """The cluster, once `start()` has been called."""
        if self._postgres is None:
            raise RuntimeError("the database has not been started")
        return self._postgres

    @property
    def superuser_url(self) -> str:
        """For set-up and inspection; row-level security does not hold for it."""
        return self.postgres.superuser_url

    @property
    def owner_url(self) -> str:
        """As `postgres`, the owner of the schema."""
        return self.postgres.owner_url

    @property
    def gateway_url(self) -> str:
        """As `gateway`, the login of api_gateway: it must choose a role before it sees anything."""
        return self.postgres.url("gateway", self.secrets.gateway_password)

    @property
    def cli(self) -> Cli:
        """The official Supabase CLI, aimed at this database."""
        return Cli(self.node_parts, self.postgres, self.home)

    @property
    def node_parts(self) -> Path:
        """The folder of npm packages that Postgres and Lite come from."""
        if self._node_parts is None:
            self._node_parts = ensure(NODE_PARTS, self._display)
        return self._node_parts

    def start(self) -> None:
        """Start Postgres and bring it up to date. Raises `SandboxError` with nothing left running."""
        if self._own_supervisor:
            self._supervisor.open()
        try:
            self.start_postgres()
            self.start_lite(self._lite_port or free_port())
            if self._lite_port is None:
                # Lite has made schema `auth`, which is all we wanted of it here.
                self._supervisor.stop("supabase-lite")
            self.migrate()
        except BaseException:
            self.stop()
            raise

    def start_postgres(self) -> None:
        """Postgres alone, with the roles and extensions that a hosted database has."""
        self._postgres = Postgres(self.home, self.port, self.secrets, self.node_parts)
        with self._display.step("Start Postgres"):
            self._postgres.prepare()
            self._supervisor.start(self._postgres.part())
            self._postgres.set_up_platform(after_auth=False)

    def start_lite(self, port: int) -> None:
        """Supabase Lite, which makes schema `auth` on its first start."""
        with self._display.step("Start Supabase Lite"):
            self._supervisor.start(
                lite_part(
                    self.home, port, self.postgres, self.secrets, self.node_parts, self._environments.urls["panel"]
                )
            )

    def migrate(self) -> list[str]:
        """Apply what is missing of the migrations and of the job queue's tables. Returns the new versions."""
        with self._display.step("Apply migrations"):
            self.postgres.set_up_platform(after_auth=True)
            applied = self.cli.push()
            open_login(self.postgres, "gateway", self.secrets.gateway_password)
            self._apply_worker_schema()
        return applied

    def stop(self) -> None:
        """Stop what was started here. Safe to call twice."""
        if self._own_supervisor:
            self._supervisor.close()

    def destroy(self) -> None:
        """Stop, and delete the data."""
        self.stop()
        if self._postgres is not None:
            self._postgres.destroy()

    def _apply_worker_schema(self) -> None:
        found = importlib.util.find_spec(WORKER)
        if found is None or found.origin is None:
            return
        wanted = hashlib.sha256(Path(found.origin).read_bytes() + version("procrastinate").encode()).hexdigest()
        applied = self.home / "worker-schema.sha256"
        if applied.exists() and applied.read_text() == wanted:
            return
        log = self.home / "worker-schema.log"
        with log.open("wb") as stream:
            ended = subprocess.run(
                [sys.executable, "-m", WORKER, "--apply-schema"],
                cwd=REPOSITORY,
                env=self._environments.gateway(self.gateway_url),
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if ended.returncode != 0:
            raise PartFailed("the job queue's tables", "could not be made", log)
        applied.write_text(wanted)
