"""A customer's own model key, sealed for ai_service and for a short time. n8n carries it and cannot open it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import SecretStr

from api_gateway.credentials.sealed import CredentialMissing, open_credential
from api_gateway.database import Session
from api_gateway.resources import Resources
from kit.sealing import Grant, seal_grant

VALID_FOR = timedelta(hours=1)


async def grant_for(session: Session, shared: Resources, organization_id: UUID) -> str | None:
    """A grant of the organization that the session is narrowed to, Claude before OpenAI; None when it has no key."""
    for provider in ("anthropic", "openai"):
        try:
            credential = await open_credential(session, shared.keyring, provider)
        except CredentialMissing:
            continue
        return seal_grant(
            Grant(
                provider="anthropic" if provider == "anthropic" else "openai",
                key=SecretStr(credential.key.get_secret_value()),
                organization_id=organization_id,
                expires_at=datetime.now(UTC) + VALID_FOR,
            ),
            shared.grant_key,
        )
    return None
