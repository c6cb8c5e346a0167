from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from api_gateway.audit import service
from api_gateway.audit.repository import AuditFilter
from api_gateway.audit.schemas import AuditPage
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession

router = APIRouter(prefix="/audit-log")
CSV_ANSWER = {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The entries as CSV."}


def _filter(
    entity: Annotated[str | None, Query(max_length=60, description="Table, such as campaigns.")] = None,
    entity_id: UUID | None = None,
    actor: Annotated[str | None, Query(max_length=100, description="Such as user:<id> or workflow.")] = None,
    action: Literal["insert", "update", "delete"] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> AuditFilter:
    return AuditFilter(entity=entity, entity_id=entity_id, actor=actor, action=action, since=since, until=until)


Filter = Annotated[AuditFilter, Depends(_filter)]


@router.get("", operation_id="audit_list", summary="List changes, newest first; only an administrator sees them.")
async def list_entries(member: MemberSession, page: Paging, wanted: Filter) -> AuditPage:
    return await service.list_entries(member, page, wanted)


@router.get(
    "/export",
    operation_id="audit_export",
    summary="Download the changes that match, as CSV.",
    response_class=Response,
    responses={200: CSV_ANSWER},
)
async def export_entries(member: MemberSession, wanted: Filter) -> Response:
    return await service.export_entries(member, wanted)
