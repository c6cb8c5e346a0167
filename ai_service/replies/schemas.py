"""What /v1/replies takes and answers."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ai_service.schemas import Answer, Campaign, Document, Language, Line, Prospect, Request, Shape, Thread

Intent = Literal[
    "interested",
    "meeting_request",
    "question",
    "objection",
    "not_interested",
    "wrong_person",
    "referral",
    "out_of_office",
    "unsubscribe",
    "bounce",
    "complaint",
    "other",
]
Sentiment = Literal["positive", "neutral", "negative"]
Action = Literal["send_booking_link", "answer", "wait_until", "suppress", "stop_sequence", "human_review"]
Escalation = Literal[
    "price_negotiation", "legal", "data_protection", "anger", "security", "instructions_to_the_machine"
]


class Reply(Shape):
    """The e-mail or message that came back."""

    subject: Line | None
    text: Document | None = None
    html: Document | None = None
    headers: Annotated[dict[str, str], BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default={}, max_length=200
    )


class Policy(Shape):
    """How sure an answer must be before it leaves without a human."""

    confidence_threshold: float = Field(ge=0, le=1)


class ReplyRequest(Request):
    """A reply, and what it answers."""

    reply: Reply
    thread: Thread = Field(default_factory=list)
    prospect: Prospect | None = None
    campaign: Campaign | None = None
    booking_url: Line | None = Field(default=None, description="The only link that a draft may hold; put in by code.")
    policy: Policy = Policy(confidence_threshold=0.8)


class Draft(Shape):
    """An answer ready to be sent, or to be read by a human first."""

    subject: str
    body: str


CriterionName = Literal["budget", "authority", "need", "timeline"]


class BantFact(Shape):
    """Words of the prospect that say something about one letter of BANT."""

    criterion: CriterionName
    quote: str = Field(description="Exactly as the prospect wrote it.")


class ReplyDecision(Answer):
    """What the reply means and what may be done about it."""

    intent: Intent
    sentiment: Sentiment
    confidence: float = Field(ge=0, le=1)
    language: Language
    action: Action
    hold_until: date | None = Field(default=None, description="Out of office: the first day to write again.")
    draft: Draft | None = None
    bant_facts: list[BantFact] = Field(default_factory=list)
    reasons: list[str]
    escalations: list[Escalation] = Field(default_factory=list, description="Topics that always go to a human.")
