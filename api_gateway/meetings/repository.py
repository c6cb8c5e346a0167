"""SQL of meetings."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString, NamedTuple
from uuid import UUID

from psycopg.sql import SQL
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.meetings.schemas import Meeting, MeetingStatus

WHOSE_EVENT: LiteralString = "select private.event_organization(%(id)s, %(token)s)"
_MEETING: LiteralString = """
    select m.id, m.campaign_id, c.name as campaign_name, m.enrollment_id, m.prospect_id,
           nullif(trim(concat_ws(' ', p.first_name, p.last_name)), '') as prospect_name, co.name as company_name,
           m.provider, m.booking_uid, m.title, m.start_at, m.end_at, m.time_zone, m.status, m.video_url,
           m.organizer_email, m.attendee_email, m.attendee_name, m.attendees, m.cancellation_reason,
           cardinality(m.previous_uids) as moved_times, m.created_at
    from public.meetings m
    left join public.campaigns c on c.organization_id = m.organization_id and c.id = m.campaign_id
    left join public.prospects p on p.organization_id = m.organization_id and p.id = m.prospect_id
    left join public.companies co on co.organization_id = p.organization_id and co.id = p.company_id
    where m.organization_id = %(organization_id)s
"""


class Stamp(NamedTuple):
    """How much what an event told counts: more for a booking or a move (`level` 1), then by event time and rank."""

    level: int
    at: datetime
    rank: int


class Known(BaseModel):
    """A meeting as far as events change it. `detail_stamps`: by detail, the stamp of the event that told it."""

    id: UUID
    provider: Literal["calcom", "calendly"]
    enrollment_id: UUID | None
    booking_uid: str
    previous_uids: list[str]
    title: str
    start_at: datetime
    end_at: datetime
    time_zone: str
    status: MeetingStatus
    cancellation_reason: str | None
    video_url: str | None
    organizer_email: str | None
    attendees: list[dict[str, Any]]
    last_event_at: datetime
    last_event_rank: int
    detail_stamps: dict[str, Stamp]


class Whose(BaseModel):
    """The enrollment that a booking belongs to. `source_message_id`: our last answer, which brought it."""

    enrollment_id: UUID
    campaign_id: UUID
    prospect_id: UUID
    source_message_id: UUID | None


class Leased(BaseModel):
    event_id: UUID
    organization_id: UUID
    lease_token: UUID


async def page(
    session: Session,
    organization_id: UUID,
    *,
    when: str,
    status: list[str] | None,
    campaign_id: UUID | None,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[Meeting]:
    """One row more than `limit`: upcoming ones soonest first, past ones and all latest first."""
    ahead = SQL(
        """
        and m.end_at > now() and (%(at)s::timestamptz is null or (m.start_at, m.id) > (%(at)s, %(last)s))
        order by m.start_at, m.id limit %(limit)s
        """
    )
    back = SQL(
        """
        and (%(when)s = 'all' or m.end_at <= now())
        and (%(at)s::timestamptz is null or (m.start_at, m.id) < (%(at)s, %(last)s))
        order by m.start_at desc, m.id desc limit %(limit)s
        """
    )
    narrowed = SQL(
        """
        and (%(status)s::text[] is null or m.status = any (%(status)s))
        and (%(campaign_id)s::uuid is null or m.campaign_id = %(campaign_id)s)
        """
    )
    return await session.rows(
        Meeting,
        SQL(_MEETING) + narrowed + (ahead if when == "upcoming" else back),
        organization_id=organization_id,
        when=when,
        status=status,
        campaign_id=campaign_id,
        at=after[0],
        last=after[1],
        limit=limit + 1,
    )


async def one(session: Session, organization_id: UUID, meeting_id: UUID) -> Meeting | None:
    return await session.row(
        Meeting, SQL(_MEETING) + SQL("and m.id = %(id)s"), organization_id=organization_id, id=meeting_id
    )


async def known_by_id(session: Session, meeting_id: UUID) -> Known | None:
    return await session.row(Known, "select * from public.meetings where id = %(id)s for update", id=meeting_id)


async def lock(session: Session, organization_id: UUID, provider: str) -> None:
    """One event of a vendor's calendar at a time: a move concerns several rows."""
    await session.execute(
        "select pg_advisory_xact_lock(hashtextextended(%(key)s, 0))", key=f"meetings:{organization_id}:{provider}"
    )


async def known(session: Session, provider: str, uids: Sequence[str]) -> list[Known]:
    """The meetings that any of `uids` leads to."""
    return await session.rows(
        Known,
        """
        select * from public.meetings
        where organization_id = private.workflow_organization_id() and provider = %(provider)s
          and (booking_uid = any (%(uids)s) or previous_uids && %(uids)s::text[])
        order by created_at, id
        for update
        """,
        provider=provider,
        uids=list(uids),
    )


async def whose(session: Session, enrollment_id: UUID | None, addresses: Sequence[str]) -> Whose | None:
    """By the mark that our link carried, else by who booked: the enrollment written to last."""
    return await session.row(
        Whose,
        """
        select e.id as enrollment_id, e.campaign_id, e.prospect_id,
               (select m.id from public.messages m
                where m.organization_id = e.organization_id and m.enrollment_id = e.id and m.status = 'sent'
                order by m.sent_at desc limit 1) as source_message_id
        from public.enrollments e
        join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
        where e.organization_id = private.workflow_organization_id()
          and (e.id = %(enrollment_id)s
               or (p.email_norm = any (%(addresses)s)
                   and e.status in ('in_sequence', 'replied', 'meeting_scheduled', 'completed', 'not_interested',
                                    'unsubscribed', 'bounced')))
        order by e.id is not distinct from %(enrollment_id)s desc,
                 (select max(m.sent_at) from public.messages m
                  where m.organization_id = e.organization_id and m.enrollment_id = e.id) desc nulls last, e.id
        limit 1
        """,
        enrollment_id=enrollment_id,
        addresses=list(addresses),
    )


async def insert(session: Session, **values: Any) -> UUID:
    meeting_id: UUID = await session.value(
        """
        insert into public.meetings
            (organization_id, enrollment_id, campaign_id, prospect_id, source_message_id, provider, booking_uid,
             previous_uids, title, start_at, end_at, time_zone, status, video_url, organizer_email, attendee_email,
             attendee_name, attendees, cancellation_reason, last_event_at, last_event_rank, detail_stamps)
        values (%(organization_id)s, %(enrollment_id)s, %(campaign_id)s, %(prospect_id)s, %(source_message_id)s,
                %(provider)s, %(booking_uid)s, %(previous_uids)s, %(title)s, %(start_at)s, %(end_at)s, %(time_zone)s,
                %(status)s, %(video_url)s, %(organizer_email)s, %(attendee_email)s, %(attendee_name)s, %(attendees)s,
                %(cancellation_reason)s, %(last_event_at)s, %(last_event_rank)s, %(detail_stamps)s)
        returning id
        """,
        **values,
    )
    return meeting_id


async def update(session: Session, meeting_id: UUID, **values: Any) -> None:
    await session.execute(
        """
        update public.meetings
        set booking_uid = %(booking_uid)s, previous_uids = %(previous_uids)s, title = %(title)s,
            start_at = %(start_at)s, end_at = %(end_at)s, time_zone = %(time_zone)s, status = %(status)s,
            video_url = %(video_url)s, organizer_email = %(organizer_email)s, attendee_email = %(attendee_email)s,
            attendee_name = %(attendee_name)s, attendees = %(attendees)s,
            cancellation_reason = %(cancellation_reason)s, last_event_at = %(last_event_at)s,
            last_event_rank = %(last_event_rank)s, detail_stamps = %(detail_stamps)s
        where id = %(id)s
        """,
        id=meeting_id,
        **values,
    )


async def attach(session: Session, meeting_id: UUID, enrollment_id: UUID) -> None:
    await session.execute(
        """
        update public.meetings m
        set enrollment_id = e.id, campaign_id = e.campaign_id, prospect_id = e.prospect_id,
            source_message_id = (select s.id from public.messages s
                                 where s.organization_id = e.organization_id and s.enrollment_id = e.id
                                   and s.status = 'sent' order by s.sent_at desc limit 1)
        from public.enrollments e
        where m.id = %(id)s and e.organization_id = m.organization_id and e.id = %(enrollment_id)s
        """,
        id=meeting_id,
        enrollment_id=enrollment_id,
    )


async def drop_duplicates(session: Session, kept: UUID, duplicates: Sequence[UUID]) -> None:
    await session.execute(
        "select private.drop_duplicate_meetings(%(kept)s, %(duplicates)s)", kept=kept, duplicates=list(duplicates)
    )


async def reopen_early_events(
    session: Session, organization_id: UUID, source: str, uids: list[str], *, error: str
) -> None:
    """Have the events handled again that were set aside with `error` and name one of `uids`."""
    await session.execute(
        """
        update public.inbound_events e
        set status = 'received', attempts = 0, error = null, handled_at = null, lease_token = null, lease_until = null
        where e.organization_id = %(organization_id)s and e.status = 'ignored' and e.source = %(source)s
          and e.received_at > now() - interval '90 days' and e.error = %(error)s
          and exists (
              select from unnest(%(uids)s::text[]) uid where position(convert_to(uid, 'UTF8') in e.raw_body) > 0
          )
        """,
        organization_id=organization_id,
        source=source,
        uids=uids,
        error=error,
    )


async def status_of(session: Session, meeting_id: UUID) -> MeetingStatus:
    status: MeetingStatus = await session.value("select status from public.meetings where id = %(id)s", id=meeting_id)
    return status


async def claim_events(session: Session, most: int, event_id: UUID | None, lease: timedelta) -> list[Leased]:
    return await session.rows(
        Leased,
        "select * from private.claim_booking_events(%(most)s, %(event_id)s, %(lease)s)",
        most=most,
        event_id=event_id,
        lease=lease,
    )


async def event_state(session: Session, event_id: UUID, lease_token: UUID) -> dict[str, Any] | None:
    """Whether a held event is still to be done."""
    rows = await session.dicts(
        """
        select status, coalesce(lease_until > clock_timestamp(), false) as is_held
        from public.inbound_events where id = %(id)s and lease_token = %(token)s
        for update
        """,
        id=event_id,
        token=lease_token,
    )
    return rows[0] if rows else None
