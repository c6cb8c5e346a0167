"""Every port of the stack, in one place. Everything listens on 127.0.0.1 only."""

import os
import random
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Self

import psutil

from sandbox.errors import PortTaken, SandboxError

HOST = "127.0.0.1"

# Below the ephemeral ports of Linux and macOS, so that an outgoing connection never takes a port between look and use.
FREE_FROM, FREE_TO = 20_000, 32_000

# The stand-ins take a run of ports: one for each vendor, in the order of their table.
STANDIN_COUNT = 10

ENVIRONMENT_NAMES: Mapping[str, str] = {
    "panel": "PANEL_PORT",
    "gateway": "API_GATEWAY_PORT",
    "ai_service": "AI_SERVICE_PORT",
    "supabase": "SUPABASE_PORT",
    "supabase_lite": "SUPABASE_LITE_PORT",
    "postgres": "POSTGRES_PORT",
    "redis": "REDIS_PORT",
    "upstash": "UPSTASH_PORT",
    "n8n": "N8N_PORT",
    "n8n_broker": "N8N_RUNNERS_BROKER_PORT",
    "standins": "STANDINS_PORT",
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where each part listens. `standins` is the first of ten; Realtime answers on `supabase`, as when hosted."""

    panel: int = 3000
    gateway: int = 8000
    ai_service: int = 8001
    supabase: int = 54321
    supabase_lite: int = 54323
    postgres: int = 54322
    redis: int = 63790
    upstash: int = 8079
    n8n: int = 5678
    n8n_broker: int = 5679
    standins: int = 9100

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """The defaults, each overridable by its variable (see `ENVIRONMENT_NAMES`).

        Raises `SandboxError` naming the variable when it is not a port number.
        """
        source = os.environ if env is None else env
        chosen: dict[str, int] = {}
        for name, variable in ENVIRONMENT_NAMES.items():
            text = source.get(variable, "").strip()
            if not text:
                continue
            if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65_535:
                raise SandboxError(f"{variable} is {text!r}, which is not a port: set it to a number from 1 to 65535.")
            chosen[name] = int(text)
        return replace(cls(), **chosen)

    @classmethod
    def free(cls) -> Self:
        """Ports that nothing uses now, for tests and for a second stack beside the first."""
        taken: set[int] = set()
        chosen: dict[str, int] = {}
        for field in fields(cls):
            run = STANDIN_COUNT if field.name == "standins" else 1
            first = _find_free(run, taken)
            taken.update(range(first, first + run))
            chosen[field.name] = first
        return cls(**chosen)

    def check_free(self, names: Iterable[str]) -> None:
        """Raise `PortTaken` for the first of `names` whose port another process holds, saying which and what to do."""
        seen: dict[int, str] = {}
        for name in names:
            first = int(getattr(self, name))
            for port in range(first, first + (STANDIN_COUNT if name == "standins" else 1)):
                if port in seen:
                    raise PortTaken(
                        f"Port {port} is given to both {seen[port]} and {name}: "
                        f"change {ENVIRONMENT_NAMES[seen[port]]} or {ENVIRONMENT_NAMES[name]}."
                    )
                seen[port] = name
                if not is_free(port):
                    variable = ENVIRONMENT_NAMES[name]
                    raise PortTaken(
                        f"Port {port}, wanted for {name}, is taken{_holder(port)}. "
                        f"Stop that process, or choose another port: {variable}={_suggestion(first)} make …"
                    )


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """One port that nothing uses now."""
    return _find_free(1, set())


def _find_free(run: int, taken: set[int]) -> int:
    for _ in range(2_000):
        first = random.randrange(FREE_FROM, FREE_TO)
        wanted = range(first, first + run)
        if taken.isdisjoint(wanted) and all(is_free(port) for port in wanted):
            return first
    raise SandboxError(f"No free port was found between {FREE_FROM} and {FREE_TO}: stop some servers and try again.")


def _suggestion(port: int) -> int:
    return port + 1000 if port + 1000 <= 65_535 else port - 1000


def _holder(port: int) -> str:
    """` by <name> (pid N)` when the system tells us, which it may refuse for other people's processes."""
    try:
        for connection in psutil.net_connections(kind="tcp"):
            local = connection.laddr
            if connection.status == psutil.CONN_LISTEN and local and local.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except psutil.Error:
        pass
    return " by another process"
