"""SQL of the data protection room: exports and erasures, as administrators and the jobs see them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.data_protection.schemas import DataExportSummary, Erasure, VendorStatus
from api_gateway.database import Session

_EXPORT: LiteralString = """
    select id, prospect_id, status, requested_by, counts, error, ready_at, kept_until, created_at
    from public.data_exports where organization_id = %(organization_id)s
"""
_ERASURE: LiteralString = """
    select e.id, e.cause, e.status, e.requested_by, e.counts, e.error, e.created_at, e.erased_at, e.completed_at,
           coalesce((
               select jsonb_agg(jsonb_build_object(
                   'vendor', v.vendor, 'status', v.status, 'steps', v.steps, 'attempts', v.attempts, 'error', v.error,
                   'settled_at', v.settled_at) order by v.vendor)
               from public.erasure_vendors v where v.organization_id = e.organization_id and v.erasure_id = e.id
           ), '[]') as vendors
    from public.erasures e where e.organization_id = %(organization_id)s
"""


class Person(BaseModel):
    """By what a person is recognised when somebody types it."""

    first_name: str
    last_name: str
    email_norm: str | None
    phone_e164: str | None
    linkedin_norm: str | None


class Organization(BaseModel):
    name: str
    locale: str
    time_zone: str


class OpenErasure(BaseModel):
    """An erasure as the jobs see it."""

    id: UUID
    prospect_id: UUID
    status: str
    cause: str
    sealed_traces: str | None
    created_at: datetime


async def person(session: Session, organization_id: UUID, prospect_id: UUID) -> Person | None:
    return await session.row(
        Person,
        """
        select first_name, last_name, email_norm, phone_e164, linkedin_norm from public.prospects
        where organization_id = %(organization_id)s and id = %(id)s and erased_at is null
        """,
        organization_id=organization_id,
        id=prospect_id,
    )


async def organization(session: Session, organization_id: UUID) -> Organization:
    """Whose data it is to give out, and in which language."""
    found = await session.row(
        Organization,
        "select name, locale, time_zone from public.organizations where id = %(id)s",
        id=organization_id,
    )
    assert found is not None  # noqa: S101 - the session is narrowed to it
    return found


async def is_erased(session: Session, prospect_id: UUID) -> bool:
    return not await session.value(
        "select exists (select from public.prospects where id = %(id)s and erased_at is null)", id=prospect_id
    )


async def names_emptied_enrollment(session: Session, ids: Sequence[UUID]) -> bool:
    return bool(
        await session.value(
            """
            select exists (
                select from public.enrollments e
                join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
                where e.id = any (%(ids)s) and p.erased_at is not null)
            """,
            ids=list(ids),
        )
    )


async def insert_export(session: Session, organization_id: UUID, prospect_id: UUID, user_id: UUID) -> UUID:
    created: UUID = await session.value(
        """
        insert into public.data_exports (organization_id, prospect_id, requested_by)
        values (%(organization_id)s, %(prospect_id)s, %(user_id)s) returning id
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        user_id=user_id,
    )
    return created


async def exports(
    session: Session,
    organization_id: UUID,
    *,
    prospect_id: UUID | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[DataExportSummary]:
    """Newest first."""
    return await session.rows(
        DataExportSummary,
        _EXPORT
        + """
          and (%(prospect_id)s::uuid is null or prospect_id = %(prospect_id)s)
          and (%(at)s::timestamptz is null or (created_at, id) < (%(at)s, %(last)s))
        order by created_at desc, id desc limit %(limit)s
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def export(session: Session, organization_id: UUID, export_id: UUID) -> DataExportSummary | None:
    return await session.row(
        DataExportSummary,
        _EXPORT + " and id = %(id)s",
        organization_id=organization_id,
        id=export_id,
    )


async def finish_export(session: Session, export_id: UUID, counts: Mapping[str, int], *, kept_for: timedelta) -> None:
    await session.execute(
        """
        update public.data_exports
        set status = 'ready', counts = %(counts)s, error = null, ready_at = clock_timestamp(),
            kept_until = clock_timestamp() + %(kept_for)s
        where id = %(id)s and status <> 'removed'
        """,
        id=export_id,
        counts=Jsonb(dict(counts)),
        kept_for=kept_for,
    )


async def fail_export(session: Session, export_id: UUID, error: str) -> None:
    await session.execute(
        "update public.data_exports set status = 'failed', error = %(error)s where id = %(id)s and status = 'queued'",
        id=export_id,
        error=error,
    )


async def exports_of_person(session: Session, prospect_id: UUID) -> list[UUID]:
    return await session.values("select id from public.data_exports where prospect_id = %(id)s", id=prospect_id)


async def mark_removed(session: Session, export_ids: Sequence[UUID]) -> None:
    await session.execute(
        "update public.data_exports set status = 'removed' where id = any (%(ids)s)", ids=list(export_ids)
    )


async def exports_to_remove(session: Session, now: datetime) -> list[dict[str, Any]]:
    """Over all organizations: files whose time is up."""
    return await session.dicts("select id, organization_id from private.data_exports_to_remove(%(now)s)", now=now)


async def insert_erasure(session: Session, organization_id: UUID, prospect_id: UUID, user_id: UUID) -> UUID | None:
    """None when the person's erasure was asked for before."""
    created: UUID | None = await session.value(
        """
        insert into public.erasures (organization_id, prospect_id, requested_by)
        values (%(organization_id)s, %(prospect_id)s, %(user_id)s)
        on conflict (organization_id, prospect_id) do nothing returning id
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        user_id=user_id,
    )
    return created


async def insert_clock_erasure(session: Session, organization_id: UUID, prospect_id: UUID) -> UUID | None:
    """An erasure that the retention clock asks for."""
    created: UUID | None = await session.value(
        """
        insert into public.erasures (organization_id, prospect_id, cause)
        values (%(organization_id)s, %(prospect_id)s, 'retention')
        on conflict (organization_id, prospect_id) do nothing returning id
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )
    return created


async def erasures(
    session: Session,
    organization_id: UUID,
    *,
    status: Sequence[str] | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[Erasure]:
    """Newest first."""
    return await session.rows(
        Erasure,
        _ERASURE
        + """
          and (%(status)s::text[] is null or e.status = any (%(status)s))
          and (%(at)s::timestamptz is null or (e.created_at, e.id) < (%(at)s, %(last)s))
        order by e.created_at desc, e.id desc limit %(limit)s
        """,
        organization_id=organization_id,
        status=list(status) if status else None,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def erasure(session: Session, organization_id: UUID, erasure_id: UUID) -> Erasure | None:
    return await session.row(
        Erasure,
        _ERASURE + " and e.id = %(id)s",
        organization_id=organization_id,
        id=erasure_id,
    )


async def lock_erasure(session: Session, erasure_id: UUID) -> OpenErasure | None:
    return await session.row(
        OpenErasure,
        """
        select id, prospect_id, status, cause, sealed_traces, created_at from public.erasures
        where id = %(id)s for update
        """,
        id=erasure_id,
    )


async def traces(session: Session, prospect_id: UUID) -> dict[str, Any] | None:
    """By what we, and the vendors, know a person; None when they are erased."""
    found: dict[str, Any] | None = await session.value("select private.person_traces(%(id)s)", id=prospect_id)
    return found


async def rows_of_person(
    session: Session, prospect_id: UUID, pattern: str, keys: Sequence[str]
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Each table with what it holds about a person, in reading order."""
    rows = await session.dicts(
        "select table_name, rows from private.person_rows(%(id)s, %(pattern)s, %(keys)s)",
        id=prospect_id,
        pattern=pattern,
        keys=list(keys),
    )
    return [(row["table_name"], row["rows"]) for row in rows]


async def sending_until(session: Session, prospect_id: UUID) -> datetime | None:
    """Until when a message of theirs may still be on its way to the vendor; None when none is."""
    until: datetime | None = await session.value(
        """
        select max(i.lease_until) from public.send_intents i
        join public.messages m on m.organization_id = i.organization_id and m.id = i.message_id
        where m.prospect_id = %(id)s and i.status = 'sending' and i.lease_until > clock_timestamp()
        """,
        id=prospect_id,
    )
    return until


async def erase(session: Session, erasure_id: UUID, pattern: str, keys: Sequence[str]) -> dict[str, int]:
    """Delete or empty everything about the person. Answers how many rows of which table."""
    counts: dict[str, int] = await session.value(
        "select private.erase_person(%(id)s, %(pattern)s, %(keys)s)", id=erasure_id, pattern=pattern, keys=list(keys)
    )
    return counts


async def note_erased(session: Session, erasure_id: UUID, counts: Mapping[str, int], sealed_traces: str | None) -> None:
    await session.execute(
        """
        update public.erasures
        set status = 'erased', counts = %(counts)s, sealed_traces = %(sealed)s, erased_at = clock_timestamp()
        where id = %(id)s
        """,
        id=erasure_id,
        counts=Jsonb(dict(counts)),
        sealed=sealed_traces,
    )


async def add_vendors(session: Session, organization_id: UUID, erasure_id: UUID, vendors: Sequence[str]) -> None:
    await session.execute(
        """
        insert into public.erasure_vendors (organization_id, erasure_id, vendor)
        select %(organization_id)s, %(erasure_id)s, vendor from unnest(%(vendors)s::text[]) as vendor
        on conflict do nothing
        """,
        organization_id=organization_id,
        erasure_id=erasure_id,
        vendors=list(vendors),
    )


async def unsettled_vendors(session: Session, erasure_id: UUID) -> list[str]:
    return await session.values(
        """
        select vendor from public.erasure_vendors
        where erasure_id = %(id)s and status in ('pending', 'failed') order by vendor
        """,
        id=erasure_id,
    )


async def note_vendor(
    session: Session,
    erasure_id: UUID,
    vendor: str,
    status: VendorStatus,
    *,
    steps: Sequence[Mapping[str, Any]] = (),
    error: str | None = None,
) -> None:
    """What a vendor did; steps that it had done before stay when it fails later."""
    await session.execute(
        """
        update public.erasure_vendors
        set status = %(status)s, error = %(error)s, attempts = attempts + 1,
            steps = case when %(status)s in ('done', 'not_offered') then %(steps)s else steps end,
            settled_at = case when %(status)s in ('done', 'not_offered') then clock_timestamp() end
        where erasure_id = %(id)s and vendor = %(vendor)s
        """,
        id=erasure_id,
        vendor=vendor,
        status=status,
        steps=Jsonb([dict(step) for step in steps]),
        error=error,
    )


async def settle_erasure(session: Session, erasure_id: UUID) -> str:
    """Bring an erasure to where its vendors are; the sealed traces go once nobody needs them. Answers the status."""
    status: str = await session.value(
        """
        with open as (
            select count(*) filter (where status = 'pending') as pending,
                   count(*) filter (where status = 'failed') as failed
            from public.erasure_vendors where erasure_id = %(id)s
        ), known as (
            select case when pending > 0 then 'erased' when failed > 0 then 'incomplete' else 'done' end as status
            from open
        )
        update public.erasures e
        set status = known.status,
            completed_at = case when known.status = 'done' then coalesce(e.completed_at, clock_timestamp()) end,
            sealed_traces = case when known.status = 'done' then null else e.sealed_traces end
        from known where e.id = %(id)s returning known.status
        """,
        id=erasure_id,
    )
    return status


async def may_ask_again(session: Session, erasure_id: UUID) -> bool:
    """Whether it is still known by what the vendors know the person."""
    return bool(await session.value("select private.erasure_has_traces(%(id)s)", id=erasure_id))


async def give_up(session: Session, erasure_id: UUID) -> None:
    """Forget by what the vendors knew the person: nobody will be asked again."""
    await session.execute("update public.erasures set sealed_traces = null where id = %(id)s", id=erasure_id)


async def unfinished_erasures(session: Session) -> list[dict[str, Any]]:
    """Over all organizations: erasures whose job was lost, or whose vendors did not answer."""
    return await session.dicts("select id, organization_id, status, created_at from private.unfinished_erasures()")
