"""What n8n carries between this gateway and ai_service. Shapes of work items are ai_service's own inputs, exactly."""

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Channel

Source = Literal["anthropic", "openai", "rules"]


class WorkActivity(BaseModel):
    text: str
    date: str | None = None


class WorkProspect(BaseModel):
    """A person, as ai_service takes one. Nothing that is not known is sent."""

    first_name: str
    last_name: str | None = None
    email: str | None = None
    title: str | None = None
    linkedin_url: str | None = None
    headline: str | None = None
    about: str | None = None
    country: str | None = None
    city: str | None = None
    language: str | None = None
    recent_posts: int | None = None
    recent_activity: list[WorkActivity] = []
    job_started_on: str | None = None


class WorkFunding(BaseModel):
    amount_eur: float | None
    date: str | None = None


class WorkFact(BaseModel):
    text: str
    source: str | None = None
    date: str | None = None


class WorkCompany(BaseModel):
    """A company, as ai_service takes one."""

    name: str
    domain: str | None = None
    size: int | None = None
    size_range: str | None = None
    industry: str | None = None
    country: str | None = None
    city: str | None = None
    revenue_eur: float | None = None
    founded_on: str | None = None
    technologies: list[str] = []
    hiring: list[str] = []
    funding: list[WorkFunding] = []
    siren: str | None = None
    facts: list[WorkFact] = []


class WorkSignal(BaseModel):
    kind: str
    text: str | None = None
    date: str | None = None
    source: str | None = None


class WorkIcp(BaseModel):
    """The ideal customer profile of the campaign."""

    industries: list[str]
    job_titles: list[str] = []
    company_sizes: list[str] = []
    locations: list[str] = []
    technologies: list[str] = []
    pains: list[str] = []


class WorkSender(BaseModel):
    """Who the message comes from."""

    first_name: str
    last_name: str | None = None
    title: str | None = None
    company: str | None = None
    value_proposition: str | None = None
    signature: str | None = None


class WorkStep(BaseModel):
    """What the message is for; `target_length` counts words."""

    objective: str
    prompt: str | None = None
    target_length: int | None = None
    cta: str | None = None


class WorkExchange(BaseModel):
    """One message of a conversation."""

    direction: Literal["in", "out"]
    subject: str | None = None
    text: str | None = None
    at: str | None = None


class EnrichmentClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=100)
    campaign_id: UUID | None = None


class EnrichmentWork(BaseModel):
    """One person to enrich, qualify and write to. `step` is null when the scenario has none."""

    enrollment_id: UUID
    lease_token: UUID
    organization_id: UUID
    campaign_id: UUID
    prospect: WorkProspect
    company: WorkCompany | None
    signals: list[WorkSignal]
    icp: WorkIcp | None
    language: str
    grant: str | None = Field(description="The customer's own model key, sealed for ai_service; null: the platform's.")
    kind: Literal["invitation", "message", "follow_up", "email", "sms"]
    channel: Channel
    step: WorkStep | None
    sender: WorkSender
    tone: str
    thread: list[WorkExchange]


class EnrichmentBatch(BaseModel):
    """`remaining`: how many more could be claimed now, counted up to 1,000."""

    items: list[EnrichmentWork]
    remaining: int


class EnrichmentAnswer(BaseModel):
    """The answer of ai_service's `POST /v1/enrichments`, as far as it is kept."""

    model_config = ConfigDict(extra="ignore")

    summary: str = ""
    talking_points: list[Any] = []
    pain_points: list[Any] = []
    disc: dict[str, Any] | None = None
    company_facts: list[Any] = []
    source: Source = "rules"
    model: str | None = None
    prompt_version: str | None = None
    usage: dict[str, Any] = {}


class Criterion(BaseModel):
    model_config = ConfigDict(extra="ignore")

    points: int = Field(ge=0, le=25)
    known: bool = True
    evidence: str = ""


class Criteria(BaseModel):
    budget: Criterion
    authority: Criterion
    need: Criterion
    timeline: Criterion


class QualificationAnswer(BaseModel):
    """The answer of ai_service's `POST /v1/qualifications`, as far as it is kept."""

    model_config = ConfigDict(extra="ignore")

    score: int = Field(ge=0, le=100)
    criteria: Criteria
    needs_review: bool = False
    review_reason: str | None = None
    rules_score: int | None = Field(default=None, ge=0, le=100)
    source: Source = "rules"
    model: str | None = None
    prompt_version: str | None = None


class EnrichmentReport(BaseModel):
    """What came of one person. A message that is not well formed is left out and written again later."""

    model_config = ConfigDict(extra="forbid")

    enrollment_id: UUID
    lease_token: UUID
    outcome: Literal["succeeded", "failed"]
    enrichment: EnrichmentAnswer | None = None
    qualification: QualificationAnswer | None = None
    message: dict[str, Any] | None = None
    error: str | None = Field(default=None, max_length=5_000)


class EnrichmentReported(BaseModel):
    """`message_id`: the first message, when one was written."""

    enrollment_id: UUID
    status: str
    message_id: UUID | None = None
