"""Messages as the panel sees them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Channel, Text
from api_gateway.pagination import Page

MessageStatus = Literal[
    "draft",
    "pending_review",
    "approved",
    "scheduled",
    "sending",
    "sent",
    "failed",
    "ambiguous",
    "cancelled",
    "rejected",
]
MessageKind = Literal["invitation", "message", "follow_up", "email", "sms", "reply"]
MessageSource = Literal["anthropic", "openai", "rules", "human"]


class Message(BaseModel):
    """A message with the names of whom it is for."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    enrollment_id: UUID
    prospect_id: UUID
    prospect_name: str
    prospect_title: str | None
    company_name: str | None
    recipient: str | None = Field(description="Address, profile or number it goes to.")
    step_id: UUID | None
    step_position: int | None
    kind: MessageKind
    channel: Channel
    status: MessageStatus
    subject: str
    body: str
    language: str
    variant: str
    source: MessageSource
    model: str | None
    score: int | None
    used_facts: list[Any]
    approved_at: datetime | None
    scheduled_at: datetime | None
    sent_at: datetime | None
    failure_reason: str | None
    rejected_reason: str | None
    cancelled_reason: str | None
    reasons: list[str] = Field(description="Why it stands where it stands: why it waits, was held back, or failed.")
    revisions_count: int = Field(description="How often a person has edited it.")
    created_at: datetime
    updated_at: datetime


class MessagePage(Page[Message]):
    """Messages, newest first."""


class MessageRevision(BaseModel):
    """One edit by a person."""

    id: UUID
    editor_id: UUID | None
    before_subject: str
    before_body: str
    after_subject: str
    after_body: str
    created_at: datetime


class MessageDetail(Message):
    """A message with its edits, oldest first."""

    revisions: list[MessageRevision]


class MessageEdit(BaseModel):
    """What a person changes in a message before it goes out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"subject": "Votre équipe commerciale", "body": "Bonjour Jeanne, …"}},
    )

    subject: str | None = Field(default=None, max_length=300)
    body: Text | None = Field(default=None, min_length=1)


class MessageRejection(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Trop familier."}})

    reason: str = Field(default="", max_length=1_000)


class MessageBulk(BaseModel):
    """The same act on up to 500 messages."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=500)
    action: Literal["approve", "reject", "regenerate"]
    reason: str = Field(default="", max_length=1_000)


class MessageSettlement(BaseModel):
    """What a person found out about a message of which the vendor could not say whether it went out."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["sent", "not_sent"]


class BulkFailure(BaseModel):
    id: UUID
    code: str
    reason: str


class BulkResult(BaseModel):
    """What became of each: `succeeded` holds ids, `failed` says why not."""

    succeeded: list[UUID]
    failed: list[BulkFailure]
