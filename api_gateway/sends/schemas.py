"""What workflows and the panel say and hear about sends."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Channel

DeliveryOutcome = Literal["sent", "retry", "failed", "ambiguous", "stopped"]


class SendClaim(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"limit": 20}})

    limit: int = Field(default=20, ge=1, le=100)
    campaign_id: UUID | None = None


class ClaimedSend(BaseModel):
    """A send that may leave now, under a lease of five minutes."""

    intent_id: UUID
    lease_token: UUID
    organization_id: UUID
    campaign_id: UUID
    channel: Channel


class ClaimedSends(BaseModel):
    """`deferred` and `stopped` count what decide() held back; `remaining` (up to 10,000) is still due after this."""

    items: list[ClaimedSend]
    deferred: int
    stopped: int
    remaining: int


class Delivery(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "intent_id": "6f1c9a34-4c1c-4b6f-9f5e-1a8c0a1b2c3d",
                "lease_token": "0d6f7d2e-98d5-4f7a-8a1e-2b3c4d5e6f70",
            }
        },
    )

    intent_id: UUID
    lease_token: UUID


class DeliveryResult(BaseModel):
    """`retry`: nothing left, it is planned again for `retry_at`. `ambiguous`: it is looked up at the vendor."""

    intent_id: UUID
    outcome: DeliveryOutcome
    reason: str
    retry_at: datetime | None = None


class Settlement(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)


class SettlementResult(BaseModel):
    settled: int
    still_ambiguous: int


class SendDecision(BaseModel):
    """What was decided about writing to a person, and why."""

    id: UUID
    enrollment_id: UUID
    campaign_id: UUID
    campaign_name: str
    message_id: UUID | None
    outcome: Literal["send", "defer", "stop"]
    reason: str
    explanation: str
    until_at: datetime | None
    details: dict[str, Any]
    decided_at: datetime


class ProspectDecisions(BaseModel):
    """Why this person did or did not get a message, newest first, and when the next one may go."""

    items: list[SendDecision]
    next_at: datetime | None
    next_reason: str | None
