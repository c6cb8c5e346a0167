"""Prospects as the panel sees them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from api_gateway.fields import Channel, EnrollmentStatus, Line, Text, TimeZone
from api_gateway.pagination import Page

EmailStatus = Literal["unknown", "valid", "risky", "invalid"]
SourceKind = Literal["phantombuster", "csv", "manual", "crm"]
LawfulBasis = Literal["legitimate_interest", "consent", "contract"]
ProspectLanguage = Literal["fr", "en", "de", "nl", "it", "es"]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(examples=["FR"])]
TagName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class CompanyRef(BaseModel):
    id: UUID
    name: str
    domain: str | None


class ProspectSummary(BaseModel):
    """A prospect in a list. `campaign_*` and `status` are of the newest enrolment, or of the one filtered by."""

    id: UUID
    first_name: str
    last_name: str
    title: str | None
    email: str | None
    email_status: EmailStatus
    phone: str | None
    linkedin_url: str | None
    country: str | None
    city: str | None
    company: CompanyRef | None
    score: int | None
    status: EnrollmentStatus | None
    campaign_id: UUID | None
    campaign_name: str | None
    source: SourceKind | None
    tags: list[str]
    created_at: datetime


class ProspectPage(Page[ProspectSummary]):
    """Prospects, newest or highest score first."""


class Company(BaseModel):
    id: UUID
    name: str
    domain: str | None
    industry: str | None
    size: int | None
    size_range: str | None
    revenue_eur: int | None
    country: str | None
    city: str | None
    founded_on: date | None
    siren: str | None
    naf: str | None
    linkedin_url: str | None
    technologies: list[str]
    hiring: list[str]
    funding: list[Any]
    facts: list[Any]


class Enrichment(BaseModel):
    """What was understood, each point with the fact behind it."""

    summary: str
    talking_points: list[Any]
    pain_points: list[Any]
    disc: dict[str, Any]
    company_facts: list[Any]
    source: Literal["anthropic", "openai", "rules"]
    model: str | None
    created_at: datetime


class Qualification(BaseModel):
    """BANT: points out of 25 with evidence, for budget, authority, need and timeline."""

    score: int
    criteria: dict[str, Any]
    decision: Literal["qualified", "nurture", "rejected"]
    needs_review: bool
    review_reason: str | None
    source: Literal["anthropic", "openai", "rules"]
    model: str | None
    created_at: datetime


class Source(BaseModel):
    """Where a prospect came from, and on what lawful basis."""

    source: SourceKind
    campaign_id: UUID | None
    import_id: UUID | None
    container_id: str | None
    line_number: int | None
    lawful_basis: str
    found_at: datetime


class ProspectEnrollment(BaseModel):
    id: UUID
    campaign_id: UUID
    campaign_name: str
    status: EnrollmentStatus
    score: int | None
    needs_review: bool
    step_position: int
    next_step_due_at: datetime | None
    hold_until: datetime | None
    stop_reason: str | None
    created_at: datetime


class TimelineEntry(BaseModel):
    """Something that happened to a prospect, newest first."""

    at: datetime
    kind: Literal["status", "message", "reply", "meeting", "event"]
    label: str
    detail: str | None
    campaign_id: UUID | None


class ThreadEntry(BaseModel):
    """A message that went out or came in, oldest first."""

    id: UUID
    direction: Literal["in", "out"]
    channel: Channel
    subject: str
    text: str
    status: str
    at: datetime


class Prospect(ProspectSummary):
    """Everything we hold about a person."""

    headline: str | None
    about: str | None
    time_zone: str | None
    language: ProspectLanguage | None
    job_started_on: date | None
    recent_posts: int | None
    recent_activity: list[Any]
    signals: list[Any]
    custom_fields: dict[str, Any]
    lawful_basis: str
    last_inbound_at: datetime | None
    is_suppressed: bool
    company_details: Company | None
    enrichment: Enrichment | None
    qualification: Qualification | None
    sources: list[Source]
    enrollments: list[ProspectEnrollment]
    timeline: list[TimelineEntry]
    conversation: list[ThreadEntry]
    updated_at: datetime


class ProspectFields(BaseModel):
    """What a person may enter by hand."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "first_name": "Jeanne",
                "last_name": "Durand",
                "email": "jeanne.durand@example.com",
                "title": "Directrice commerciale",
                "company_name": "Exemple SA",
            }
        },
    )

    first_name: Line | None = None
    last_name: Line | None = None
    email: EmailStr | None = None
    phone: str | None = Field(default=None, max_length=50)
    linkedin_url: str | None = Field(default=None, max_length=500)
    title: Line | None = None
    headline: Line | None = None
    about: Text | None = None
    country: Country | None = None
    city: Line | None = None
    time_zone: TimeZone | None = None
    language: ProspectLanguage | None = None


class ProspectCreate(ProspectFields):
    """At least an address or a LinkedIn profile is needed. Someone already known is merged, not doubled."""

    lawful_basis: LawfulBasis = "legitimate_interest"

    company_name: Line | None = None
    company_domain: str | None = Field(default=None, max_length=253)
    campaign_id: UUID | None = None
    tags: list[TagName] = Field(default_factory=list, max_length=50)


class ProspectPatch(ProspectFields):
    """Fields left out stay as they are; `tags` replaces them all."""

    tags: list[TagName] | None = Field(default=None, max_length=50)


class ProspectBulk(BaseModel):
    """The same act on up to 1,000 prospects. `tag` is needed to tag and untag, `campaign_id` to enrol."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=1_000)
    action: Literal["tag", "untag", "suppress", "delete", "enroll"]
    tag: TagName | None = None
    campaign_id: UUID | None = None


class ProspectBulkFailure(BaseModel):
    id: UUID
    code: str
    reason: str


class ProspectBulkResult(BaseModel):
    succeeded: list[UUID]
    failed: list[ProspectBulkFailure]


class Tag(BaseModel):
    id: UUID
    name: str
    prospect_count: int


class TagList(BaseModel):
    items: list[Tag]


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
