"""The review queue as the panel sees it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Channel, Text
from api_gateway.pagination import Page

Intent = Literal[
    "interested", "meeting_request", "question", "objection", "not_interested", "wrong_person", "referral",
    "out_of_office", "unsubscribe", "bounce", "complaint", "other",
]  # fmt: skip
ReviewStatus = Literal["open", "approved", "rejected", "closed"]


class ThreadMessage(BaseModel):
    """One exchange of a conversation, oldest first in a thread."""

    direction: Literal["in", "out"]
    subject: str
    text: str
    at: datetime


class ReviewItem(BaseModel):
    """A reply that a person must answer, with the draft, the reasons, and who holds it."""

    id: UUID
    reply_id: UUID
    enrollment_id: UUID
    campaign_id: UUID
    campaign_name: str
    prospect_id: UUID
    prospect_name: str
    company_name: str | None
    from_address: str
    channel: Channel
    reply_subject: str
    reply_text: str
    received_at: datetime
    status: ReviewStatus
    intent: Intent
    confidence: float
    reasons: list[Any]
    draft_subject: str
    draft_body: str
    claimed_by: UUID | None
    claimed_by_name: str | None
    claimed_at: datetime | None
    resolved_at: datetime | None
    age_seconds: int = Field(ge=0, description="How long the reply has waited.")
    created_at: datetime


class ReviewItemPage(Page[ReviewItem]):
    """Review items, oldest first."""


class ReviewItemDetail(ReviewItem):
    """A review item with its whole thread, and after an edit the difference from the draft."""

    thread: list[ThreadMessage]
    final_subject: str | None
    final_body: str | None
    edit_diff: str | None


class ReviewEdit(BaseModel):
    """A change of the draft. Sending it keeps the difference."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"subject": "Re: notre échange", "body": "Bonjour, …"}}
    )

    subject: str | None = Field(default=None, max_length=300)
    body: Text | None = Field(default=None, min_length=1)


class ReviewRejection(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"note": "Déjà client."}})

    note: str = Field(default="", max_length=1_000)
    stop_sequence: bool = Field(default=False, description="Also write nothing more to this person in this campaign.")
