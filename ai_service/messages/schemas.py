"""What /v1/messages takes and answers."""

from typing import Literal

from pydantic import Field

from ai_service.schemas import (
    Answer,
    Channel,
    Company,
    Enrichment,
    FallbackReason,
    Language,
    Line,
    Prospect,
    Request,
    Sender,
    Shape,
    Source,
    Step,
    Thread,
    Usage,
)

Kind = Literal["invitation", "message", "follow_up", "email", "sms", "reply"]

LONGEST: dict[Kind, int] = {
    "invitation": 300,
    "message": 1_200,
    "follow_up": 1_200,
    "email": 2_500,
    "sms": 160,
    "reply": 1_500,
}
"""Characters that a body may have at most: LinkedIn's limit for an invitation, one SMS, and what people still read."""
LONGEST_SUBJECT = 90


class KnownEnrichment(Enrichment):
    """An enrichment as /v1/enrichments answered it, whole or only its findings."""

    source: Source | None = None
    model: Line | None = None
    prompt_version: Line | None = None
    cached: bool | None = None
    usage: Usage | None = None
    latency_ms: int | None = None
    fallback_reason: FallbackReason | None = None
    language: Line | None = None


class MessageRequest(Request):
    """What to write, to whom, from whom, on which facts."""

    kind: Kind
    channel: Channel = "email"
    step: Step | None = None
    prospect: Prospect = Field(default_factory=lambda: Prospect(first_name=""))
    company: Company | None = None
    enrichment: KnownEnrichment | None = None
    sender: Sender | None = None
    thread: Thread = Field(
        default_factory=list, description="The conversation so far; the last three exchanges are used."
    )
    tone: Line | None = None
    language: Line | None = None
    variants: int = Field(default=1, ge=1, le=3)


class Variant(Shape):
    """One way to write the message; `subject` is null on channels that have none."""

    subject: str | None
    body: str
    used_facts: list[str]


class MessageAnswer(Answer):
    """One to three variants, each checked against the facts; the gateway adds footer, booking and unsubscribe links."""

    variants: list[Variant] = Field(min_length=1, max_length=3)
    language: Language
    dropped: list[str] = Field(default_factory=list, description="Why variants of the model were refused.")
