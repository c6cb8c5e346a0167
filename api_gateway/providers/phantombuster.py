"""PhantomBuster, API v2: launch an agent, follow its container, read its result.

`finished` is not success: only exit code 0 is. A result is the rows themselves or links to them, as a string of JSON.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

from kit.errors import VendorFailed

PREFIX = "/api/v2"
CALL_LIMIT_S = 15.0
_UNDER_WAY = frozenset({"starting", "running"})
_LOST = frozenset({"launch error", "unknown"})


@dataclass(frozen=True)
class Container:
    """How far a run is. `progress` from 0 to 1; `label` in the vendor's words; `reason` why it failed."""

    status: Literal["running", "finished", "failed"]
    progress: float
    label: str
    reason: str


@dataclass(frozen=True)
class Result:
    """The rows, or where they lie: exactly one of the three, or none when the run saved nothing."""

    rows: list[dict[str, Any]] | None = None
    json_url: str | None = None
    csv_url: str | None = None


class PhantomBuster:
    """One customer's PhantomBuster organisation. Every call raises VendorFailed when the vendor does not do it."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/") + PREFIX
        self._headers = {"X-Phantombuster-Key": key}

    async def launch(self, agent_id: str, argument: dict[str, Any]) -> str:
        """Start a run and answer its container's id. The vendor knows no idempotency: see :meth:`last_container`."""
        body: dict[str, Any] = {"id": agent_id}
        if argument:
            body["bonusArgument"] = argument
        answer = await self._call("POST", "/agents/launch", json=body)
        container = str(answer.get("containerId") or "")
        if not container:
            raise VendorFailed("PhantomBuster launched the agent and named no container.")
        return container

    async def last_container(self, agent_id: str) -> str | None:
        """The container of the agent's last run; None when it was never launched."""
        answer = await self._call("GET", "/agents/fetch-output", params={"id": agent_id})
        return str(answer["containerId"]) if answer.get("containerId") else None

    async def container(self, container_id: str, agent_id: str | None) -> Container:
        """The state of a run; its progress is told by the agent."""
        state = await self._call("GET", "/containers/fetch", params={"id": container_id})
        status = str(state.get("status"))
        if status in _UNDER_WAY:
            progress, label = await self._progress(container_id, agent_id)
            return Container("running", progress, label, "")
        if status in _LOST:
            return Container("failed", 1.0, "", f"PhantomBuster says “{status}”.")
        code = state.get("exitCode")
        if status == "finished" and code == 0:
            return Container("finished", 1.0, "", "")
        ended = state.get("endType") or status
        return Container("failed", 1.0, "", f"The scraper ended with code {code} ({ended}).")

    async def result(self, container_id: str) -> Result:
        """What a run saved, which may hold the rows of earlier runs again."""
        answer = await self._call("GET", "/containers/fetch-result-object", params={"id": container_id})
        text = answer.get("resultObject")
        if text is None:
            return Result()
        try:
            content = json.loads(text) if isinstance(text, str) else text
        except ValueError as error:
            raise VendorFailed("PhantomBuster's result is no JSON.") from error
        if isinstance(content, list):
            return Result(rows=[row for row in content if isinstance(row, dict)])
        if not isinstance(content, dict):
            raise VendorFailed("PhantomBuster's result is neither rows nor links.")
        json_url, csv_url = content.get("jsonUrl"), content.get("csvURL") or content.get("csvUrl")
        return Result(json_url=str(json_url) if json_url else None, csv_url=str(csv_url) if csv_url else None)

    async def stop(self, agent_id: str) -> None:
        """Abort the agent's run."""
        await self._call("POST", "/agents/stop", json={"id": agent_id})

    async def _progress(self, container_id: str, agent_id: str | None) -> tuple[float, str]:
        if agent_id is None:
            return 0.0, ""
        output = await self._call("GET", "/agents/fetch-output", params={"id": agent_id})
        if str(output.get("containerId")) != container_id:
            return 0.0, ""
        progress = output.get("progress")
        share = min(1.0, max(0.0, float(progress))) if isinstance(progress, int | float) else 0.0
        return share, str(output.get("progressLabel") or "")

    async def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            answer = await self._client.request(
                method, self._base + path, headers=self._headers, timeout=CALL_LIMIT_S, **options
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("PhantomBuster could not be reached.") from error
        try:
            content = answer.json() if answer.content else {}
        except ValueError:
            content = None
        if not answer.is_success or not isinstance(content, dict):
            said = content.get("error") if isinstance(content, dict) else None
            raise VendorFailed(f"PhantomBuster answered {answer.status_code}: {said or 'nothing readable'}"[:300])
        return content
