"""Our webhook at a vendor: an unguessable path, a random secret, both made here and kept sealed or hashed."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import structlog

from api_gateway.credentials import hooks
from api_gateway.credentials.sealed import OpenCredential, open_credential
from api_gateway.database import Session
from api_gateway.providers import registry
from api_gateway.resources import Resources
from api_gateway.webhooks import endpoint_repository as repository
from api_gateway.webhooks.inbox import hash_of
from api_gateway.webhooks.sealed import seal
from api_gateway.webhooks.verification import INSTANTLY_HEADER
from kit.errors import AppError
from kit.settings import decode_key

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewWayIn:
    """An endpoint with what is shown or told once."""

    id: UUID
    token: str
    secret: str

    def url(self, public_url: str, source: str) -> str:
        """Its address as vendors see it."""
        return f"{public_url}/webhooks/{source}/{self.token}"


def new_way_in(secret: str | None = None) -> NewWayIn:
    """A path of 256 random bits and, unless the vendor made one, a secret of as many."""
    return NewWayIn(uuid4(), secrets.token_urlsafe(32), secret or secrets.token_urlsafe(32))


def told_each_time(shared: Resources, way_in: NewWayIn) -> NewWayIn:
    """The same with a path that can be worked out again, for a vendor who is told it with every message."""
    return replace(way_in, token=_token_of(shared, way_in.id))


async def status_callback(session: Session, shared: Resources, source: str) -> str | None:
    """The address to be told with a message, so that the vendor tells what becomes of it; None without a way in."""
    for endpoint_id, token_hash in await repository.open_paths(session, source):
        token = _token_of(shared, endpoint_id)
        if hmac.compare_digest(hash_of(token), token_hash):
            return NewWayIn(endpoint_id, token, "").url(shared.settings.public_url, source)
    return None


def _token_of(shared: Resources, endpoint_id: UUID) -> str:
    key = decode_key(shared.settings.unsubscribe_key.get_secret_value())
    digest = hmac.new(key, f"way-in|{endpoint_id}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


async def register_endpoint(shared: Resources, organization_id: UUID, source: str) -> None:
    """Make our webhook at `source` (instantly, calcom or calendly) and take older ones away. Raises VendorFailed.

    The endpoint is stored before the vendor hears of it, so that not even its first event finds a closed door. An
    attempt that failed leaves its row to the next one, so that a vendor who refuses for weeks leaves one row.
    """
    way_in = new_way_in()
    url = way_in.url(shared.settings.public_url, source)
    async with shared.database.workflow(organization_id, actor="gateway", reason="credential stored") as session:
        credential = await open_credential(session, shared.keyring, source)
        older = await repository.standing(session, source)
        left = await repository.never_registered(session, source)
        way_in = replace(way_in, id=left or way_in.id)
        await repository.insert(
            session,
            id=way_in.id,
            organization_id=organization_id,
            source=source,
            token_hash=hash_of(way_in.token),
            sealed_secret=seal(shared.keyring, organization_id, way_in.id, way_in.secret),
        )
    try:
        webhook_id = await _subscribe(shared, credential, url, way_in.secret)
    except AppError:
        async with shared.database.workflow(organization_id, actor="gateway") as session:
            await repository.retire(session, way_in.id)
        raise
    async with shared.database.workflow(organization_id, actor="gateway") as session:
        await repository.note_registered(session, way_in.id, webhook_id)
    for endpoint in older:
        if source == "calendly" and endpoint.vendor_webhook_id is None:
            # Made by hand, perhaps for another account: what it tells twice is one event all the same.
            continue
        await _take_away(shared, organization_id, source, endpoint)


async def _take_away(
    shared: Resources, organization_id: UUID, source: str, endpoint: repository.StandingEndpoint
) -> None:
    """End an older subscription. A key of another account cannot; its deliveries then find a retired path."""
    async with shared.database.workflow(organization_id, actor="gateway") as session:
        credential = await open_credential(session, shared.keyring, source)
        await repository.retire(session, endpoint.id)
    if endpoint.vendor_webhook_id is None:
        return
    try:
        await _unsubscribe(shared, credential, endpoint.vendor_webhook_id)
    except AppError as error:
        log.warning("older_webhook_not_removed", source=source, reason=error.detail)


async def _subscribe(shared: Resources, credential: OpenCredential, url: str, secret: str) -> str:
    match credential.service_name:
        case "instantly":
            instantly = registry.instantly(shared.settings, shared.http, credential)
            return await instantly.register_webhook(url, {INSTANTLY_HEADER.title(): secret}, "Sales Machine")
        case "calendly":
            return await registry.calendly(shared.settings, shared.http, credential).register_webhook(url, secret)
        case _:
            return await registry.calcom(shared.settings, shared.http, credential).register_webhook(url, secret)


async def _unsubscribe(shared: Resources, credential: OpenCredential, webhook_id: str) -> None:
    match credential.service_name:
        case "instantly":
            await registry.instantly(shared.settings, shared.http, credential).delete_webhook(webhook_id)
        case "calendly":
            await registry.calendly(shared.settings, shared.http, credential).delete_webhook(webhook_id)
        case _:
            await registry.calcom(shared.settings, shared.http, credential).delete_webhook(webhook_id)


async def _instantly_stored(shared: Resources, organization_id: UUID) -> None:
    await register_endpoint(shared, organization_id, "instantly")


async def _calcom_stored(shared: Resources, organization_id: UUID) -> None:
    await register_endpoint(shared, organization_id, "calcom")


async def _calendly_stored(shared: Resources, organization_id: UUID) -> None:
    await register_endpoint(shared, organization_id, "calendly")


def _also(service_name: str, hook: hooks.Hook) -> None:
    """Run `hook` once a key of the service is stored, beside what another room wants done then."""
    earlier = hooks.ON_STORED.get(service_name)

    async def both(shared: Resources, organization_id: UUID) -> None:
        try:
            if earlier is not None:
                await earlier(shared, organization_id)
        finally:
            await hook(shared, organization_id)

    hooks.ON_STORED[service_name] = both


_also("instantly", _instantly_stored)
_also("calcom", _calcom_stored)
_also("calendly", _calendly_stored)
