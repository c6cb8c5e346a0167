from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Query, Response, UploadFile

from api_gateway.fields import EnrollmentStatus, Score
from api_gateway.pagination import Paging
from api_gateway.prospects import exporting, importing, service
from api_gateway.prospects.import_schemas import ImportPage, ImportPreview, ImportReport
from api_gateway.prospects.repository import ProspectFilter
from api_gateway.prospects.schemas import (
    LawfulBasis,
    Prospect,
    ProspectBulk,
    ProspectBulkResult,
    ProspectCreate,
    ProspectPage,
    ProspectPatch,
    SourceKind,
    TagList,
)
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, TooLarge, UnsupportedFormat, responses

router = APIRouter()
CsvFile = Annotated[
    UploadFile, File(description="CSV export of LinkedIn, Sales Navigator, Apollo, HubSpot, or any other.")
]
Mapping = Annotated[
    str | None, Form(max_length=20_000, description="JSON object from column name to field, where ours guesses wrong.")
]
CSV_ANSWER = {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "The prospects as CSV."}


def _filter(
    q: Annotated[
        str | None, Query(min_length=2, max_length=200, description="Part of name, address, title or company.")
    ] = None,
    campaign_id: UUID | None = None,
    status: Annotated[list[EnrollmentStatus] | None, Query()] = None,
    min_score: Score | None = None,
    tag: Annotated[str | None, Query(max_length=60)] = None,
    source: SourceKind | None = None,
) -> ProspectFilter:
    return ProspectFilter(q=q, campaign_id=campaign_id, status=status, min_score=min_score, tag=tag, source=source)


Filter = Annotated[ProspectFilter, Depends(_filter)]


@router.get("/prospects", operation_id="prospects_list", summary="List prospects by search and filters.")
async def list_prospects(
    member: MemberSession,
    page: Paging,
    wanted: Filter,
    sort: Literal["created_at", "score"] = "created_at",
) -> ProspectPage:
    return await service.list_prospects(member, page, wanted, sort=sort)


@router.post(
    "/prospects",
    operation_id="prospects_create",
    summary="Enter a prospect by hand.",
    status_code=201,
    responses=responses(Conflict),
)
async def create_prospect(member: MemberSession, wanted: ProspectCreate) -> Prospect:
    return await service.create_prospect(member, wanted)


@router.post(
    "/prospects/bulk",
    operation_id="prospects_bulk",
    summary="Tag, untag, suppress, enrol or delete many prospects at once.",
)
async def bulk(member: MemberSession, wanted: ProspectBulk) -> ProspectBulkResult:
    return await service.bulk(member, wanted)


@router.get(
    "/prospects/export",
    operation_id="prospects_export",
    summary="Download the prospects that match, as CSV.",
    response_class=Response,
    responses={200: CSV_ANSWER},
)
async def export_prospects(member: MemberSession, wanted: Filter) -> Response:
    return await exporting.export_prospects(member, wanted)


@router.post(
    "/prospects/imports",
    operation_id="prospects_import",
    summary="Bring in a CSV file, and enrol its people when a campaign is given.",
    status_code=201,
    responses=responses(Conflict, TooLarge, UnsupportedFormat),
)
async def import_prospects(
    member: MemberSession,
    file: CsvFile,
    campaign_id: Annotated[UUID | None, Form()] = None,
    mapping: Mapping = None,
    lawful_basis: Annotated[
        LawfulBasis, Form(description="On what ground these people's data may be held; stored with each of them.")
    ] = "legitimate_interest",
) -> ImportReport:
    return await importing.import_file(
        member, file, campaign_id=campaign_id, mapping=mapping, lawful_basis=lawful_basis
    )


@router.post(
    "/prospects/imports/preview",
    operation_id="prospects_preview_import",
    summary="Show how a CSV file would be read, without keeping anything.",
    responses=responses(TooLarge, UnsupportedFormat),
)
async def preview_import(member: MemberSession, file: CsvFile, mapping: Mapping = None) -> ImportPreview:
    return await importing.preview_file(member, file, mapping=mapping)


@router.get("/prospects/imports", operation_id="prospects_list_imports", summary="List imports, newest first.")
async def list_imports(member: MemberSession, page: Paging) -> ImportPage:
    return await importing.list_imports(member, page)


@router.get(
    "/prospects/imports/{import_id}", operation_id="prospects_get_import", summary="Show the report of an import."
)
async def get_import(member: MemberSession, import_id: UUID) -> ImportReport:
    return await importing.get_import(member, import_id)


@router.get("/prospects/{prospect_id}", operation_id="prospects_get", summary="Show all that is held about a prospect.")
async def get_prospect(member: MemberSession, prospect_id: UUID) -> Prospect:
    return await service.get_prospect(member, prospect_id)


@router.patch(
    "/prospects/{prospect_id}",
    operation_id="prospects_update",
    summary="Correct what is held about a prospect.",
    responses=responses(Conflict),
)
async def update_prospect(member: MemberSession, prospect_id: UUID, change: ProspectPatch) -> Prospect:
    return await service.update_prospect(member, prospect_id, change)


@router.delete(
    "/prospects/{prospect_id}",
    operation_id="prospects_delete",
    summary="Delete a prospect with everything that belongs to them.",
    status_code=204,
)
async def delete_prospect(member: MemberSession, prospect_id: UUID) -> None:
    await service.delete_prospect(member, prospect_id)


@router.get("/tags", operation_id="tags_list", summary="List the tags of the organisation.")
async def list_tags(member: MemberSession) -> TagList:
    return await service.list_tags(member)


@router.delete(
    "/tags/{tag_id}", operation_id="tags_delete", summary="Delete a tag from every prospect.", status_code=204
)
async def delete_tag(member: MemberSession, tag_id: UUID) -> None:
    await service.delete_tag(member, tag_id)
