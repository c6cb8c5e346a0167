"""What every stand-in has: tables folded from a ledger, background tasks, settings, and its vendor's error shape."""

import asyncio
import json
import logging
import time
from collections import Counter, defaultdict, deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import httpx2
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.behaviours import Behaviours
from sandbox.standins.ledger import Entry, Ledger

log = logging.getLogger("sandbox.standins")

Record = dict[str, Any]
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a stand-in is started with.

    `day_seconds`: how long one day of the story lasts. `model_latency_s`: how long a model thinks.
    `peers`: base addresses of the other stand-ins by vendor name. `smtp_port`: where the mail server listens.
    """

    seed: int = 1
    day_seconds: float = 86400.0
    model_latency_s: float = 1.5
    peers: dict[str, str] = field(default_factory=dict)
    smtp_port: int = 0


class ConfigurationError(ValueError):
    """The control route was given a setting that this stand-in does not have, or a value it can't use."""


async def json_object(request: Request) -> Record:
    """The JSON object in the body ({} when there is none). Raises HTTPException 400 for anything else."""
    body = await request.body()
    if not body:
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise HTTPException(400, "Body is not valid JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "Body must be a JSON object")
    return value


def public(record: Record) -> Record:
    """A row as an API shows it: without what only the story knows."""
    return {key: value for key, value in record.items() if not key.startswith("_")}


class Standin:
    """Base of all stand-ins. A subclass gives its routes, its error body, its lies, and what it does after restart."""

    vendor: ClassVar[str]
    # Keeping every prompt of a model would make the ledger huge and prove nothing.
    keeps_bodies: ClassVar[bool] = True
    settings: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, ledger_path: Path, options: Options) -> None:
        self.options = options
        self.seed = options.seed
        self.day_seconds = options.day_seconds
        self.peers = dict(options.peers)
        self.ledger = Ledger(ledger_path, self.vendor)
        self.behaviours = Behaviours()
        self.tables: dict[str, dict[str, Record]] = defaultdict(dict)
        self.base_url = ""
        # Calls that are being answered; somebody who died over one may still have an effect.
        self.in_flight: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self._client: httpx2.AsyncClient | None = None

    # What a vendor fills in.

    def routes(self) -> list[Route]:
        """The vendor's own routes."""
        raise NotImplementedError

    def error(self, status: int, message: str) -> Response:
        """An error in the vendor's own words."""
        return JSONResponse({"error": message}, status_code=status)

    def lies(self) -> dict[str, Handler]:
        """Wrong answers by route template, told when the behaviour of that route is `lie`."""
        return {}

    def refusal(self, request: Request) -> Response | None:
        """The vendor's answer to a missing or wrong key, or None when the caller may go on."""
        del request
        return None

    def resume(self) -> None:
        """Take up after a restart whatever had been promised before it."""

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings of the control route. Raises ConfigurationError for one that doesn't exist."""
        if "day_seconds" in values:
            self.day_seconds = float(values["day_seconds"])
        if "peers" in values:
            self.peers.update(values["peers"])

    # What a vendor uses.

    def effect(self, name: str, key: str, table: str = "", record: Record | None = None, **data: Any) -> None:
        """Make something happen: on the disk first, then in memory. `record` replaces the row of its `_id` or `id`."""
        self.fold(self.ledger.record("effect", name, key, table=table, record=record, **data))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background until it is done or the stand-in stops."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def later(self, delay_s: float, work: Callable[[], Awaitable[None]]) -> None:
        """Run something after so many seconds."""

        async def wait() -> None:
            await asyncio.sleep(max(0.0, delay_s))
            await work()

        self.spawn(wait())

    def allowed(self, bucket: str, limit: int, per_seconds: float) -> bool:
        """Count one call against a sliding window; False when it is one too many."""
        now, calls = time.monotonic(), self._calls[bucket]
        while calls and calls[0] <= now - per_seconds:
            calls.popleft()
        if len(calls) >= limit:
            return False
        calls.append(now)
        return True

    def accepts(self, key: str | None) -> bool:
        """Whether an API key opens the stand-in: any does, except an empty one and one that calls itself invalid."""
        return bool(key) and "invalid" not in str(key).lower()

    def keyed(self, handler: Handler) -> Handler:
        """The handler behind the vendor's key check."""

        async def checked(request: Request) -> Response:
            return self.refusal(request) or await handler(request)

        return checked

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """Deliver one webhook body, once; the status of the answer, None when there was none."""
        await self.ledger.synced()
        try:
            response = await self.client.post(url, content=body, headers={"content-type": "application/json"} | headers)
        except httpx2.HTTPError:
            return None
        return response.status_code

    async def post_until_answered(
        self, key: str, url: str, make: Callable[[], tuple[bytes, dict[str, str]]], delays_s: Sequence[float]
    ) -> bool:
        """Deliver a webhook, again after each delay while it isn't answered 2xx. `make` signs each attempt afresh."""
        for delay in [*delays_s, None]:
            body, headers = make()
            status = await self.post(url, body, headers)
            self.effect("webhook_posted", key, status=status)
            if status is not None and 200 <= status < 300:
                return True
            if delay is not None:
                await asyncio.sleep(delay * min(1.0, self.day_seconds / 10))
        return False

    @property
    def client(self) -> httpx2.AsyncClient:
        """The client for webhooks and peers; redirects are not followed, as the vendors don't."""
        if self._client is None:
            self._client = httpx2.AsyncClient(timeout=10.0, trust_env=False)
        return self._client

    # Life cycle.

    def bind_more(self) -> None:
        """Take the ports besides the one for HTTP. Raises OSError when one is taken."""

    async def start(self) -> None:
        """Begin to serve what is not HTTP."""

    def about(self) -> dict[str, Any]:
        """What the health route says besides the usual."""
        return {}

    def load(self) -> None:
        """Fold the ledger of an earlier run into the tables, then take up what was under way."""
        for entry in self.ledger.entries("effect"):
            self.fold(entry)
        self.resume()

    async def reset(self, seed: int | None) -> None:
        """Forget everything and begin again, with another seed when one is given."""
        await self._cancel()
        self.ledger.clear()
        self.tables.clear()
        self.behaviours.clear()
        self._calls.clear()
        if seed is not None:
            self.seed = seed
        self.forget()

    def forget(self) -> None:
        """Drop what a subclass keeps outside the tables."""

    async def aclose(self) -> None:
        """Stop the background work and release the files."""
        await self._cancel()
        await self.ledger.synced()
        if self._client is not None:
            await self._client.aclose()
        self.ledger.close()

    async def _cancel(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._tasks.clear()

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work of the %s stand-in failed", self.vendor, exc_info=error)

    def fold(self, entry: Entry) -> None:
        """Put one effect into the tables; a subclass may keep indexes here."""
        record = entry.get("record")
        if entry.get("table") and record is not None:
            self.tables[entry["table"]][str(record.get("_id") or record["id"])] = record
