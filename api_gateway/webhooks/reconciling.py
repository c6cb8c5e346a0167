"""Asking the vendors for what did not reach us, and taking up what nobody holds any more.

What is fetched goes through the same inbox as what is delivered, so that nothing is applied twice.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from api_gateway.credentials.sealed import open_credential
from api_gateway.providers import registry
from api_gateway.providers.calcom import Calcom
from api_gateway.replies import work_repository as replies
from api_gateway.resources import Resources
from api_gateway.webhooks import endpoint_repository, inbox, registering, repository
from api_gateway.webhooks.endpoint_repository import StandingEndpoint
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
    key = credential.key.get_secret_value()
    if endpoint.source == "instantly":
        client = registry.instantly(shared.settings, shared.http, credential)
        if endpoint.vendor_webhook_id and not await client.webhook_is_active(endpoint.vendor_webhook_id):
            log.warning("webhook_resumed", source="instantly", organization_id=str(organization_id))
            await client.resume_webhook(endpoint.vendor_webhook_id)
        ours = f"{shared.settings.public_url}/webhooks/instantly/"
        told = [
            payload
            for event in await client.failed_webhook_events(since.isoformat().replace("+00:00", "Z"))
            if str(event.get("webhook_url", "")).startswith(ours) and isinstance(payload := event.get("payload"), dict)
        ]
    else:
        bookings = await Calcom(shared.http, shared.settings.calcom_base_url, key).bookings_changed_since(since)
        told = [event for booking in bookings if (event := as_delivery(booking)) is not None]
    taken = await _feed(shared, organization_id, endpoint, told)
    if taken:
        log.info("events_fetched", source=endpoint.source, organization_id=str(organization_id), count=taken)
    async with shared.database.workflow(organization_id, actor="reconciler") as session:
        await endpoint_repository.note_checked(session, endpoint.id, status="active", watermark_at=began)


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
    if status in {"cancelled", "rejected"}:
        trigger = "BOOKING_CANCELLED" if status == "cancelled" else "BOOKING_REJECTED"
    elif status == "accepted":
        trigger = "BOOKING_RESCHEDULED" if booking.get("rescheduledFromUid") else "BOOKING_CREATED"
        changed_at = booking.get("createdAt") or changed_at
    else:
        return None
    return {"triggerEvent": trigger, "createdAt": changed_at, "payload": booking, "reconciled": True}
