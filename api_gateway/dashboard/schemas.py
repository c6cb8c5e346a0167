"""Figures as the dashboard shows them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_gateway.campaigns.schemas import CampaignStatus
from api_gateway.pagination import Page


class Figure(BaseModel):
    """A count in the period and in the one before; `change_percent` is null when there was nothing before."""

    value: int
    previous: int
    change_percent: float | None


class HealthPart(BaseModel):
    name: Literal["deliverability", "workflows", "vendors", "review_queue", "activity"]
    points: int
    max_points: int
    explanation: str


class Health(BaseModel):
    """0–100, the sum of its parts."""

    score: int = Field(ge=0, le=100)
    parts: list[HealthPart]


class WorkflowState(BaseModel):
    name: str
    state: Literal["healthy", "failing", "silent", "never_run"]
    last_finished_at: datetime | None


class VendorState(BaseModel):
    service_name: str
    state: Literal["verified", "unverified", "failing", "inactive"]
    last_verified_at: datetime | None


class DayFigures(BaseModel):
    """What happened on one day of the organization's time zone."""

    day: date
    found: int
    qualified: int
    sent: int
    replied: int
    meetings: int


class DashboardStats(BaseModel):
    """The four figures with trend, health, what waits for a person, and the last days."""

    days: int
    prospects: Figure
    qualified: Figure
    sent: Figure
    meetings: Figure
    replied: Figure
    reply_rate: float | None = Field(description="Replies by people per person written to in the period.")
    bounce_rate: float | None
    health: Health
    active_campaigns: int
    campaigns_by_status: dict[CampaignStatus, int]
    pending_messages: int
    open_review_items: int
    open_alerts: int
    upcoming_meetings: int
    sending_stopped: bool
    workflows: list[WorkflowState]
    vendors: list[VendorState]
    daily: list[DayFigures]
    computed_at: datetime


class Activity(BaseModel):
    """Something that happened, for the live stream. `kind` is an enrolment's new status, `sent`, or
    `campaign_completed`, which is about no one person."""

    id: UUID
    at: datetime
    kind: str
    prospect_id: UUID | None
    prospect_name: str
    company_name: str | None
    campaign_id: UUID
    campaign_name: str
    actor: str
    detail: str | None


class ActivityPage(Page[Activity]):
    """What happened, newest first."""


class FunnelStage(BaseModel):
    """People who reached a stage. The rate is of the stage before, with its 95 % Wilson interval."""

    stage: Literal["found", "enriched", "qualified", "contacted", "replied", "meeting"]
    count: int
    rate: float | None
    rate_low: float | None
    rate_high: float | None


class Funnel(BaseModel):
    campaign_id: UUID | None
    stages: list[FunnelStage]
