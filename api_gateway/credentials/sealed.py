"""Opening a customer's key, for the gateway's own calls to vendors. Nothing else reads `sealed_key`."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from api_gateway.credentials import repository
from api_gateway.database import Session
from kit.errors import Conflict
from kit.redaction import remember
from kit.sealing import Keyring, associated_data

TABLE, COLUMN = "api_credentials", "sealed_key"


class CredentialMissing(Conflict):
    code = "credential_missing"
    default_detail = "No active key is stored for this service; enter one in the settings."


@dataclass(frozen=True)
class OpenCredential:
    """A key in the clear, for as long as one vendor call takes."""

    id: UUID
    organization_id: UUID
    service_name: str
    key: SecretStr
    webhook_url: str | None
    options: dict[str, Any]


async def open_credential(session: Session, keyring: Keyring, service_name: str) -> OpenCredential:
    """The active key of `service_name` in the organization that the workflow session is narrowed to.

    Raises CredentialMissing when none is stored or it is switched off, SealBroken when it cannot be opened.
    """
    stored = await repository.sealed(session, service_name)
    if stored is None or not stored.is_active:
        raise CredentialMissing(f"No active {service_name} key is stored; enter one in the settings.")
    place = associated_data(stored.organization_id, TABLE, COLUMN, stored.id)
    return OpenCredential(
        id=stored.id,
        organization_id=stored.organization_id,
        service_name=stored.service_name,
        key=SecretStr(remember(keyring.open(stored.sealed_key, associated=place))),
        webhook_url=stored.webhook_url,
        options=stored.options,
    )
