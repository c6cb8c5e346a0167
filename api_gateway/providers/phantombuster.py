"""PhantomBuster, API v2: launching an agent, following its container, reading what it found.

`finished` says nothing about success: the exit code does. A result is a JSON string that holds the rows, or an object
that points at files with them.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

import httpx2

from api_gateway.providers.port import said
from kit.errors import VendorFailed

PREFIX = "/api/v2"
CALL_LIMIT_S = 15.0
_ENDED = frozenset({"finished", "unknown", "launch error"})


@dataclass(frozen=True)
class Container:
    """One run of an agent. `progress` is 0 to 1; `reason` says in words why a failed one failed."""

    id: str
    status: Literal["running", "finished", "failed"]
    progress: float
    label: str
    reason: str = ""


@dataclass(frozen=True)
class Result:
    """Either `rows`, or the addresses of files with them."""

    rows: list[dict[str, Any]] | None = None
    json_url: str | None = None
    csv_url: str | None = None


class AlreadyRunning(VendorFailed):
    code = "agent_already_running"
    default_detail = "The PhantomBuster agent is running already."


class PhantomBuster:
    """One customer's PhantomBuster workspace."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/") + PREFIX
        self._headers = {"X-Phantombuster-Key": key}

    async def launch(self, agent_id: str, argument: dict[str, Any]) -> str:
        """Start a run with `argument` for this run only; the container's id. Raises AlreadyRunning or VendorFailed."""
        answer = await self._call("POST", "/agents/launch", json={"id": agent_id, "bonusArgument": argument})
        content = _json(answer)
        if answer.status_code == 400 and "running" in _error(content).lower():
            raise AlreadyRunning
        if not answer.is_success:
            raise _failure(answer, content)
        container = content.get("containerId")
        if not container:
            raise VendorFailed("PhantomBuster launched the agent and named no container.")
        return str(container)

    async def last_container(self, agent_id: str) -> str | None:
        """The container of the agent's run that is going on; None when it is at rest. Raises VendorFailed."""
        content = await self._get("/agents/fetch-output", {"id": agent_id})
        container = content.get("containerId")
        return str(container) if container and content.get("isAgentRunning") else None

    async def container(self, container_id: str, agent_id: str | None = None) -> Container:
        """How far a run is. Raises VendorFailed."""
        content = await self._get("/containers/fetch", {"id": container_id})
        status = str(content.get("status") or "")
        exit_code = content.get("exitCode")
        if status not in _ENDED:
            progress, label = await self._progress(container_id, agent_id)
            return Container(container_id, "running", progress, label)
        if status == "finished" and exit_code == 0:
            return Container(container_id, "finished", 1.0, "")
        how = str(content.get("endType") or status)
        return Container(
            container_id,
            "failed",
            1.0,
            "",
            f"PhantomBuster's run ended without success ({how}, exit code {exit_code}).",
        )

    async def result(self, container_id: str) -> Result:
        """What a finished run found, of earlier runs too. Raises VendorFailed for a result that is none."""
        content = await self._get("/containers/fetch-result-object", {"id": container_id})
        text = content.get("resultObject")
        if not text:
            raise VendorFailed("PhantomBuster's run ended without a result.")
        try:
            found = json.loads(text) if isinstance(text, str) else text
        except ValueError as error:
            raise VendorFailed("PhantomBuster's result is not readable.") from error
        if isinstance(found, list):
            return Result(rows=[row for row in found if isinstance(row, dict)])
        if isinstance(found, dict):
            json_url, csv_url = found.get("jsonUrl"), found.get("csvURL")
            if json_url or csv_url:
                return Result(json_url=str(json_url) if json_url else None, csv_url=str(csv_url) if csv_url else None)
        raise VendorFailed("PhantomBuster's result holds no rows and no address of any.")

    async def _progress(self, container_id: str, agent_id: str | None) -> tuple[float, str]:
        if agent_id is None:
            return 0.0, ""
        content = await self._get("/agents/fetch-output", {"id": agent_id})
        if str(content.get("containerId")) != container_id:
            return 0.0, ""
        progress = content.get("progress")
        share = float(progress) if isinstance(progress, int | float) else 0.0
        return min(1.0, max(0.0, share)), said(content, "progressLabel")

    async def _get(self, path: str, query: dict[str, Any]) -> dict[str, Any]:
        answer = await self._call("GET", path, params=query)
        content = _json(answer)
        if not answer.is_success:
            raise _failure(answer, content)
        return content

    async def _call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        try:
            return await self._client.request(
                method, self._base + path, headers=self._headers, timeout=CALL_LIMIT_S, **options
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("PhantomBuster could not be reached.") from error


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _error(content: dict[str, Any]) -> str:
    return said(content, "error", "message", most=300)


def _failure(answer: httpx2.Response, content: dict[str, Any]) -> VendorFailed:
    return VendorFailed(f"PhantomBuster answered {answer.status_code}: {_error(content)}".rstrip(": "))
