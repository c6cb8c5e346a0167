"""Campaigns and enrollments as the panel sees them."""

from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api_gateway.fields import EnrollmentStatus, Language, Line, Name, SendDays, Share, Text, TimeZone, Tone, WallTime
from api_gateway.organization_settings.schemas import IcpFields
from api_gateway.pagination import Page

CampaignStatus = Literal["draft", "active", "paused", "completed", "archived"]
CampaignSource = Literal["phantombuster", "csv"]
ApprovalPolicy = Literal["automatic", "review_first", "review_all"]
EmailRule = Literal["any", "not_risky", "valid"]
Stage = Literal["idle", "scraping", "importing", "enriching", "sending", "completed", "failed"]
BookingUrl = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=2_000, pattern=r"^https?://[^\s<>\"]+$")
]
CompanyEvent = Literal["reply", "meeting", "bounce", "unsubscribe"]
CompanyEvents = Annotated[
    list[CompanyEvent],
    AfterValidator(lambda events: sorted(set(events))),
    Field(max_length=4, description="What of one person ends the sequences of everybody else at their company."),
]
HourlyCap = Annotated[int, Field(ge=1, le=10_000)]
MostProspects = Annotated[int, Field(ge=1, le=100_000)]


class CampaignCreate(BaseModel):
    """A new campaign. Without `icp` or `icp_id` it takes the organization's default profile."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "Directeurs commerciaux SaaS",
                "goal": "Obtenir des rendez-vous de découverte",
                "source": "phantombuster",
                "language": "fr",
                "approval_policy": "automatic",
                "booking_url": "https://cal.com/atelier-nord/decouverte",
            }
        },
    )

    name: Name
    goal: Text = ""
    sector: Line = ""
    source: CampaignSource = "csv"
    icp_id: UUID | None = None
    icp: IcpFields | None = Field(default=None, description="A profile of this campaign's own, instead of `icp_id`.")
    scenario_id: UUID | None = None
    language: Language = "fr"
    tone: Tone = "professional"
    approval_policy: ApprovalPolicy = "review_all"
    email_rule: EmailRule = "any"
    confidence_threshold: Share = 0.8
    booking_url: BookingUrl | None = None
    send_days: SendDays = [1, 2, 3, 4, 5]
    send_from: WallTime = time(9)
    send_until: WallTime = time(18)
    time_zone: TimeZone = "Europe/Paris"
    respect_holidays: bool = True
    hourly_cap: HourlyCap = 20
    stop_company_on: CompanyEvents = []
    max_prospects: MostProspects | None = None
    scraper_agent_id: str | None = Field(default=None, max_length=100)
    scraper_argument: dict[str, Any] = Field(default_factory=dict, max_length=50)
    mailbox_ids: list[UUID] = Field(default_factory=list, max_length=100, description="None: all active mailboxes.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.send_from >= self.send_until:
            raise ValueError("send_from must be before send_until")
        if self.icp is not None and self.icp_id is not None:
            raise ValueError("give icp or icp_id, not both")
        return self


class CampaignPatch(BaseModel):
    """Fields left out stay as they are. Source and scenario can change only while the campaign is a draft."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"hourly_cap": 40}})

    name: Name | None = None
    goal: Text | None = None
    sector: Line | None = None
    status: Literal["draft", "archived"] | None = Field(
        default=None, description="Archive, or take out of the archive."
    )
    source: CampaignSource | None = None
    icp_id: UUID | None = None
    icp: IcpFields | None = None
    scenario_id: UUID | None = None
    language: Language | None = None
    tone: Tone | None = None
    approval_policy: ApprovalPolicy | None = None
    email_rule: EmailRule | None = None
    confidence_threshold: Share | None = None
    booking_url: BookingUrl | None = None
    send_days: SendDays | None = None
    send_from: WallTime | None = None
    send_until: WallTime | None = None
    time_zone: TimeZone | None = None
    respect_holidays: bool | None = None
    hourly_cap: HourlyCap | None = None
    stop_company_on: CompanyEvents | None = None
    max_prospects: MostProspects | None = None
    scraper_agent_id: str | None = Field(default=None, max_length=100)
    scraper_argument: dict[str, Any] | None = Field(default=None, max_length=50)
    mailbox_ids: list[UUID] | None = Field(default=None, max_length=100)


class CampaignCounts(BaseModel):
    """People and messages of a campaign. `qualified` counts everyone who ever scored 60 or more."""

    prospects: int = 0
    enriched: int = 0
    qualified: int = 0
    pending_review: int = 0
    sent: int = 0
    replied: int = 0
    meetings: int = 0


class CampaignSummary(BaseModel):
    """A campaign in a list."""

    id: UUID
    name: str
    goal: str
    sector: str
    status: CampaignStatus
    source: CampaignSource
    scenario_id: UUID | None
    scenario_name: str | None
    language: Language
    stage: Stage
    percent: int
    counts: CampaignCounts
    launched_at: datetime | None
    paused_at: datetime | None
    pause_reason: str | None
    completed_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CampaignPage(Page[CampaignSummary]):
    """Campaigns, newest first."""


class CampaignIcp(IcpFields):
    model_config = ConfigDict(extra="ignore")

    id: UUID


class Missing(BaseModel):
    """Something a launch still needs: `field` names it, `message` says what to do."""

    field: str
    message: str


class Campaign(CampaignSummary):
    """A campaign with everything that can be set, and what a launch still needs."""

    icp: CampaignIcp | None
    tone: Tone
    approval_policy: ApprovalPolicy
    email_rule: EmailRule
    confidence_threshold: float
    booking_url: str | None
    send_days: list[int]
    send_from: WallTime
    send_until: WallTime
    time_zone: str
    respect_holidays: bool
    hourly_cap: int
    stop_company_on: list[CompanyEvent]
    max_prospects: int | None
    scraper_agent_id: str | None
    scraper_argument: dict[str, Any]
    mailbox_ids: list[UUID]
    missing: list[Missing] = Field(description="Empty when the campaign can be launched.")


class Pause(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Salon cette semaine"}})

    reason: Line = ""


class ScrapeRun(BaseModel):
    """The campaign's latest scrape."""

    id: UUID
    status: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: float
    message: str
    error: str | None
    started_at: datetime | None
    finished_at: datetime | None


class CampaignRemaining(BaseModel):
    """What keeps a campaign from its end; it completes when all are 0. `for_a_person`: one of the team must act."""

    people: int = Field(description="Still being enriched, qualified or written to.")
    messages: int = Field(description="Approved and not out yet, or in doubt.")
    replies: int = Field(description="Not understood yet.")
    for_a_person: int = Field(description="Drafts and replies to review, LinkedIn tasks.")


class CampaignProgress(BaseModel):
    """Where a campaign stands right now. `percent` is of the present stage."""

    campaign_id: UUID
    status: CampaignStatus
    stage: Stage
    percent: int
    message: str
    counts: CampaignCounts
    by_status: dict[EnrollmentStatus, int]
    messages_by_status: dict[str, int]
    remaining: CampaignRemaining
    scrape: ScrapeRun | None
    launched_at: datetime | None
    scrape_started_at: datetime | None
    scrape_finished_at: datetime | None
    last_drafted_at: datetime | None
    updated_at: datetime | None


class Enrollment(BaseModel):
    """One person in one campaign."""

    id: UUID
    campaign_id: UUID
    campaign_name: str
    prospect_id: UUID
    prospect_name: str
    prospect_title: str | None
    company_name: str | None
    status: EnrollmentStatus
    score: int | None
    needs_review: bool
    step_position: int
    next_step_due_at: datetime | None
    hold_until: datetime | None
    stop_reason: str | None
    last_error: str | None = Field(description="What went wrong last; with `enrichment_failed` a person may retry it.")
    allowed_moves: list[EnrollmentStatus] = Field(description="Where a person may move it from here.")
    updated_at: datetime
    created_at: datetime


class EnrollmentPage(Page[Enrollment]):
    """Enrolments, newest first."""


class EnrichmentRetry(BaseModel):
    """How many people are tried again."""

    retried: int


class EnrollmentMove(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"status": "not_interested", "reason": ""}})

    status: EnrollmentStatus
    reason: Line = ""
