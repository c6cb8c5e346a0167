"""The one way to make an HTTP client: bounded in time, without redirects, with the request id passed on."""

from collections.abc import Mapping

import httpx2

from kit.logging import REQUEST_ID_HEADER, current_request_id


async def _pass_request_id_on(request: httpx2.Request) -> None:
    if request_id := current_request_id():
        request.headers.setdefault(REQUEST_ID_HEADER, request_id)


def client(
    base_url: str = "",
    *,
    timeout_s: float = 10.0,
    connect_s: float = 3.0,
    headers: Mapping[str, str] | None = None,
    max_connections: int = 100,
    transport: httpx2.AsyncBaseTransport | None = None,
) -> httpx2.AsyncClient:
    """An async client; times in seconds. The caller closes it. Redirects are answers, never followed."""
    return httpx2.AsyncClient(
        base_url=base_url,
        timeout=httpx2.Timeout(timeout_s, connect=connect_s),
        limits=httpx2.Limits(max_connections=max_connections, max_keepalive_connections=20),
        headers=dict(headers or {}),
        event_hooks={"request": [_pass_request_id_on]},
        follow_redirects=False,
        transport=transport,
    )
