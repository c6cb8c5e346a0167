"""SQL of the vendors' ways in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.webhooks.schemas import InboundEndpoint


class StandingEndpoint(BaseModel):
    """A way in that is open."""

    id: UUID
    source: str
    vendor_webhook_id: str | None
    status: str
    last_checked_at: datetime | None
    watermark_at: datetime | None
    created_at: datetime


async def standing(session: Session, source: str) -> list[StandingEndpoint]:
    """Those of the organization that the session is narrowed to, newest first."""
    return await session.rows(
        StandingEndpoint,
        """
        select id, source, vendor_webhook_id, status, last_checked_at, watermark_at, created_at
        from public.inbound_endpoints
        where organization_id = private.workflow_organization_id() and source = %(source)s and status <> 'retired'
        order by created_at desc, id
        """,
        source=source,
    )


async def open_paths(session: Session, source: str) -> list[tuple[UUID, str]]:
    """Ids and path hashes of the organization's open ways in, newest first."""
    rows = await session.dicts(
        """
        select id, token_hash from public.inbound_endpoints
        where organization_id = private.workflow_organization_id() and source = %(source)s and status = 'active'
        order by created_at desc, id
        """,
        source=source,
    )
    return [(row["id"], row["token_hash"]) for row in rows]


async def one(session: Session, endpoint_id: UUID) -> StandingEndpoint | None:
    return await session.row(
        StandingEndpoint,
        """
        select id, source, vendor_webhook_id, status, last_checked_at, watermark_at, created_at
        from public.inbound_endpoints where id = %(id)s and status <> 'retired'
        """,
        id=endpoint_id,
    )


async def never_registered(session: Session, source: str) -> UUID | None:
    """The closed way in of an attempt to register that failed; nothing ever came through it."""
    endpoint_id: UUID | None = await session.value(
        """
        select id from public.inbound_endpoints
        where organization_id = private.workflow_organization_id() and source = %(source)s and status = 'retired'
          and vendor_webhook_id is null and last_event_at is null
        order by created_at, id
        limit 1
        for update skip locked
        """,
        source=source,
    )
    return endpoint_id


async def insert(session: Session, **values: Any) -> None:
    """A new way in, or the one of this id opened anew.

    What the vendor has to tell is asked for from where its ways in before left off: a key that was broken for days, or
    a first attempt to register that failed, leaves no gap.
    """
    await session.execute(
        """
        insert into public.inbound_endpoints as e
            (id, organization_id, source, token_hash, sealed_secret, watermark_at)
        select %(id)s, %(organization_id)s, %(source)s, %(token_hash)s, %(sealed_secret)s,
               greatest(coalesce(max(o.watermark_at) filter (where o.last_checked_at is not null), min(o.watermark_at),
                                 clock_timestamp()), clock_timestamp() - interval '90 days')
        from public.inbound_endpoints o
        where o.organization_id = %(organization_id)s and o.source = %(source)s
        on conflict (id) do update
        set token_hash = excluded.token_hash, sealed_secret = excluded.sealed_secret, status = 'active',
            sealed_previous_secret = null, previous_until = null, watermark_at = excluded.watermark_at
        """,
        **values,
    )


async def note_registered(session: Session, endpoint_id: UUID, vendor_webhook_id: str) -> None:
    await session.execute(
        "update public.inbound_endpoints set vendor_webhook_id = %(webhook_id)s where id = %(id)s",
        id=endpoint_id,
        webhook_id=vendor_webhook_id,
    )


async def retire(session: Session, endpoint_id: UUID) -> None:
    await session.execute("update public.inbound_endpoints set status = 'retired' where id = %(id)s", id=endpoint_id)


async def lock_secret(session: Session, endpoint_id: UUID) -> str:
    """The sealed secret of an open way in, its row locked."""
    sealed: str = await session.value(
        "select sealed_secret from public.inbound_endpoints where id = %(id)s and status <> 'retired' for update",
        id=endpoint_id,
    )
    return sealed


async def rotate(
    session: Session, endpoint_id: UUID, *, sealed: str, sealed_previous: str, previous_until: datetime
) -> None:
    await session.execute(
        """
        update public.inbound_endpoints
        set sealed_secret = %(sealed)s, sealed_previous_secret = %(previous)s, previous_until = %(until)s
        where id = %(id)s
        """,
        id=endpoint_id,
        sealed=sealed,
        previous=sealed_previous,
        until=previous_until,
    )


async def note_checked(session: Session, endpoint_id: UUID, *, status: str, watermark_at: datetime | None) -> None:
    await session.execute(
        """
        update public.inbound_endpoints
        set last_checked_at = clock_timestamp(), status = %(status)s,
            watermark_at = coalesce(greatest(watermark_at, %(watermark_at)s), watermark_at)
        where id = %(id)s and status <> 'retired'
        """,
        id=endpoint_id,
        status=status,
        watermark_at=watermark_at,
    )


async def to_reconcile(session: Session) -> list[dict[str, Any]]:
    """Open endpoints of all organizations whose vendor can be asked for what was missed."""
    return await session.dicts("select * from private.endpoints_to_reconcile()")


async def without_endpoint(session: Session) -> list[dict[str, Any]]:
    """Accounts of all organizations whose webhook is still to be made."""
    return await session.dicts("select * from private.accounts_without_endpoint()")


async def listed(session: Session, organization_id: UUID) -> list[InboundEndpoint]:
    return await session.rows(
        InboundEndpoint,
        """
        select id, source, vendor_webhook_id, status, last_event_at, last_checked_at, created_at
        from public.inbound_endpoints where organization_id = %(organization_id)s
        order by status = 'retired', source, created_at desc
        limit 200
        """,
        organization_id=organization_id,
    )
