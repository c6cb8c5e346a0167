"""SQL of the inbox as administrators see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.database import Session
from api_gateway.webhooks.schemas import InboundEvent, InboxCount

_COLUMNS: LiteralString = """
    id, source, event_type, status, deliveries, attempts, error, received_at, occurred_at, handled_at
"""
_WANTED: LiteralString = """
    from public.inbound_events
    where organization_id = %(organization_id)s
      and (%(ids)s::uuid[] is null or id = any (%(ids)s))
      and (%(status)s::text[] is null or status = any (%(status)s))
      and (%(source)s::text is null or source = %(source)s)
      and (%(event_type)s::text is null or event_type = %(event_type)s)
      and (%(received_from)s::timestamptz is null or received_at >= %(received_from)s)
      and (%(received_until)s::timestamptz is null or received_at < %(received_until)s)
"""


class RawEvent(InboundEvent):
    headers: dict[str, str]
    raw_body: bytes


async def page(
    session: Session,
    organization_id: UUID,
    wanted: Mapping[str, Any],
    *,
    after: tuple[datetime | None, UUID | None],
    limit: int,
) -> list[InboundEvent]:
    """One row more than `limit`, newest first."""
    query = SQL("select {} {}").format(SQL(_COLUMNS), SQL(_WANTED)) + SQL(
        """
        and (%(at)s::timestamptz is null or (received_at, id) < (%(at)s, %(last)s))
        order by received_at desc, id desc limit %(limit)s
        """
    )
    return await session.rows(
        InboundEvent, query, organization_id=organization_id, at=after[0], last=after[1], limit=limit + 1, **wanted
    )


async def one(session: Session, organization_id: UUID, event_id: UUID) -> RawEvent | None:
    query = SQL(
        """
        select {}, headers, raw_body from public.inbound_events
        where organization_id = %(organization_id)s and id = %(id)s
        """
    ).format(SQL(_COLUMNS))
    return await session.row(RawEvent, query, organization_id=organization_id, id=event_id)


async def ids(session: Session, organization_id: UUID, wanted: Mapping[str, Any], *, most: int) -> list[UUID]:
    """Oldest first, so that a replay follows the order in which things came."""
    query = SQL("select id {}").format(SQL(_WANTED)) + SQL("order by received_at, id limit %(most)s")
    return await session.values(query, organization_id=organization_id, most=most, **wanted)


async def reopen(session: Session, organization_id: UUID, events: Sequence[UUID]) -> list[UUID]:
    return await session.values(
        "select private.replay_events(%(organization_id)s, %(events)s)",
        organization_id=organization_id,
        events=list(events),
    )


async def retire_endpoint(session: Session, organization_id: UUID, endpoint_id: UUID) -> bool:
    return bool(
        await session.value(
            "select private.retire_endpoint(%(organization_id)s, %(id)s)",
            organization_id=organization_id,
            id=endpoint_id,
        )
    )


async def counts(session: Session, organization_id: UUID) -> list[InboxCount]:
    return await session.rows(
        InboxCount,
        """
        select source, status, count(*) as events from public.inbound_events
        where organization_id = %(organization_id)s
        group by source, status order by source, status
        """,
        organization_id=organization_id,
    )


async def oldest_waiting(session: Session, organization_id: UUID) -> datetime | None:
    at: datetime | None = await session.value(
        """
        select min(received_at) from public.inbound_events
        where organization_id = %(organization_id)s and status = 'received'
        """,
        organization_id=organization_id,
    )
    return at
