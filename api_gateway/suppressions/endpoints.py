from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api_gateway.pagination import Paging
from api_gateway.resources import Shared
from api_gateway.sessions import MemberSession
from api_gateway.suppressions import service, unsubscribe
from api_gateway.suppressions.schemas import (
    Suppression,
    SuppressionCreate,
    SuppressionImport,
    SuppressionKind,
    SuppressionPage,
)
from kit.errors import Conflict, TooLarge, TooManyRequests, UnsupportedFormat, responses
from kit.ratelimit import Limit

router = APIRouter(prefix="/suppressions")
webhook_router = APIRouter()

# Mail programs unsubscribe from a few addresses of their provider: generous, and only against floods.
PER_CALLER = Limit("unsubscribe", requests=600, window_s=60)
_UNKNOWN_LINK = {
    "description": "A page that says that the link is not one of ours.",
    "content": {"text/html": {"schema": {"type": "string"}}},
}
Token = Annotated[str, Path(max_length=200, description="From the link in a message.")]


@router.get("", operation_id="suppressions_list", summary="List whom nothing is sent to, newest first.")
async def list_suppressions(
    member: MemberSession,
    page: Paging,
    kind: SuppressionKind | None = None,
    q: Annotated[str | None, Query(max_length=200, description="Beginning of the address.")] = None,
) -> SuppressionPage:
    return await service.list_suppressions(member, page, kind=kind, q=q)


@router.post(
    "",
    operation_id="suppressions_create",
    summary="Never write to an address, a domain, a number or a profile again.",
    status_code=201,
    responses=responses(Conflict),
)
async def create_suppression(member: MemberSession, wanted: SuppressionCreate) -> Suppression:
    return await service.create_suppression(member, wanted)


@router.post(
    "/import",
    operation_id="suppressions_import",
    summary="Add a list of addresses from a text or CSV file.",
    responses=responses(TooLarge, UnsupportedFormat),
)
async def import_suppressions(
    member: MemberSession, file: Annotated[UploadFile, File(description="One address a line, or a CSV column.")]
) -> SuppressionImport:
    return await service.import_suppressions(member, file)


@router.get(
    "/export",
    operation_id="suppressions_export",
    summary="Download the list as CSV.",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The list as CSV."}},
)
async def export_suppressions(member: MemberSession) -> Response:
    return await service.export_suppressions(member)


@router.delete(
    "/{suppression_id}",
    operation_id="suppressions_delete",
    summary="Take an address off the list; only an administrator may.",
    status_code=204,
)
async def delete_suppression(
    member: MemberSession,
    suppression_id: UUID,
    reason: Annotated[str | None, Query(max_length=500, description="Kept in the audit log.")] = None,
) -> None:
    await service.delete_suppression(member, suppression_id, reason)


@webhook_router.get(
    "/u/{token}",
    operation_id="unsubscribe_show",
    summary="Ask a person whether they want no more messages. Changes nothing.",
    response_class=HTMLResponse,
    responses={404: _UNKNOWN_LINK, **responses(TooManyRequests)},
)
async def show_unsubscribe(request: Request, shared: Shared, token: Token) -> HTMLResponse:
    await _limit(request, shared)
    return _page(*await unsubscribe.show(shared, token, _preferred(request)))


@webhook_router.post(
    "/u/{token}",
    operation_id="unsubscribe_stop",
    summary="Send a person nothing more, from the page's button or in one click (RFC 8058).",
    response_class=HTMLResponse,
    responses={404: _UNKNOWN_LINK, **responses(TooManyRequests)},
)
async def stop_by_link(request: Request, shared: Shared, token: Token) -> HTMLResponse:
    await _limit(request, shared)
    return _page(*await unsubscribe.stop(shared, token, _preferred(request)))


async def _limit(request: Request, shared: Shared) -> None:
    await shared.limiter.enforce(PER_CALLER, request.client.host if request.client else "", request.scope)


def _preferred(request: Request) -> str:
    return "en" if request.headers.get("accept-language", "").casefold().startswith("en") else "fr"


def _page(status: int, content: str) -> HTMLResponse:
    return HTMLResponse(
        content,
        status_code=status,
        headers={
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Robots-Tag": "noindex",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'",
        },
    )
