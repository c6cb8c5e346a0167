"""The door for vendors: verify, store once, answer. Everything else is done later by a job. See decisions/0016."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect

from api_gateway import jobs
from api_gateway.data_protection import late
from api_gateway.database import Session
from api_gateway.resources import Resources, Shared
from api_gateway.webhooks import repository, sources
from api_gateway.webhooks.payloads import payload_of
from api_gateway.webhooks.sealed import secrets_of
from api_gateway.webhooks.verification import Delivery, is_genuine
from kit.errors import Invalid, NotFound, TooLarge, TooManyRequests, Unauthenticated, Unavailable, responses
from kit.logging import current_request_id
from kit.ratelimit import Limit
from kit.settings import decode_key

MOST_BYTES = 1_048_576
A_MINUTE = 60
KEPT_HEADERS = frozenset({
    "content-type", "user-agent", "x-request-id", "svix-id", "svix-timestamp", "x-twilio-idempotency-token",
    "i-twilio-idempotency-token", "x-cal-webhook-version",
})  # fmt: skip
HANDLE = "handle_event"

webhook_router = APIRouter()


class Received(BaseModel):
    """`duplicate`: this event, or one that says the same, was stored before."""

    status: Literal["stored", "duplicate"]


@webhook_router.post(
    "/webhooks/{source}/{endpoint_token}",
    status_code=202,
    operation_id="webhooks_receive",
    summary="Take an event from a vendor; it is stored before the answer and handled after it.",
    responses=responses(Invalid, Unauthenticated, NotFound, TooLarge, TooManyRequests, Unavailable),
)
async def receive(request: Request, shared: Shared, source: str, endpoint_token: str) -> Received:
    try:
        body = await _body(request)
    except TooLarge:
        await _count_refusal(request, shared)
        raise
    if source not in sources.SOURCES:
        await _count_refusal(request, shared)
        raise NotFound
    delivery = Delivery(
        body=body,
        headers={name.lower(): value for name, value in request.headers.items()},
        url=_url_as_told(shared, request),
        query=dict(request.query_params),
    )
    async with shared.database.workflow(actor=f"webhook:{source}") as session:
        endpoint = await repository.find_endpoint(session, source, hash_of(endpoint_token))
        if endpoint is None:
            await _count_refusal(request, shared)
            raise NotFound
        per_endpoint = Limit("webhook", shared.settings.rate_limit_webhook_per_minute, A_MINUTE)
        await shared.limiter.enforce(per_endpoint, str(endpoint.id), request.scope)
        if not is_genuine(source, delivery, secrets_of(shared.keyring, endpoint, now=datetime.now(UTC))):
            await _count_refusal(request, shared)
            raise Unauthenticated("The signature or secret of this delivery is not right.")
        payload = payload_of(body, delivery.headers.get("content-type", ""))
        await session.narrow_to(endpoint.organization_id)
        stored = await store(
            shared, session, endpoint.organization_id, source, body, payload, delivery.headers, endpoint_id=endpoint.id
        )
    return Received(status="duplicate" if stored is None else "stored")


async def store(
    shared: Resources,
    session: Session,
    organization_id: UUID,
    source: str,
    body: bytes,
    payload: Mapping[str, Any],
    headers: Mapping[str, str],
    *,
    endpoint_id: UUID | None,
) -> UUID | None:
    """Write an event and its job in the session's transaction; None when it was there already.

    Of an event about somebody who was erased only that it came is kept.
    """
    identity = sources.identify(source, payload, headers)
    dedupe_key = hashlib.sha256(body).hexdigest()
    meaning = json.dumps([source, *identity.meaning]) if identity.meaning else f"bytes:{dedupe_key}"
    hash_key = decode_key(shared.settings.unsubscribe_key.get_secret_value())
    is_late = await late.is_about_an_erased_person(session, organization_id, payload, hash_key)
    event_id = await repository.insert_event(
        session,
        organization_id=organization_id,
        endpoint_id=endpoint_id,
        source=source,
        event_type=identity.event_type,
        occurred_at=identity.occurred_at,
        dedupe_key=dedupe_key,
        meaning_key=hashlib.sha256(meaning.encode()).hexdigest(),
        raw_body=late.EMPTIED if is_late else body,
        headers={} if is_late else {name: value[:500] for name, value in headers.items() if name in KEPT_HEADERS},
    )
    if event_id is not None and is_late:
        await repository.stamp(session, event_id, "ignored", late.NOTE)
    elif event_id is not None:
        await defer_handling(session, organization_id, event_id)
    return event_id


async def defer_handling(session: Session, organization_id: UUID, event_id: UUID) -> bool:
    """Have an event handled once the session is committed. False when that is waiting to be done already."""
    return await jobs.defer(
        session,
        HANDLE,
        lock=f"event:{event_id}",
        organization_id=str(organization_id),
        event_id=str(event_id),
        request_id=current_request_id(),
    )


def hash_of(token: str) -> str:
    """What is kept of a path's token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


async def _count_refusal(request: Request, shared: Resources) -> None:
    """Who knocks at doors that are not theirs is counted by address; whose deliveries are genuine never is."""
    per_address = Limit("webhook_refused", shared.settings.rate_limit_webhook_per_minute, A_MINUTE)
    await shared.limiter.enforce(per_address, request.client.host if request.client else "", request.scope)


async def _body(request: Request) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isascii() and announced.isdigit() and int(announced[:20]) > MOST_BYTES:
        raise TooLarge(f"An event may have {MOST_BYTES} bytes at most.")
    parts: list[bytes] = []
    size = 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > MOST_BYTES:
                raise TooLarge(f"An event may have {MOST_BYTES} bytes at most.")
            parts.append(part)
    except ClientDisconnect as error:
        raise Invalid("The delivery broke off.") from error
    return b"".join(parts)


def _url_as_told(shared: Resources, request: Request) -> str:
    """The address as the vendor knows it, from our settings: Host and X-Forwarded headers are the caller's word."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{shared.settings.public_url}{request.url.path}{query}"
