"""Asking the vendors for what did not reach us, and taking up what nobody holds any more.

What is fetched goes through the same inbox as what is delivered, so that nothing is applied twice.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from api_gateway.credentials.sealed import OpenCredential, open_credential
from api_gateway.providers import registry
from api_gateway.providers.calcom import MOST_BOOKINGS
from api_gateway.replies import work_repository as replies
from api_gateway.resources import Resources
from api_gateway.webhooks import endpoint_repository, inbox, registering, repository
from api_gateway.webhooks.endpoint_repository import StandingEndpoint
from api_gateway.webhooks.events import moment, rows
from api_gateway.webhooks.sources import calendly
from api_gateway.workflows import starting
from kit.errors import AppError

UNHELD_AFTER_S = 30
MOST_SWEPT = 1_000
OVERLAP = timedelta(minutes=30)
log = structlog.get_logger(__name__)


async def sweep(shared: Resources) -> None:
    """Give events and replies without a holder to somebody."""
    async with shared.database.workflow(actor="sweep") as session:
        for row in await repository.unhandled(session, UNHELD_AFTER_S, MOST_SWEPT):
            await inbox.defer_handling(session, row["organization_id"], row["id"])
        waiting = await replies.count_waiting(session, timedelta(seconds=UNHELD_AFTER_S))
    if waiting:
        try:
            await starting.start(shared, "handle-replies", {})
        except AppError as error:
            log.warning("replies_wait", count=waiting, reason=error.detail)


async def reconcile(shared: Resources) -> None:
    """Every open endpoint in turn; one vendor's trouble keeps no other from being asked."""
    async with shared.database.workflow(actor="reconciler") as session:
        missing = await endpoint_repository.without_endpoint(session)
        endpoints = await endpoint_repository.to_reconcile(session)
    for row in missing:
        await _try(_register, shared, row["organization_id"], row["source"])
    for row in endpoints:
        await _try(_reconcile_one, shared, row["organization_id"], row["id"])


async def _try(work: Any, shared: Resources, organization_id: UUID, what: Any) -> None:
    try:
        await work(shared, organization_id, what)
    except AppError as error:
        log.warning("vendor_not_reconciled", organization_id=str(organization_id), reason=error.detail)
    except Exception:
        log.exception("vendor_not_reconciled", organization_id=str(organization_id))


async def _register(shared: Resources, organization_id: UUID, source: str) -> None:
    await registering.register_endpoint(shared, organization_id, source)


async def _reconcile_one(shared: Resources, organization_id: UUID, endpoint_id: UUID) -> None:
    async with shared.database.workflow(organization_id, actor="reconciler") as session:
        endpoint = await endpoint_repository.one(session, endpoint_id)
        if endpoint is None:
            return
        credential = await open_credential(session, shared.keyring, endpoint.source)
    began = datetime.now(UTC)
    since = (endpoint.watermark_at or endpoint.created_at) - OVERLAP
    match endpoint.source:
        case "instantly":
            told = await _instantly(shared, organization_id, endpoint, credential, since)
        case "calendly":
            told = await _calendly(shared, credential, since)
        case _:
            bookings = await registry.calcom(shared.settings, shared.http, credential).bookings_changed_since(since)
            told = [event for booking in bookings if (event := as_delivery(booking)) is not None]
            if len(bookings) >= MOST_BOOKINGS:
                # There are more; the next look goes on from the last of these.
                began = moment(bookings[-1].get("updatedAt")) or since
    taken = await _feed(shared, organization_id, endpoint, told)
    if taken:
        log.info("events_fetched", source=endpoint.source, organization_id=str(organization_id), count=taken)
    async with shared.database.workflow(organization_id, actor="reconciler") as session:
        await endpoint_repository.note_checked(session, endpoint.id, status="active", watermark_at=began)
    if endpoint.source != "instantly" and not await _is_subscribed(shared, endpoint, credential):
        log.warning("webhook_made_anew", source=endpoint.source, organization_id=str(organization_id))
        await registering.register_endpoint(shared, organization_id, endpoint.source)


async def _instantly(
    shared: Resources, organization_id: UUID, endpoint: StandingEndpoint, credential: OpenCredential, since: datetime
) -> list[dict[str, Any]]:
    """What Instantly could not deliver; a webhook that it switched off is on again, one that is gone is made anew."""
    client = registry.instantly(shared.settings, shared.http, credential)
    if endpoint.vendor_webhook_id:
        is_active = await client.webhook_is_active(endpoint.vendor_webhook_id)
        if is_active is None:
            log.warning("webhook_made_anew", source="instantly", organization_id=str(organization_id))
            await registering.register_endpoint(shared, organization_id, "instantly")
        elif not is_active:
            log.warning("webhook_resumed", source="instantly", organization_id=str(organization_id))
            await client.resume_webhook(endpoint.vendor_webhook_id)
    ours = f"{shared.settings.public_url}/webhooks/instantly/"
    return [
        payload
        for event in await client.failed_webhook_events(since.isoformat().replace("+00:00", "Z"))
        if str(event.get("webhook_url", "")).startswith(ours) and isinstance(payload := event.get("payload"), dict)
    ]


async def _calendly(shared: Resources, credential: OpenCredential, since: datetime) -> list[dict[str, Any]]:
    booked = await registry.calendly(shared.settings, shared.http, credential).changed_since(since)
    return [event for one in booked for event in calendly.deliveries(one.event, one.invitee)]


async def _is_subscribed(shared: Resources, endpoint: StandingEndpoint, credential: OpenCredential) -> bool:
    """Whether the vendor still tells us by itself; Calendly ends that after a day of failures, a person at any time."""
    if endpoint.vendor_webhook_id is None:
        return True
    if endpoint.source == "calendly":
        return await registry.calendly(shared.settings, shared.http, credential).webhook_is_active(
            endpoint.vendor_webhook_id
        )
    return await registry.calcom(shared.settings, shared.http, credential).webhook_is_active(endpoint.vendor_webhook_id)


async def _feed(
    shared: Resources, organization_id: UUID, endpoint: StandingEndpoint, payloads: list[dict[str, Any]]
) -> int:
    taken = 0
    for payload in payloads:
        body = json.dumps(payload, ensure_ascii=False).encode(errors="replace")
        async with shared.database.workflow(organization_id, actor="reconciler") as session:
            stored = await inbox.store(
                shared, session, organization_id, endpoint.source, body, payload, {}, endpoint_id=None
            )
        taken += stored is not None
    return taken


def as_delivery(booking: dict[str, Any]) -> dict[str, Any] | None:
    """The webhook that tells a booking's present state; None for one that was moved away, which its successor tells."""
    status = str(booking.get("status") or "").lower()
    if booking.get("rescheduledToUid"):
        return None
    changed_at = booking.get("updatedAt") or booking.get("createdAt")
    absent = booking.get("absentHost") or any(one.get("absent") for one in rows(booking.get("attendees")))
    if status in {"cancelled", "rejected"}:
        trigger = "BOOKING_CANCELLED" if status == "cancelled" else "BOOKING_REJECTED"
    elif status == "accepted" and absent:
        trigger = "BOOKING_NO_SHOW_UPDATED"
    elif status == "accepted":
        trigger = "BOOKING_RESCHEDULED" if booking.get("rescheduledFromUid") else "BOOKING_CREATED"
        changed_at = booking.get("createdAt") or changed_at
    else:
        return None
    return {"triggerEvent": trigger, "createdAt": changed_at, "payload": booking, "reconciled": True}
