"""Shapes that the four endpoints share.

In every input the first field is required and the others are optional; unknown fields are refused (422), so that a
misspelt field is noticed at once instead of being ignored. Text longer than its limit is cut, not refused: a reply
with a long quoted thread is still a reply.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ai_service.text import cleaned

LINE = 500
PARAGRAPH = 4_000
DOCUMENT = 40_000


def _cut(limit: int) -> BeforeValidator:
    return BeforeValidator(lambda value: cleaned(value)[:limit] if isinstance(value, str) else value)


def _day(value: Any) -> Any:
    if isinstance(value, str):
        text = value.strip()[:10]
        # Profiles often tell the month or the year only.
        return f"{text}-01-01"[:10] if re.fullmatch(r"\d{4}(?:-\d{2})?", text) else text or None
    return value.date() if isinstance(value, datetime) else value


def _empty_list(value: Any) -> Any:
    return [] if value is None else value


Line = Annotated[str, _cut(LINE)]
"""One line of text: a name, a title; cut at 500 characters."""
Paragraph = Annotated[str, _cut(PARAGRAPH)]
"""A few sentences; cut at 4,000 characters."""
Document = Annotated[str, _cut(DOCUMENT)]
"""A whole e-mail; cut at 40,000 characters."""
RequiredLine = Annotated[str, BeforeValidator(lambda value: "" if value is None else value), _cut(LINE)]
"""A line that must be there but may be empty or null, because scraped profiles have gaps."""
Day = Annotated[date | None, BeforeValidator(_day)]
"""A date; of a date and time its date, of a month or a year its first day."""
Lines = Annotated[list[Line], BeforeValidator(_empty_list), Field(max_length=100)]

Language = Literal["fr", "en", "de"]
Channel = Literal["linkedin", "email", "sms"]
Source = Literal["anthropic", "openai", "rules"]
FallbackReason = Literal[
    "no_model_configured",
    "settled_by_rules",
    "limit_reached",
    "organization_cost_cap_reached",
    "call_cost_cap_reached",
    "grant_expired",
    "models_unavailable",
    "model_answer_rejected",
]


class Shape(BaseModel):
    """Base of every shape that goes in or out: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Activity(Shape):
    """Something the prospect wrote or did in public."""

    text: Paragraph
    date: Day = None


class Prospect(Shape):
    """A person, as far as they are known."""

    first_name: RequiredLine
    last_name: Line | None = None
    email: Line | None = None
    title: Line | None = None
    linkedin_url: Line | None = None
    headline: Line | None = None
    about: Paragraph | None = None
    country: Line | None = None
    city: Line | None = None
    language: Line | None = None
    recent_posts: int | None = Field(default=None, ge=0, description="Number of posts in the last 30 days.")
    recent_activity: Annotated[list[Activity], BeforeValidator(_empty_list), Field(max_length=50)] = []
    job_started_on: Day = None


class Funding(Shape):
    """Money that a company raised."""

    amount_eur: float | None = Field(ge=0)
    date: Day = None


class Fact(Shape):
    """Something known about a company, and where from."""

    text: Paragraph
    source: Line | None = None
    date: Day = None


class Company(Shape):
    """The prospect's employer, as far as it is known."""

    name: RequiredLine
    domain: Line | None = None
    size: int | None = Field(default=None, ge=0, description="Number of employees.")
    size_range: Line | None = Field(default=None, description="Number of employees as a range, e.g. 51-200.")
    industry: Line | None = None
    country: Line | None = None
    city: Line | None = None
    revenue_eur: float | None = Field(default=None, ge=0, description="Yearly revenue in euros.")
    founded_on: Day = None
    technologies: Lines = []
    hiring: Lines = Field(default=[], description="Titles of open positions.")
    funding: Annotated[list[Funding], BeforeValidator(_empty_list), Field(max_length=50)] = []
    siren: Line | None = None
    facts: Annotated[list[Fact], BeforeValidator(_empty_list), Field(max_length=100)] = []


class Icp(Shape):
    """The ideal customer profile that the campaign looks for."""

    industries: Lines
    job_titles: Lines = []
    company_sizes: Lines = []
    locations: Lines = []
    technologies: Lines = []
    pains: Lines = []


class Signal(Shape):
    """Something that happened and may mean that the company buys soon."""

    kind: Line
    text: Paragraph | None = None
    date: Day = None
    source: Line | None = None


Signals = Annotated[list[Signal], BeforeValidator(_empty_list), Field(max_length=100)]


class Sender(Shape):
    """Who the message comes from."""

    first_name: RequiredLine
    last_name: Line | None = None
    title: Line | None = None
    company: Line | None = None
    value_proposition: Paragraph | None = None
    signature: Paragraph | None = None


class Exchange(Shape):
    """One message of the conversation so far."""

    direction: Literal["in", "out"]
    subject: Line | None = None
    text: Document | None = None
    at: datetime | None = None


Thread = Annotated[list[Exchange], BeforeValidator(_empty_list), Field(max_length=100)]


class Campaign(Shape):
    """The campaign that the prospect was written to in."""

    id: Line
    goal: Paragraph | None = None
    language: Line | None = None
    tone: Line | None = None


class Step(Shape):
    """One step of a scenario: what its message is for."""

    objective: Paragraph | None
    prompt: Paragraph | None = None
    target_length: Line | int | None = Field(
        default=None, description="A number of words, or text such as '50-80 mots' or '300 characters'."
    )
    cta: Paragraph | None = Field(default=None, description="What the reader is asked to do.")


class Disc(Shape):
    """DISC profile read from what the prospect wrote."""

    profile: Literal["D", "I", "S", "C", "unknown"]
    confidence: float = Field(ge=0, le=1)
    evidence: str = Field(description="The words it was read from; empty when unknown.")


class TalkingPoint(Shape):
    """Something worth mentioning, and the fact that it rests on."""

    text: str
    fact: str


class Enrichment(Shape):
    """What an enrichment found: the part of its answer that other calls build on."""

    summary: Paragraph
    talking_points: Annotated[list[TalkingPoint], BeforeValidator(_empty_list)] = []
    pain_points: Lines = []
    disc: Disc | None = None
    company_facts: Annotated[list[Fact], BeforeValidator(_empty_list)] = []


class Request(Shape):
    """What every request may carry besides its own fields."""

    organization_id: Line | None = Field(default=None, description="Whose limits and spending cap the call counts on.")
    grant: Annotated[str, Field(max_length=8_192)] | None = Field(
        default=None, description="The customer's own model key, sealed by the gateway."
    )
    locale: Line | None = Field(default=None, description="Language of the people who read the answer, e.g. fr-FR.")


class Usage(Shape):
    """What the call cost, retries and rejected answers included."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0


class Answer(Shape):
    """What every answer carries: where it came from and what it cost."""

    source: Source
    model: str = Field(description="The model that answered; `rules` when none did.")
    prompt_version: str
    cached: bool
    usage: Usage
    latency_ms: int
    fallback_reason: FallbackReason | None = Field(
        default=None, description="Why no model answered; null when one did."
    )
