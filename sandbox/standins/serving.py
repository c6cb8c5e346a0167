"""Running stand-ins: one uvicorn server each, all in one event loop, bound to 127.0.0.1."""

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import uvicorn

from sandbox.standins.front import application
from sandbox.standins.sockets import bind
from sandbox.standins.standin import Standin


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Several servers share one loop: the group installs one handler for all of them.
        yield


@dataclass
class Group:
    """Some stand-ins that live and stop together and know each other's addresses."""

    standins: Sequence[Standin]
    ports: Sequence[int]
    _servers: list[_Server] = field(default_factory=list, init=False)
    _listeners: list[socket.socket] = field(default_factory=list, init=False)
    started: threading.Event = field(default_factory=threading.Event, init=False)

    def bind(self) -> dict[str, str]:
        """Take the ports; the base address of each stand-in by vendor name."""
        self._listeners = [bind(port) for port in self.ports]
        addresses = {
            standin.vendor: f"http://127.0.0.1:{listener.getsockname()[1]}"
            for standin, listener in zip(self.standins, self._listeners, strict=True)
        }
        for standin in self.standins:
            standin.bind_more()
            standin.base_url = addresses[standin.vendor]
            standin.peers = addresses | standin.peers
        return addresses

    async def serve(self) -> None:
        """Serve until stopped by SIGINT, SIGTERM or `stop()`."""
        if not self._listeners:
            self.bind()
        for standin in self.standins:
            config = uvicorn.Config(
                application(standin), log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=2
            )
            self._servers.append(_Server(config))
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self.stop)
        pairs = zip(self._servers, self._listeners, strict=True)
        running = asyncio.gather(*(server.serve(sockets=[listener]) for server, listener in pairs))
        await asyncio.gather(*(server.ready.wait() for server in self._servers))
        self.started.set()
        await running

    def stop(self) -> None:
        """Ask every server to end."""
        for server in self._servers:
            server.should_exit = True
