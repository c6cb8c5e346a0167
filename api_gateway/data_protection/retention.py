"""The retention clock: who has been silent for too long is announced first, and erased only on the announced date.

The clock starts with the last contact that came *from* the person (a reply, a booking, a click); where there never was
one, with the day on which we got them. See docs/data-protection.md.
"""

from datetime import UTC, datetime
from uuid import UUID

import structlog

from api_gateway.data_protection import repository as erasures
from api_gateway.data_protection import retention_repository as repository
from api_gateway.data_protection import service
from api_gateway.data_protection.schemas import (
    ItemStatus,
    RetentionHold,
    RetentionItem,
    RetentionItemPage,
    RetentionReport,
    RetentionReportPage,
    RetentionSettings,
    RetentionSettingsFields,
)
from api_gateway.notifications.repository import raise_alert
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.resources import Resources
from api_gateway.sessions import Member
from kit.errors import Conflict, NotFound

BATCH = 200
log = structlog.get_logger(__name__)


class NoSuchReport(NotFound):
    code = "retention_report_not_found"
    default_detail = "There is no such report in this organisation."


class NoSuchItem(NotFound):
    code = "retention_item_not_found"
    default_detail = "There is no such person in a report of this organisation."


class ReportClosed(Conflict):
    code = "retention_report_closed"
    default_detail = "This report was approved or acted upon already."


class NotHoldable(Conflict):
    code = "retention_item_settled"
    default_detail = "This person is erased or spared already, or is not held."


async def get_settings(member: Member) -> RetentionSettings:
    """The organization's rule, or the default one."""
    found = await repository.settings(member.session, member.organization_id)
    return found or RetentionSettings(updated_at=None)


async def put_settings(member: Member, wanted: RetentionSettingsFields) -> RetentionSettings:
    """Set the rule. It counts for reports already announced too: whom it no longer reaches is spared. NotPermitted."""
    service.require_administrator(member)
    await repository.save_settings(member.session, member.organization_id, wanted)
    return await get_settings(member)


async def list_reports(member: Member, page: PageRequest) -> RetentionReportPage:
    """Reports, newest first. NotPermitted below administrator."""
    service.require_administrator(member)
    rows = await repository.reports(
        member.session, member.organization_id, after=page.after_time(), limit=page.limit + 1
    )
    items, more = cut(rows, page.limit)
    return RetentionReportPage(
        items=items, next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None
    )


async def get_report(member: Member, report_id: UUID) -> RetentionReport:
    """One report. NoSuchReport, NotPermitted."""
    service.require_administrator(member)
    found = await repository.report(member.session, member.organization_id, report_id)
    if found is None:
        raise NoSuchReport
    return found


async def list_people(
    member: Member, report_id: UUID, page: PageRequest, *, status: ItemStatus | None
) -> RetentionItemPage:
    """The people of a report, longest silence first. NoSuchReport, NotPermitted."""
    await get_report(member, report_id)
    rows = await repository.people(
        member.session,
        member.organization_id,
        report_id,
        status=status,
        after=page.after_time(),
        limit=page.limit + 1,
    )
    items, more = cut(rows, page.limit)
    return RetentionItemPage(
        items=items, next_cursor=encode_cursor(items[-1].last_contact_at, items[-1].id) if more else None
    )


async def approve_report(member: Member, report_id: UUID) -> RetentionReport:
    """Have a report acted upon at once. NoSuchReport, NotPermitted, ReportClosed."""
    await get_report(member, report_id)
    if not await repository.approve(member.session, member.organization_id, report_id, member.user_id):
        raise ReportClosed
    await service.defer_acting(member.session, member.organization_id, report_id)
    return await get_report(member, report_id)


async def hold(member: Member, item_id: UUID, wanted: RetentionHold) -> RetentionItem:
    """Keep a person, in this report and all later ones, until the hold is lifted. NoSuchItem, NotHoldable."""
    await _item(member, item_id)
    if not await repository.hold(member.session, member.organization_id, item_id, member.user_id, wanted.reason):
        raise NotHoldable
    return await _item(member, item_id)


async def release(member: Member, item_id: UUID) -> RetentionItem:
    """Lift a hold. NoSuchItem, NotHoldable."""
    await _item(member, item_id)
    if not await repository.release(member.session, member.organization_id, item_id):
        raise NotHoldable
    return await _item(member, item_id)


async def _item(member: Member, item_id: UUID) -> RetentionItem:
    service.require_administrator(member)
    found = await repository.item(member.session, member.organization_id, item_id)
    if found is None:
        raise NoSuchItem
    return found


async def run(shared: Resources, now: datetime) -> None:
    """One beat of the clock: announce who is due as of `now`, act on reports whose date has passed."""
    async with shared.database.workflow(actor="retention") as session:
        organizations = await repository.organizations_with_silent_people(session, now)
    for organization_id in organizations:
        await announce(shared, organization_id, now)
    async with shared.database.workflow(actor="retention") as session:
        reports = await repository.reports_to_act_on(session, now)
    for report in reports:
        await act(shared, report["organization_id"], report["id"], now)


async def announce(shared: Resources, organization_id: UUID, now: datetime) -> UUID | None:
    """Write a report of who is due, and tell the organization. Nothing happens to anybody yet."""
    async with shared.database.workflow(organization_id, actor="retention", reason="retention_clock") as session:
        written = await repository.announce(session, organization_id, now)
        if written is None:
            return None
        report_id, people, acts_at = written
        await raise_alert(
            session,
            organization_id,
            kind="retention_report",
            severity="info",
            title=f"{people} people have been silent for too long",
            detail=f"They will be erased on {acts_at.date().isoformat()} unless you keep them; see data protection.",
            dedupe_key=f"retention:{report_id}",
            entity="retention_reports",
            entity_id=report_id,
        )
    log.info("retention_announced", organization_id=str(organization_id), people=people)
    return report_id


async def act(shared: Resources, organization_id: UUID, report_id: UUID, now: datetime | None = None) -> int:
    """Have those erased who are in the report and still due; answers how many. Held people stay."""
    now = now or datetime.now(UTC)
    begun = 0
    async with shared.database.workflow(organization_id, actor="retention", reason="retention_clock") as session:
        await session.allow_seconds(120)
        await repository.spare(session, report_id, now)
    while True:
        async with shared.database.workflow(organization_id, actor="retention", reason="retention_clock") as session:
            people = await repository.due_people(session, report_id, BATCH)
            for prospect_id in people:
                erasure_id = await erasures.insert_clock_erasure(session, organization_id, prospect_id)
                if erasure_id is not None:
                    await service.defer_erasing(session, organization_id, erasure_id)
            await repository.mark_erased(session, report_id, people)
            if not people:
                await repository.close(session, report_id)
                break
        begun += len(people)
    return begun
