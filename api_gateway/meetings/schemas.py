"""Meetings as the panel sees them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.pagination import Page

MeetingStatus = Literal["scheduled", "reschedule_requested", "cancelled", "no_show", "completed"]


class Meeting(BaseModel):
    """A meeting with the names of whom it is with."""

    id: UUID
    campaign_id: UUID | None
    campaign_name: str | None
    enrollment_id: UUID | None
    prospect_id: UUID | None
    prospect_name: str | None
    company_name: str | None
    provider: Literal["calcom", "calendly"]
    booking_uid: str
    title: str
    start_at: datetime
    end_at: datetime
    time_zone: str
    status: MeetingStatus
    video_url: str | None
    organizer_email: str | None
    attendee_email: str
    attendee_name: str
    attendees: list[Any]
    cancellation_reason: str | None
    moved_times: int = Field(ge=0, description="How often the meeting was moved.")
    created_at: datetime


class MeetingPage(Page[Meeting]):
    """Meetings: upcoming ones soonest first, past ones latest first."""


class MeetingCancellation(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Empêchement."}})

    reason: str = Field(default="", max_length=500)


class MeetingOutcome(BaseModel):
    """How a meeting that has begun turned out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"status": "completed"}})

    status: Literal["completed", "no_show"]
