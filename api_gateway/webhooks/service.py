"""The inbox for administrators: what came, what became of it, handling it again; and the vendors' ways in."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from api_gateway.webhooks import endpoint_repository, event_repository, inbox, verification
from api_gateway.webhooks.registering import new_way_in, told_each_time
from api_gateway.webhooks.schemas import (
    EndpointCreate,
    EventReplay,
    EventStatus,
    InboundEndpointList,
    InboundEventDetail,
    InboundEventPage,
    InboxHealth,
    NewEndpoint,
    ReplayResult,
    RotatedSecret,
    SecretRotation,
    Source,
)
from api_gateway.webhooks.sealed import PREVIOUS, open_secret, seal
from kit.errors import Conflict, Invalid, NotFound, NotPermitted

MOST_REPLAYED = 10_000
ROTATION = timedelta(days=1)
_MADE_BY_US = frozenset({"instantly", "calcom"})
_VENDORS_OWN_SECRET = frozenset({"resend", "twilio"})


class EventNotFound(NotFound):
    code = "event_not_found"
    default_detail = "There is no such event in this organisation."


class EndpointNotFound(NotFound):
    code = "endpoint_not_found"
    default_detail = "There is no such way in, or it is closed already."


class MadeFromCredential(Conflict):
    code = "endpoint_made_from_credential"
    default_detail = "This webhook is made by itself when the vendor's key is stored under credentials."


class SecretMissing(Invalid):
    code = "endpoint_secret_missing"
    default_detail = "This vendor makes the secret (Resend: the signing secret, Twilio: the auth token); enter it."


class SecretUnreadable(Invalid):
    code = "endpoint_secret_unreadable"
    default_detail = "This is no signing secret of Resend's; copy it whole, from whsec_ on."


async def list_events(
    member: Member,
    page: PageRequest,
    *,
    status: list[EventStatus] | None,
    source: Source | None,
    event_type: str | None,
    received_from: datetime | None,
    received_until: datetime | None,
) -> InboundEventPage:
    """Events, newest first. Only administrators see any."""
    _require_admin(member)
    wanted = {
        "ids": None, "status": list(status) if status else None, "source": source, "event_type": event_type,
        "received_from": received_from, "received_until": received_until,
    }  # fmt: skip
    rows = await event_repository.page(
        member.session, member.organization_id, wanted, after=page.after_time(), limit=page.limit
    )
    items, more = cut(rows, page.limit)
    return InboundEventPage(
        items=items, next_cursor=encode_cursor(items[-1].received_at, items[-1].id) if more else None
    )


async def get_event(member: Member, event_id: UUID) -> InboundEventDetail:
    """An event with its body; EventNotFound otherwise."""
    _require_admin(member)
    event = await event_repository.one(member.session, member.organization_id, event_id)
    if event is None:
        raise EventNotFound
    return InboundEventDetail(**event.model_dump(exclude={"raw_body"}), body=_shown(event.raw_body))


async def inbox_health(member: Member) -> InboxHealth:
    """The inbox in figures."""
    _require_admin(member)
    return InboxHealth(
        counts=await event_repository.counts(member.session, member.organization_id),
        oldest_waiting_at=await event_repository.oldest_waiting(member.session, member.organization_id),
    )


async def replay_event(member: Member, event_id: UUID) -> ReplayResult:
    """Handle one event again. What it has done already it does not do twice."""
    await get_event(member, event_id)
    return await _replay(member, [event_id])


async def replay_events(member: Member, wanted: EventReplay) -> ReplayResult:
    """Handle every event again that `wanted` describes, at most 10,000 of them, oldest first."""
    _require_admin(member)
    narrowed = wanted.model_dump()
    narrowed["status"] = [wanted.status] if wanted.status else None
    found = await event_repository.ids(member.session, member.organization_id, narrowed, most=MOST_REPLAYED + 1)
    result = await _replay(member, found[:MOST_REPLAYED])
    return result.model_copy(update={"is_capped": len(found) > MOST_REPLAYED})


async def list_endpoints(member: Member) -> InboundEndpointList:
    """The vendors' ways in, without addresses and secrets."""
    _require_admin(member)
    return InboundEndpointList(items=await endpoint_repository.listed(member.session, member.organization_id))


def _require_secret(source: Source, secret: str | None) -> None:
    if source not in _VENDORS_OWN_SECRET:
        return
    if secret is None:
        raise SecretMissing
    if source == "resend" and not verification.is_svix_secret(secret):
        raise SecretUnreadable


async def create_endpoint(member: Member, wanted: EndpointCreate) -> NewEndpoint:
    """Open a way in for a vendor where the webhook is set up by hand.

    Raises MadeFromCredential, SecretMissing or SecretUnreadable.
    """
    _require_admin(member)
    if wanted.source in _MADE_BY_US:
        raise MadeFromCredential
    _require_secret(wanted.source, wanted.secret)
    shared = member.shared
    way_in = new_way_in(wanted.secret)
    if wanted.source == "twilio":
        way_in = told_each_time(shared, way_in)
    # Members write no endpoint; the workflow role does, in this organization only.
    async with member.session.as_workflow(member.organization_id, actor=f"user:{member.user_id}"):
        await endpoint_repository.insert(
            member.session,
            id=way_in.id,
            organization_id=member.organization_id,
            source=wanted.source,
            token_hash=inbox.hash_of(way_in.token),
            sealed_secret=seal(shared.keyring, member.organization_id, way_in.id, way_in.secret),
        )
    made = await endpoint_repository.listed(member.session, member.organization_id)
    endpoint = next(one for one in made if one.id == way_in.id)
    url = way_in.url(shared.settings.public_url, wanted.source)
    if wanted.source == "phantombuster":
        url += f"?secret={way_in.secret}"
    return NewEndpoint(**endpoint.model_dump(), url=url, secret=None if wanted.secret else way_in.secret)


async def rotate_secret(member: Member, endpoint_id: UUID, wanted: SecretRotation) -> RotatedSecret:
    """A new secret for a way in made by hand.

    Raises EndpointNotFound, MadeFromCredential, SecretMissing or SecretUnreadable.
    """
    _require_admin(member)
    open_ones = await endpoint_repository.listed(member.session, member.organization_id)
    endpoint = next((one for one in open_ones if one.id == endpoint_id and one.status != "retired"), None)
    if endpoint is None:
        raise EndpointNotFound
    if endpoint.source in _MADE_BY_US:
        raise MadeFromCredential
    _require_secret(endpoint.source, wanted.secret)
    secret = wanted.secret or new_way_in().secret
    until = datetime.now(UTC) + ROTATION
    shared, organization_id = member.shared, member.organization_id
    session = member.session
    async with session.as_workflow(organization_id, actor=f"user:{member.user_id}"):
        before = open_secret(
            shared.keyring, organization_id, endpoint_id, await endpoint_repository.lock_secret(session, endpoint_id)
        )
        await endpoint_repository.rotate(
            session,
            endpoint_id,
            sealed=seal(shared.keyring, organization_id, endpoint_id, secret),
            sealed_previous=seal(shared.keyring, organization_id, endpoint_id, before, column=PREVIOUS),
            previous_until=until,
        )
    return RotatedSecret(**endpoint.model_dump(), secret=None if wanted.secret else secret, previous_until=until)


async def retire_endpoint(member: Member, endpoint_id: UUID) -> None:
    """Close a way in for good. EndpointNotFound when there is none that is open."""
    _require_admin(member)
    if not await event_repository.retire_endpoint(member.session, member.organization_id, endpoint_id):
        raise EndpointNotFound


async def _replay(member: Member, events: list[UUID]) -> ReplayResult:
    reopened = await event_repository.reopen(member.session, member.organization_id, events)
    for event_id in reopened:
        await inbox.defer_handling(member.session, member.organization_id, event_id)
    return ReplayResult(replayed=len(reopened), is_capped=False)


def _require_admin(member: Member) -> None:
    if member.role not in {"owner", "admin"}:
        raise NotPermitted


def _shown(raw_body: bytes) -> Any:
    text = raw_body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text if text.isprintable() or "\n" in text else base64.b64encode(raw_body).decode()
