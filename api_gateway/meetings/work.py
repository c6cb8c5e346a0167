"""Events about meetings as n8n drives them."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.meetings.schemas import MeetingStatus


class EventClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=20, ge=1, le=100)
    event_id: UUID | None = None


class EventWork(BaseModel):
    """An event that the caller holds now; `kind` says which route takes it. `ignored`: it is about nothing of ours."""

    event_id: UUID
    lease_token: UUID
    organization_id: UUID
    kind: Literal["created", "moved", "cancelled", "no_show", "ignored"]


class EventBatch(BaseModel):
    items: list[EventWork]


class EventHold(BaseModel):
    model_config = ConfigDict(extra="forbid")

    event_id: UUID
    lease_token: UUID


class EventRecorded(BaseModel):
    """`meeting_id` is null for an event that was ignored."""

    event_id: UUID
    meeting_id: UUID | None
    status: MeetingStatus | Literal["ignored"]
