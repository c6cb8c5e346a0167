"""The whole product on one machine: every part real, the vendors played by stand-ins."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import psutil

from sandbox.database import Database
from sandbox.environments import Environments
from sandbox.errors import SandboxError
from sandbox.n8n_server import N8n
from sandbox.ports import Ports
from sandbox.processes import Running
from sandbox.progress import Display
from sandbox.redis_server import redis_part
from sandbox.services import Services, has_module
from sandbox.settings import Secrets
from sandbox.supervisor import Supervisor
from sandbox.toolchain import N8N, NODE_PARTS, ensure
from sandbox.web_build import built_panel, ensure_modules, has_panel

DAY_SECONDS = 86_400.0
T = TypeVar("T")


class Stack:
    """Use as a context manager, or call `start()` and `stop()`. Data stays in `home`; a second start finds it again.

    `day_seconds` is how long one day of a scenario (and of the stand-ins' story) lasts. `env` reaches every part of
    ours and wins over what the stack itself would say. Parts: postgres, supabase-lite, redis, upstash, supabase-front,
    standins, ai_service, api_gateway, worker, n8n, panel. Two stacks run side by side with other homes and ports.
    """

    def __init__(
        self,
        home: Path,
        ports: Ports,
        *,
        with_n8n: bool = True,
        with_panel: bool = True,
        with_standins: bool = True,
        seed: int = 7,
        day_seconds: float = DAY_SECONDS,
        env: Mapping[str, str] | None = None,
        reload: bool = False,
        display: Display | None = None,
    ) -> None:
        self.home = home.resolve()
        self.ports = ports
        self.with_n8n = with_n8n
        self.with_panel = with_panel
        self.with_standins = with_standins
        self.seed = seed
        self.reload = reload
        self.display = display or Display(quiet=True)
        self.secrets = Secrets.load(self.home)
        self.environments = Environments(
            ports, self.secrets, with_standins=with_standins, day_seconds=day_seconds, overrides=dict(env or {})
        )
        self._supervisor = Supervisor(self.home, self.display.interrupted)
        self._database = Database(
            self.home,
            ports.postgres,
            supervisor=self._supervisor,
            display=self.display,
            environments=self.environments,
        )
        self._n8n: N8n | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def urls(self) -> dict[str, str]:
        """Addresses by name: panel, gateway, ai, supabase, upstash, n8n, phantombuster, instantly, calcom, …"""
        return self.environments.urls

    @property
    def database(self) -> Database:
        """The database part: `superuser_url`, `owner_url`, `gateway_url`, `cli`."""
        return self._database

    @property
    def database_url(self) -> str:
        """As the superuser, for tests and seeds; row-level security does not hold for it."""
        return self._database.superuser_url

    def env_for(self, service: str) -> dict[str, str]:
        """The environment of `api_gateway` (and its worker), `ai_service`, `n8n_workflows` or `panel`."""
        builders: dict[str, Callable[[], dict[str, str]]] = {
            "api_gateway": lambda: self.environments.gateway(self._database.gateway_url),
            "ai_service": self.environments.ai_service,
            "n8n_workflows": self.environments.workflows,
            "panel": self.environments.panel,
        }
        if service not in builders:
            raise SandboxError(f"No environment is known for {service!r}; known: {', '.join(builders)}.")
        return builders[service]()

    def start(self) -> None:
        """Install what is missing, start everything, wait until it works.

        Raises `SandboxError` naming the part at fault with the end of its log, with nothing left running.
        """
        left = self._supervisor.open()
        try:
            if left:
                self.display.say(f"Stopped what an earlier run had left: {', '.join(left)}.")
            self.ports.check_free(self._wanted_ports())
            self._start_all()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, children included. Safe to call twice."""
        self._supervisor.close()

    def restart(self, name: str) -> None:
        """Stop one part (if it runs) and start it again; n8n's webhooks answer when this returns."""
        self._supervisor.restart(name)
        if name == "n8n" and self._n8n is not None:
            self._n8n.publish()

    def kill(self, name: str) -> None:
        """SIGKILL one part with its children, as a crash would; `restart` brings it back."""
        self._supervisor.kill(name)

    def pids(self) -> dict[str, int]:
        """The pid of each part, by name."""
        return self._supervisor.pids()

    def dead(self) -> list[Running]:
        """Parts that ended by themselves."""
        return self._supervisor.dead()

    def memory(self) -> dict[str, int]:
        """Bytes of memory that each part uses now, its children included; shared pages are counted once."""
        used: dict[str, int] = {}
        for running in self._supervisor.running():
            total = 0
            for process in running.record.members():
                try:
                    full = process.memory_full_info()
                    total += getattr(full, "pss", full.uss)
                except psutil.Error:
                    continue
            used[running.part.name] = total
        return used

    def _wanted_ports(self) -> list[str]:
        wanted = ["postgres", "supabase", "supabase_lite", "redis", "upstash", "ai_service", "gateway"]
        wanted += ["standins"] if self.with_standins else []
        wanted += ["n8n", "n8n_broker"] if self.with_n8n else []
        wanted += ["panel"] if self.with_panel else []
        return wanted

    def _start_all(self) -> None:
        with _Together(on_failure=self.display.interrupted.set) as together:
            together.begin("node", lambda: ensure(NODE_PARTS, self.display))
            n8n_folder = together.begin("n8n install", lambda: ensure(N8N, self.display)) if self.with_n8n else None
            panel = together.begin("panel build", self._prepare_panel) if self.with_panel and has_panel() else None
            together.begin(
                "redis", lambda: self._supervisor.start(redis_part(self.home, self.ports.redis, self.secrets))
            )
            together.wait("node")
            self._database.start_postgres()
            services = Services(self.home, self.environments, self._database.postgres, self._database.gateway_url)
            together.begin("standins", lambda: self._start_standins(services))
            n8n = together.begin("n8n", lambda: self._start_n8n(n8n_folder)) if n8n_folder else None
            self._database.start_lite(self.ports.supabase_lite)
            self._database.migrate()
            together.begin("front", lambda: self._supervisor.start(services.front()))
            together.wait("redis")
            self._supervisor.start(services.upstash())
            together.begin("ai_service", lambda: self._start_ai(services))
            self._start_gateway(services)
            if panel is not None:
                together.begin("panel", lambda: self._start_panel(services, panel.result()))
            if n8n is not None:
                n8n.result()
                with self.display.step("Publish the workflows", 5):
                    self._published()

    def _start_standins(self, services: Services) -> None:
        if self.with_standins and has_module("sandbox.standins.__main__"):
            with self.display.step("Start the stand-ins"):
                self._supervisor.start(services.standins(self.seed))

    def _start_ai(self, services: Services) -> None:
        if has_module("ai_service.app"):
            with self.display.step("Start ai_service"):
                self._supervisor.start(services.ai_service(reload=self.reload))

    def _start_gateway(self, services: Services) -> None:
        if has_module("api_gateway.app"):
            with self.display.step("Start api_gateway"):
                self._supervisor.start(services.gateway(reload=self.reload))
        if has_module("api_gateway.worker"):
            with self.display.step("Start the worker"):
                self._supervisor.start(services.worker())

    def _prepare_panel(self) -> Path | None:
        if self.reload:
            ensure_modules(self.display)
            return None
        return built_panel(self.display)

    def _start_panel(self, services: Services, folder: Path | None) -> None:
        with self.display.step("Start the panel"):
            self._supervisor.start(services.panel(folder) if folder else services.panel_in_development())

    def _start_n8n(self, folder: "Future[Path]") -> None:
        installed = folder.result()
        self._n8n = N8n(self.home, installed, self._database.postgres, self.environments, self.display.interrupted)
        with self.display.step("Import the workflows", 15):
            self._n8n.prepare()
        with self.display.step("Start n8n", 12):
            self._supervisor.start(self._n8n.part())

    def _published(self) -> None:
        if self._n8n is not None:
            self._n8n.publish()


class _Together:
    """Several things at once. When one fails, the others are asked to end, and that first failure is what is raised."""

    def __init__(self, *, on_failure: Callable[[], None]) -> None:
        self._pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="stack")
        self._begun: dict[str, Future[Any]] = {}
        self._on_failure = on_failure
        self._first: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._note(error)
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if self._first is not None and self._first is not error:
            raise self._first from None

    def begin(self, name: str, work: Callable[[], T]) -> "Future[T]":
        def watched() -> T:
            try:
                return work()
            except BaseException as error:
                self._note(error)
                raise

        future = self._pool.submit(watched)
        self._begun[name] = future
        return future

    def wait(self, name: str) -> None:
        self._begun[name].result()

    def _note(self, error: BaseException) -> None:
        if self._first is None:
            self._first = error
            self._on_failure()
