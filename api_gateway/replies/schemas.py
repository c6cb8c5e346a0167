"""Conversations and replies as the panel sees them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_gateway.fields import Channel
from api_gateway.pagination import Page

Intent = Literal[
    "interested", "meeting_request", "question", "objection", "not_interested", "wrong_person", "referral",
    "out_of_office", "unsubscribe", "bounce", "complaint", "other",
]  # fmt: skip
ReplyAction = Literal["sent_booking_link", "answered", "queued_for_review", "suppressed", "stopped", "held"]


class ReplyDecision(BaseModel):
    """What was understood of a reply, what was done about it, by whom and why."""

    intent: Intent
    sentiment: Literal["positive", "neutral", "negative"]
    confidence: float = Field(ge=0, le=1)
    action_taken: ReplyAction
    decided_by: Literal["rules", "model", "person"]
    reasons: list[Any]
    hold_until: datetime | None
    source: str | None
    created_at: datetime


class ConversationEntry(BaseModel):
    """One exchange. `text` of a reply is without quotes and signature; `original` is what came."""

    id: UUID
    direction: Literal["in", "out"]
    channel: Channel
    subject: str
    text: str
    original: str | None = Field(description="The whole text of a reply as it came; null for what we sent.")
    at: datetime
    status: str
    is_automatic: bool
    decision: ReplyDecision | None


class Conversation(BaseModel):
    """The thread with one person in one campaign, oldest first."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    enrollment_id: UUID
    prospect_id: UUID
    prospect_name: str
    channel: Channel
    subject: str
    last_message_at: datetime
    entries: list[ConversationEntry]


class ConversationList(BaseModel):
    """All conversations with one person, the liveliest first."""

    items: list[Conversation]


class ConversationSummary(BaseModel):
    """A thread without its entries."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    enrollment_id: UUID
    prospect_id: UUID
    prospect_name: str
    company_name: str | None
    channel: Channel
    subject: str
    last_reply_text: str | None
    last_intent: Intent | None
    last_message_at: datetime


class ConversationPage(Page[ConversationSummary]):
    """Threads with an answer in them, the liveliest first."""
