from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Query, Response, UploadFile

from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession
from api_gateway.suppressions import service
from api_gateway.suppressions.schemas import (
    Suppression,
    SuppressionCreate,
    SuppressionImport,
    SuppressionKind,
    SuppressionPage,
)
from kit.errors import Conflict, TooLarge, UnsupportedFormat, responses

router = APIRouter(prefix="/suppressions")


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
async def delete_suppression(member: MemberSession, suppression_id: UUID) -> None:
    await service.delete_suppression(member, suppression_id)
