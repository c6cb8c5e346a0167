"""What workflows and the panel say and hear about sends."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Channel

DecisionOutcome = Literal["send", "defer", "stop"]
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
    """One answer of decide(), or a step that was passed over."""

    id: UUID
    enrollment_id: UUID
    campaign_id: UUID
    campaign_name: str
    message_id: UUID | None
    outcome: DecisionOutcome
    reason: str
    explanation: str
    until_at: datetime | None
    missing: list[str]
    decided_at: datetime


class NextSend(BaseModel):
    """What decide() would answer at this moment about the next planned message. `at`: when it is asked again."""

    message_id: UUID
    campaign_id: UUID
    campaign_name: str
    outcome: DecisionOutcome
    reason: str
    explanation: str
    at: datetime | None


class NextStep(BaseModel):
    """The step of a sequence that is to be written next, and when it falls due."""

    campaign_id: UUID
    campaign_name: str
    enrollment_status: str
    step_position: int
    due_at: datetime | None
    hold_until: datetime | None
    stop_reason: str | None


class ProspectDecisions(BaseModel):
    """Why this person did, or did not, get a message, and when the next one goes out. Newest decision first."""

    items: list[SendDecision]
    next_sends: list[NextSend]
    next_steps: list[NextStep]
