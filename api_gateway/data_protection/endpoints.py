from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.data_protection import retention, service
from api_gateway.data_protection.schemas import (
    DataExport,
    DataExportPage,
    Erasure,
    ErasurePage,
    ErasureRequest,
    ErasureStatus,
    ItemStatus,
    RetentionHold,
    RetentionItem,
    RetentionItemPage,
    RetentionReport,
    RetentionReportPage,
    RetentionSettings,
    RetentionSettingsFields,
)
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, Invalid, Unavailable, responses

router = APIRouter()


@router.post(
    "/prospects/{prospect_id}/exports",
    operation_id="data_exports_create",
    summary="Put everything that is held about a person into two files; only an administrator may.",
    status_code=202,
    responses=responses(Unavailable),
)
async def create_export(member: MemberSession, prospect_id: UUID) -> DataExport:
    return await service.create_export(member, prospect_id)


@router.get(
    "/data-exports",
    operation_id="data_exports_list",
    summary="List the exports of people's data, newest first; only an administrator may.",
)
async def list_exports(
    member: MemberSession, page: Paging, prospect_id: Annotated[UUID | None, Query()] = None
) -> DataExportPage:
    return await service.list_exports(member, page, prospect_id=prospect_id)


@router.get(
    "/data-exports/{export_id}",
    operation_id="data_exports_get",
    summary="Show an export, with addresses of its files that work for ten minutes.",
    responses=responses(Unavailable),
)
async def get_export(member: MemberSession, export_id: UUID) -> DataExport:
    return await service.get_export(member, export_id)


@router.post(
    "/prospects/{prospect_id}/erasure",
    operation_id="erasures_create",
    summary="Erase a person here and at every vendor, for good; only an administrator may.",
    status_code=202,
    responses=responses(Invalid, Conflict),
)
async def create_erasure(member: MemberSession, prospect_id: UUID, wanted: ErasureRequest) -> Erasure:
    return await service.create_erasure(member, prospect_id, wanted)


@router.get(
    "/erasures",
    operation_id="erasures_list",
    summary="List the erasures and what each vendor did, newest first; only an administrator may.",
)
async def list_erasures(
    member: MemberSession, page: Paging, status: Annotated[list[ErasureStatus] | None, Query()] = None
) -> ErasurePage:
    return await service.list_erasures(member, page, status=status)


@router.get(
    "/erasures/{erasure_id}", operation_id="erasures_get", summary="Show one erasure and what each vendor did about it."
)
async def get_erasure(member: MemberSession, erasure_id: UUID) -> Erasure:
    return await service.get_erasure(member, erasure_id)


@router.post(
    "/erasures/{erasure_id}/retry",
    operation_id="erasures_retry",
    summary="Ask the vendors once more that did not do what an erasure needs.",
    status_code=202,
    responses=responses(Conflict),
)
async def retry_erasure(member: MemberSession, erasure_id: UUID) -> Erasure:
    return await service.retry_erasure(member, erasure_id)


@router.get(
    "/settings/retention",
    operation_id="settings_get_retention",
    summary="Show how long people are kept after their last contact.",
)
async def get_retention_settings(member: MemberSession) -> RetentionSettings:
    return await retention.get_settings(member)


@router.put(
    "/settings/retention",
    operation_id="settings_put_retention",
    summary="Set how long people are kept; only an administrator may.",
)
async def put_retention_settings(member: MemberSession, wanted: RetentionSettingsFields) -> RetentionSettings:
    return await retention.put_settings(member, wanted)


@router.get(
    "/retention-reports",
    operation_id="retention_reports_list",
    summary="List the reports of people who have been silent for too long, newest first; only an administrator may.",
)
async def list_reports(member: MemberSession, page: Paging) -> RetentionReportPage:
    return await retention.list_reports(member, page)


@router.get("/retention-reports/{report_id}", operation_id="retention_reports_get", summary="Show one report.")
async def get_report(member: MemberSession, report_id: UUID) -> RetentionReport:
    return await retention.get_report(member, report_id)


@router.get(
    "/retention-reports/{report_id}/people",
    operation_id="retention_reports_people",
    summary="List the people of a report, longest silence first.",
)
async def list_people(
    member: MemberSession, report_id: UUID, page: Paging, status: Annotated[ItemStatus | None, Query()] = None
) -> RetentionItemPage:
    return await retention.list_people(member, report_id, page, status=status)


@router.post(
    "/retention-reports/{report_id}/approve",
    operation_id="retention_reports_approve",
    summary="Have a report acted upon now instead of on its date.",
    responses=responses(Conflict),
)
async def approve_report(member: MemberSession, report_id: UUID) -> RetentionReport:
    return await retention.approve_report(member, report_id)


@router.put(
    "/retention-items/{item_id}/hold",
    operation_id="retention_items_hold",
    summary="Keep a person in spite of the clock, until the hold is lifted.",
    responses=responses(Conflict),
)
async def hold_person(member: MemberSession, item_id: UUID, wanted: RetentionHold) -> RetentionItem:
    return await retention.hold(member, item_id, wanted)


@router.delete(
    "/retention-items/{item_id}/hold",
    operation_id="retention_items_release",
    summary="Lift a hold: the clock decides about the person again.",
    responses=responses(Conflict),
)
async def release_person(member: MemberSession, item_id: UUID) -> RetentionItem:
    return await retention.release(member, item_id)
