"""SQL of the inbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session


class Endpoint(BaseModel):
    """A vendor's way in, as the look-up by its path finds it."""

    id: UUID
    organization_id: UUID
    sealed_secret: str
    sealed_previous_secret: str | None
    previous_until: datetime | None
    status: str


class StoredEvent(BaseModel):
    """An event to be handled. `attempts`: how often that was tried before."""

    id: UUID
    organization_id: UUID
    source: str
    event_type: str
    raw_body: bytes
    headers: dict[str, str]
    received_at: datetime
    occurred_at: datetime | None
    attempts: int
    error: str | None


async def find_endpoint(session: Session, source: str, token_hash: str) -> Endpoint | None:
    return await session.row(
        Endpoint,
        "select * from private.inbound_endpoint(%(source)s, %(token_hash)s)",
        source=source,
        token_hash=token_hash,
    )


async def insert_event(session: Session, *, headers: dict[str, str], **values: Any) -> UUID | None:
    """The new event's id; None when its bytes or its meaning were there already, which is then counted."""
    event_id: UUID | None = await session.value(
        """
        insert into public.inbound_events
            (organization_id, endpoint_id, source, event_type, occurred_at, dedupe_key, meaning_key, raw_body, headers)
        values (%(organization_id)s, %(endpoint_id)s, %(source)s, %(event_type)s, %(occurred_at)s, %(dedupe_key)s,
                %(meaning_key)s, %(raw_body)s, %(headers)s)
        on conflict do nothing
        returning id
        """,
        headers=Jsonb(headers),
        **values,
    )
    if event_id is None:
        await session.execute(
            """
            update public.inbound_events set deliveries = deliveries + 1
            where organization_id = %(organization_id)s and source = %(source)s
              and (dedupe_key = %(dedupe_key)s or meaning_key = %(meaning_key)s)
            """,
            **values,
        )
    elif values["endpoint_id"] is not None:
        # Only now and then: a row written by every delivery would make them wait for each other.
        await session.execute(
            """
            update public.inbound_endpoints set last_event_at = clock_timestamp(), status = 'active'
            where id = %(id)s and (last_event_at is null or last_event_at < clock_timestamp() - interval '1 minute'
                                   or status = 'disabled')
            """,
            id=values["endpoint_id"],
        )
    return event_id


async def lock_event(session: Session, event_id: UUID) -> StoredEvent | None:
    """An event that still waits; None when it is handled.

    Whoever has the row is waited for: as likely as another worker it is a repeated delivery that only counts itself,
    and passing by would leave the event to the next sweep.
    """
    return await session.row(
        StoredEvent,
        """
        select id, organization_id, source, event_type, raw_body, headers, received_at, occurred_at, attempts, error
        from public.inbound_events
        where id = %(id)s and status = 'received'
        for update
        """,
        id=event_id,
    )


async def get_event(session: Session, event_id: UUID) -> StoredEvent | None:
    return await session.row(
        StoredEvent,
        """
        select id, organization_id, source, event_type, raw_body, headers, received_at, occurred_at, attempts, error
        from public.inbound_events where id = %(id)s
        """,
        id=event_id,
    )


async def stamp(session: Session, event_id: UUID, status: str, note: str | None) -> None:
    """The event is done with: handled, or ignored for the reason in `note`."""
    await session.execute(
        """
        update public.inbound_events
        set status = %(status)s, handled_at = clock_timestamp(), error = %(note)s, attempts = attempts + 1,
            lease_until = null
        where id = %(id)s
        """,
        id=event_id,
        status=status,
        note=note,
    )


async def note_failure(session: Session, event_id: UUID, error: str, *, most_attempts: int) -> bool:
    """Count a failed attempt and say whether the event is dead now."""
    return bool(
        await session.value(
            """
            update public.inbound_events
            set attempts = attempts + 1, error = %(error)s,
                status = case when attempts + 1 >= %(most)s then 'dead' else status end,
                lease_token = null, lease_until = null
            where id = %(id)s and status = 'received'
            returning status = 'dead'
            """,
            id=event_id,
            error=error,
            most=most_attempts,
        )
    )


async def unhandled(session: Session, older_than_s: int, most: int) -> list[dict[str, Any]]:
    return await session.dicts(
        "select id, organization_id from private.unhandled_events(make_interval(secs => %(age)s), %(most)s)",
        age=older_than_s,
        most=most,
    )
