"""SQL of the retention clock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from api_gateway.data_protection.schemas import (
    ItemStatus,
    RetentionItem,
    RetentionReport,
    RetentionSettings,
    RetentionSettingsFields,
)
from api_gateway.database import Session

_REPORT: LiteralString = """
    select r.id, r.status, r.retention_months, r.people_count, r.acts_at, r.approved_by, r.approved_at, r.acted_at,
           r.created_at, coalesce(c.due, 0) as due_count, coalesce(c.held, 0) as held_count,
           coalesce(c.erased, 0) as erased_count, coalesce(c.spared, 0) as spared_count
    from public.retention_reports r
    left join lateral (
        select count(*) filter (where i.status = 'due') as due, count(*) filter (where i.status = 'held') as held,
               count(*) filter (where i.status = 'erased') as erased,
               count(*) filter (where i.status = 'spared') as spared
        from public.retention_items i where i.organization_id = r.organization_id and i.report_id = r.id
    ) c on true
    where r.organization_id = %(organization_id)s
"""
_ITEM: LiteralString = """
    select i.id, i.report_id, i.prospect_id, p.first_name, p.last_name, p.email, i.last_contact_at, i.counted_from,
           i.status, i.hold_reason, i.held_by, i.held_at
    from public.retention_items i
    left join public.prospects p
      on p.organization_id = i.organization_id and p.id = i.prospect_id and p.erased_at is null
    where i.organization_id = %(organization_id)s
"""


async def settings(session: Session, organization_id: UUID) -> RetentionSettings | None:
    return await session.row(
        RetentionSettings,
        """
        select retention_months, notice_days, updated_at from public.retention_settings
        where organization_id = %(organization_id)s
        """,
        organization_id=organization_id,
    )


async def save_settings(session: Session, organization_id: UUID, wanted: RetentionSettingsFields) -> None:
    await session.execute(
        """
        insert into public.retention_settings (organization_id, retention_months, notice_days)
        values (%(organization_id)s, %(retention_months)s, %(notice_days)s)
        on conflict (organization_id) do update set
            retention_months = excluded.retention_months, notice_days = excluded.notice_days
        """,
        organization_id=organization_id,
        **wanted.model_dump(),
    )


async def reports(
    session: Session, organization_id: UUID, *, after: tuple[datetime | None, UUID | None], limit: int
) -> list[RetentionReport]:
    """Newest first."""
    return await session.rows(
        RetentionReport,
        _REPORT
        + """
          and (%(at)s::timestamptz is null or (r.created_at, r.id) < (%(at)s, %(last)s))
        order by r.created_at desc, r.id desc limit %(limit)s
        """,
        organization_id=organization_id,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def report(session: Session, organization_id: UUID, report_id: UUID) -> RetentionReport | None:
    return await session.row(
        RetentionReport, _REPORT + " and r.id = %(id)s", organization_id=organization_id, id=report_id
    )


async def approve(session: Session, organization_id: UUID, report_id: UUID, user_id: UUID) -> int:
    return await session.execute(
        """
        update public.retention_reports
        set status = 'approved', approved_by = %(user_id)s, approved_at = clock_timestamp()
        where organization_id = %(organization_id)s and id = %(id)s and status = 'announced'
        """,
        organization_id=organization_id,
        id=report_id,
        user_id=user_id,
    )


async def people(
    session: Session,
    organization_id: UUID,
    report_id: UUID,
    *,
    status: ItemStatus | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[RetentionItem]:
    """Longest silence first."""
    return await session.rows(
        RetentionItem,
        _ITEM
        + """
          and i.report_id = %(report_id)s and (%(status)s::text is null or i.status = %(status)s)
          and (%(at)s::timestamptz is null or (i.last_contact_at, i.id) > (%(at)s, %(last)s))
        order by i.last_contact_at, i.id limit %(limit)s
        """,
        organization_id=organization_id,
        report_id=report_id,
        status=status,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def item(session: Session, organization_id: UUID, item_id: UUID) -> RetentionItem | None:
    return await session.row(RetentionItem, _ITEM + " and i.id = %(id)s", organization_id=organization_id, id=item_id)


async def hold(session: Session, organization_id: UUID, item_id: UUID, user_id: UUID, reason: str) -> int:
    return await session.execute(
        """
        update public.retention_items
        set status = 'held', held_by = %(user_id)s, held_at = clock_timestamp(), hold_reason = %(reason)s
        where organization_id = %(organization_id)s and id = %(id)s and status in ('due', 'held')
        """,
        organization_id=organization_id,
        id=item_id,
        user_id=user_id,
        reason=reason,
    )


async def release(session: Session, organization_id: UUID, item_id: UUID) -> int:
    return await session.execute(
        """
        update public.retention_items set status = 'due', held_by = null, held_at = null, hold_reason = null
        where organization_id = %(organization_id)s and id = %(id)s and status = 'held'
        """,
        organization_id=organization_id,
        id=item_id,
    )


async def organizations_with_silent_people(session: Session, now: datetime) -> list[UUID]:
    """Over all organizations: who has people that are due and in no open report."""
    return await session.values("select private.organizations_with_silent_people(%(now)s)", now=now)


async def announce(session: Session, organization_id: UUID, now: datetime) -> tuple[UUID, int, datetime] | None:
    """Write a report of those who are due and stand in no open report. None when there is nobody."""
    rows = await session.dicts(
        "select report_id, people, acts_at from private.announce_silent_people(%(organization_id)s, %(now)s)",
        organization_id=organization_id,
        now=now,
    )
    return (rows[0]["report_id"], rows[0]["people"], rows[0]["acts_at"]) if rows else None


async def reports_to_act_on(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Over all organizations: reports whose date has passed, or which were approved."""
    return await session.dicts("select id, organization_id from private.retention_reports_to_act_on(%(now)s)", now=now)


async def spare(session: Session, report_id: UUID, now: datetime) -> int:
    """Let go of those in a report who have given a sign of life, or whose time is not up by the rule of today."""
    spared: int = await session.value("select private.spare_people(%(id)s, %(now)s)", id=report_id, now=now)
    return spared


async def due_people(session: Session, report_id: UUID, most: int) -> list[UUID]:
    return await session.values(
        """
        select prospect_id from public.retention_items
        where report_id = %(report_id)s and status = 'due' order by last_contact_at, id limit %(most)s for update
        """,
        report_id=report_id,
        most=most,
    )


async def mark_erased(session: Session, report_id: UUID, prospects: Sequence[UUID]) -> None:
    await session.execute(
        """
        update public.retention_items set status = 'erased'
        where report_id = %(report_id)s and prospect_id = any (%(prospects)s)
        """,
        report_id=report_id,
        prospects=list(prospects),
    )


async def close(session: Session, report_id: UUID) -> None:
    await session.execute(
        "update public.retention_reports set status = 'acted', acted_at = clock_timestamp() where id = %(id)s",
        id=report_id,
    )
