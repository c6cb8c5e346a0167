"""How the parts written in Python are run: the two services, the worker, the bridges, the stand-ins and the panel."""

import importlib.util
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import httpx2
import psycopg

from sandbox.environments import Environments
from sandbox.ports import HOST
from sandbox.postgres import Postgres
from sandbox.processes import Part
from sandbox.supervisor import REPOSITORY
from sandbox.toolchain import node_env, node_folder
from sandbox.web_build import WEB

RELOADED = ("kit", "api_gateway", "ai_service")


class Services:
    """Makes the `Part` of each."""

    def __init__(self, home: Path, environments: Environments, postgres: Postgres, gateway_database_url: str) -> None:
        self._home = home
        self._environments = environments
        self._postgres = postgres
        self._gateway_database_url = gateway_database_url

    def upstash(self) -> Part:
        """Upstash's REST door."""
        environments, secrets, ports = self._environments, self._environments.secrets, self._environments.ports
        env = {
            **environments.base(),
            "REDIS_URL": f"redis://:{secrets.redis_password}@{HOST}:{ports.redis}/0",
            "UPSTASH_REDIS_REST_TOKEN": secrets.upstash_token,
        }
        token = {"authorization": f"Bearer {secrets.upstash_token}"}
        return self._web("upstash", "sandbox.upstash:app", ports.upstash, env, "/ping", factory=True, headers=token)

    def front(self) -> Part:
        """Supabase's address: Realtime, and the way to Lite."""
        environments, secrets, ports = self._environments, self._environments.secrets, self._environments.ports
        panel = environments.urls["panel"]
        env = {
            **environments.base(),
            "SUPABASE_URL": environments.urls["supabase"],
            "LITE_URL": f"http://{HOST}:{ports.supabase_lite}",
            "DATABASE_URL": self._postgres.superuser_url,
            "SUPABASE_JWT_SECRET": secrets.jwt_secret,
            "SUPABASE_PUBLISHABLE_KEY": secrets.publishable_key,
            "SUPABASE_SECRET_KEY": secrets.secret_key,
            "ALLOWED_ORIGINS": f"{panel},{panel.replace(HOST, 'localhost')}",
        }
        key = {"apikey": secrets.publishable_key}
        health = "/auth/v1/health"
        return self._web("supabase-front", "sandbox.front:app", ports.supabase, env, health, factory=True, headers=key)

    def ai_service(self, *, reload: bool = False) -> Part:
        """ai_service."""
        env = self._environments.ai_service()
        port = self._environments.ports.ai_service
        return self._web("ai_service", "ai_service.app:app", port, env, "/health/ready", reload=reload)

    def gateway(self, *, reload: bool = False) -> Part:
        """api_gateway."""
        env = self._environments.gateway(self._gateway_database_url)
        port = self._environments.ports.gateway
        return self._web("api_gateway", "api_gateway.app:app", port, env, "/health/ready", reload=reload)

    def worker(self) -> Part:
        """The worker of api_gateway; ready when it has said so in the database."""
        begun = time.time()

        def ready() -> bool:
            with psycopg.connect(self._postgres.superuser_url) as connection:
                row = connection.execute(
                    "select count(*) from jobs.procrastinate_workers where last_heartbeat >= to_timestamp(%s)", [begun]
                ).fetchone()
            return bool(row and row[0])

        return Part(
            name="worker",
            argv=[sys.executable, "-m", "api_gateway.worker"],
            env=self._environments.gateway(self._gateway_database_url),
            cwd=REPOSITORY,
            ready=ready,
            stop_timeout=12,
        )

    def standins(self, seed: int) -> Part:
        """All stand-ins in one process; their ledgers are in `<home>/standins/`."""
        environments = self._environments
        names = ("phantombuster", "instantly", "calcom", "anthropic", "openai")
        argv = [sys.executable, "-m", "sandbox.standins", "all", "--base-port", str(environments.ports.standins)]
        argv += ["--state-dir", str(self._home / "standins"), "--seed", str(seed)]
        argv += ["--day-seconds", f"{environments.day_seconds:g}"]
        for name in names:
            argv += ["--peer", f"{name}={environments.urls[name]}"]
        return Part(
            name="standins",
            argv=argv,
            env=environments.base(),
            cwd=REPOSITORY,
            ready=_answers(f"{environments.urls['phantombuster']}/_control/health"),
        )

    def panel(self, folder: Path) -> Part:
        """The built panel."""
        environments = self._environments
        env = {**environments.base(), **environments.panel(), "PANEL_FOLDER": str(folder)}
        return self._web("panel", "sandbox.panel:app", environments.ports.panel, env, "/env.js", factory=True)

    def panel_in_development(self) -> Part:
        """The panel served by vite from its sources, each change at once in the browser."""
        environments = self._environments
        port = environments.ports.panel
        argv = [str(node_folder() / "node"), str(WEB / "node_modules" / "vite" / "bin" / "vite.js")]
        return Part(
            name="panel",
            argv=[*argv, "--host", HOST, "--port", str(port), "--strictPort"],
            env=node_env({**environments.base(), **environments.panel()}),
            cwd=WEB,
            ready=_answers(f"http://{HOST}:{port}/"),
        )

    def _web(
        self,
        name: str,
        app: str,
        port: int,
        env: Mapping[str, str],
        health: str,
        *,
        factory: bool = False,
        reload: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> Part:
        argv = [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", str(port)]
        argv += ["--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]
        if factory:
            argv.append("--factory")
        if reload:
            argv.append("--reload")
            for folder in RELOADED:
                argv += ["--reload-dir", str(REPOSITORY / folder)]
        return Part(
            name=name,
            argv=argv,
            env=env,
            cwd=REPOSITORY,
            ready=_answers(f"http://{HOST}:{port}{health}", headers),
        )


def has_module(name: str) -> bool:
    """Whether a module of the repository exists."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _answers(url: str, headers: Mapping[str, str] | None = None) -> Callable[[], bool]:
    def ready() -> bool:
        try:
            return httpx2.get(url, headers=dict(headers or {}), timeout=5).status_code == 200
        except httpx2.HTTPError:
            return False

    return ready
