"""An endpoint's secrets, sealed: the one that counts, and during a rotation the one before."""

from datetime import datetime
from uuid import UUID

from api_gateway.webhooks.repository import Endpoint
from kit.redaction import remember
from kit.sealing import Keyring, associated_data

TABLE = "inbound_endpoints"
SECRET, PREVIOUS = "sealed_secret", "sealed_previous_secret"


def seal(keyring: Keyring, organization_id: UUID, endpoint_id: UUID, secret: str, *, column: str = SECRET) -> str:
    """Seal `secret` for its place."""
    return keyring.seal(remember(secret), associated=associated_data(organization_id, TABLE, column, endpoint_id))


def open_secret(
    keyring: Keyring, organization_id: UUID, endpoint_id: UUID, sealed: str, *, column: str = SECRET
) -> str:
    """Open what :func:`seal` made; SealBroken otherwise."""
    return remember(keyring.open(sealed, associated=associated_data(organization_id, TABLE, column, endpoint_id)))


def secrets_of(keyring: Keyring, endpoint: Endpoint, *, now: datetime) -> tuple[str, ...]:
    """The secrets that an endpoint accepts at `now`. Raises SealBroken: a failure of ours is never an open door."""
    secrets = [open_secret(keyring, endpoint.organization_id, endpoint.id, endpoint.sealed_secret)]
    if endpoint.sealed_previous_secret and endpoint.previous_until and endpoint.previous_until > now:
        secrets.append(
            open_secret(
                keyring, endpoint.organization_id, endpoint.id, endpoint.sealed_previous_secret, column=PREVIOUS
            )
        )
    return tuple(secrets)
