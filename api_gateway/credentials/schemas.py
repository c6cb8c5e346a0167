"""Credentials as the panel sees them: never the key, only its last four characters and a fingerprint."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

ServiceName = Literal[
    "phantombuster", "instantly", "calcom", "calendly", "resend", "twilio", "smtp", "anthropic", "openai", "pappers",
    "hubspot",
]  # fmt: skip


class Credential(BaseModel):
    """A stored vendor key."""

    id: UUID
    service_name: ServiceName
    key_last4: str
    key_fingerprint: str = Field(description="Changes with the key; tells nothing of it.")
    webhook_url: str | None
    options: dict[str, Any]
    is_active: bool
    last_verified_at: datetime | None
    last_error: str | None
    created_at: datetime
    updated_at: datetime


class CredentialList(BaseModel):
    """The keys that are set, and every service that a key can be set for."""

    items: list[Credential]
    services: list[ServiceName]


class CredentialPut(BaseModel):
    """A new key for a service. `options` is what is not secret: agent id, event type, account id, host, user name."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"key": "pb_live_…", "options": {"agent_id": "7423423"}, "webhook_url": None}},
    )

    key: SecretStr = Field(min_length=4, max_length=4_000)
    webhook_url: str | None = Field(default=None, max_length=2_000)
    options: dict[str, Any] = Field(default_factory=dict, max_length=40)
    is_active: bool = True


class CredentialTest(BaseModel):
    """What the vendor answered to the stored key."""

    ok: bool
    detail: str
    checked_at: datetime
