"""What n8n carries between this gateway and ai_service when the next message of a sequence is written."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.enrichments.schemas import WorkCompany, WorkExchange, WorkProspect, WorkSender, WorkStep
from api_gateway.fields import Channel
from api_gateway.messages.planning import WrittenMessage
from api_gateway.messages.schemas import MessageStatus


class MessageClaim(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"limit": 50}})

    limit: int = Field(default=50, ge=1, le=100)
    campaign_id: UUID | None = None


class WorkTalkingPoint(BaseModel):
    text: str
    fact: str


class WorkDisc(BaseModel):
    profile: Literal["D", "I", "S", "C", "unknown"]
    confidence: float
    evidence: str


class WorkEnrichment(BaseModel):
    """What was understood about the person, as ai_service answered it."""

    summary: str
    talking_points: list[WorkTalkingPoint] = []
    pain_points: list[str] = []
    disc: WorkDisc | None = None
    company_facts: list[dict[str, Any]] = []


class MessageWork(BaseModel):
    """One message to be written, under a lease of five minutes. Shapes are those of ai_service."""

    enrollment_id: UUID
    step_id: UUID
    lease_token: UUID
    organization_id: UUID
    campaign_id: UUID
    kind: Literal["invitation", "message", "follow_up", "email", "sms"]
    channel: Channel
    step: WorkStep
    prospect: WorkProspect
    company: WorkCompany | None
    enrichment: WorkEnrichment | None
    sender: WorkSender
    thread: list[WorkExchange]
    tone: str
    language: str
    grant: str | None = Field(description="The customer's own model key, sealed for ai_service; null: the platform's.")


class MessageBatch(BaseModel):
    """`passed_over`: steps that could not reach their person; `remaining` (up to 1,000) is still due after this."""

    items: list[MessageWork]
    passed_over: int
    remaining: int


class MessageReport(BaseModel):
    """`message` is the whole answer of ai_service; with `failed`, `error` says what happened."""

    model_config = ConfigDict(extra="forbid")

    enrollment_id: UUID
    step_id: UUID
    lease_token: UUID
    outcome: Literal["succeeded", "failed"]
    message: WrittenMessage | None = None
    error: str | None = Field(default=None, max_length=2_000)


class MessageReported(BaseModel):
    enrollment_id: UUID
    message_id: UUID | None
    status: MessageStatus | Literal["to_be_tried_again"]
