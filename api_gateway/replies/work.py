"""Replies as work: what n8n carries to ai_service and what it reports back. Shapes are ai_service's own inputs."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.enrichments.schemas import WorkExchange, WorkProspect
from api_gateway.replies.schemas import Intent, ReplyAction


class ReplyClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)
    reply_id: UUID | None = None


class WorkReply(BaseModel):
    """The reply without what it quotes."""

    subject: str | None
    text: str | None = None
    html: str | None = None
    headers: dict[str, str] = {}


class WorkCampaign(BaseModel):
    id: str
    goal: str | None = None
    language: str | None = None
    tone: str | None = None


class WorkPolicy(BaseModel):
    confidence_threshold: float


class ReplyWork(BaseModel):
    """One reply to be read. Those that rules settled never appear."""

    reply_id: UUID
    lease_token: UUID
    organization_id: UUID
    reply: WorkReply
    thread: list[WorkExchange]
    prospect: WorkProspect
    campaign: WorkCampaign
    booking_url: str | None
    policy: WorkPolicy
    grant: str | None


class ReplyBatch(BaseModel):
    items: list[ReplyWork]


class ReplyReport(BaseModel):
    """`decision`: the whole answer of ai_service's `POST /v1/replies`."""

    model_config = ConfigDict(extra="forbid")

    reply_id: UUID
    lease_token: UUID
    outcome: Literal["succeeded", "failed"]
    decision: dict[str, Any] | None = None
    error: str | None = Field(default=None, max_length=5_000)


class ReplyReported(BaseModel):
    """What was done. `received`: nothing yet, the reply is read again."""

    reply_id: UUID
    action: ReplyAction | Literal["received"]
    review_item_id: UUID | None = None


class Draft(BaseModel):
    model_config = ConfigDict(extra="ignore")

    subject: str = ""
    body: str


class Reading(BaseModel):
    """What ai_service made of a reply, as far as it is kept and checked."""

    model_config = ConfigDict(extra="ignore")

    intent: Intent
    sentiment: Literal["positive", "neutral", "negative"] = "neutral"
    confidence: float = Field(ge=0, le=1)
    language: str = Field(default="fr", max_length=10)
    action: Literal["send_booking_link", "answer", "wait_until", "suppress", "stop_sequence", "human_review"]
    hold_until: date | None = None
    draft: Draft | None = None
    bant_facts: list[Any] = Field(default=[], max_length=50)
    reasons: list[str] = Field(default=[], max_length=50)
    escalations: list[str] = Field(default=[], max_length=20)
    source: Literal["anthropic", "openai", "rules"] = "rules"
    model: str | None = None
    prompt_version: str | None = None
