"""The part of n8n, played: told of a booking it claims it and has it recorded; everything else it takes and forgets.

`python -m tests.torture.flows PORT GATEWAY TOKEN`. It also looks by itself for bookings that nobody told it of, as the
flow's own schedule does.
"""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

LOOKS_EVERY_S = 1.0
AT_ONCE = 6


class Flows:
    """Records bookings through the gateway's internal routes."""

    def __init__(self, gateway: str, token: str) -> None:
        limits = httpx2.Limits(max_connections=AT_ONCE)
        headers = {"authorization": f"Bearer {token}"}
        self._client = httpx2.AsyncClient(base_url=gateway, headers=headers, limits=limits, timeout=60)
        self._busy = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def told(self, request: Request) -> JSONResponse:
        """A flow is started."""
        body = await request.json()
        if request.path_params["name"] == "record-meetings":
            task = asyncio.create_task(self.record({"event_id": body["event_id"]}))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return JSONResponse({})

    async def record(self, wanted: dict[str, object]) -> None:
        """Claim and record. A gateway that is away is tried again by the next look."""
        async with self._busy:
            with contextlib.suppress(httpx2.HTTPError, KeyError):
                claimed = await self._client.post("/internal/v1/meetings/claim", json=wanted)
                for item in claimed.json()["items"]:
                    held = {"event_id": item["event_id"], "lease_token": item["lease_token"]}
                    route = "ignore" if item["kind"] == "ignored" else "record"
                    await self._client.post(f"/internal/v1/meetings/{route}", json=held)

    async def look(self) -> None:
        """What the schedule does, at a test's pace."""
        while True:
            await asyncio.sleep(LOOKS_EVERY_S)
            await self.record({"limit": 20})

    @contextlib.asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        looking = asyncio.create_task(self.look())
        yield
        looking.cancel()


def main() -> None:
    """Serve until told to stop."""
    port, gateway, token = sys.argv[1:]
    flows = Flows(gateway, token)
    app = Starlette(routes=[Route("/webhook/sm/{name}", flows.told, methods=["POST"])], lifespan=flows.lifespan)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
