"""The inbox as an administrator sees it."""

from datetime import datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api_gateway.pagination import Page

Source = Literal["instantly", "calcom", "calendly", "resend", "twilio", "phantombuster"]
EventStatus = Literal["received", "handled", "ignored", "dead"]


class InboundEvent(BaseModel):
    """One event of a vendor, however often it was delivered."""

    id: UUID
    source: Source
    event_type: str
    status: EventStatus
    deliveries: int
    attempts: int
    error: str | None = Field(description="Why it was ignored or what failed, in words.")
    received_at: datetime
    occurred_at: datetime | None
    handled_at: datetime | None


class InboundEventPage(Page[InboundEvent]):
    """Events, newest first."""


class InboundEventDetail(InboundEvent):
    """An event with what was delivered. `body` is its JSON, or the text when it is none."""

    headers: dict[str, str]
    body: Any


class EventReplay(BaseModel):
    """Which events to handle again. At least one of the fields; together they narrow."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"status": "dead", "source": "instantly", "received_from": "2026-11-20T08:00:00Z"}
        },
    )

    ids: list[UUID] | None = Field(default=None, min_length=1, max_length=500)
    status: EventStatus | None = None
    source: Source | None = None
    event_type: str | None = Field(default=None, max_length=200)
    received_from: datetime | None = None
    received_until: datetime | None = None

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise ValueError("name at least one of ids, status, source, event_type, received_from, received_until")
        return self


class ReplayResult(BaseModel):
    """How many events were queued again, at most 10,000 in one call."""

    replayed: int
    is_capped: bool


class InboxCount(BaseModel):
    source: Source
    status: EventStatus
    events: int


class InboxHealth(BaseModel):
    """The inbox in figures: events by source and status, and the oldest one still waiting."""

    counts: list[InboxCount]
    oldest_waiting_at: datetime | None


class InboundEndpoint(BaseModel):
    """A vendor's way in. Its address and secret are never shown again."""

    id: UUID
    source: Source
    vendor_webhook_id: str | None
    status: Literal["active", "disabled", "retired"]
    last_event_at: datetime | None
    last_checked_at: datetime | None
    created_at: datetime


class InboundEndpointList(BaseModel):
    items: list[InboundEndpoint]


class EndpointCreate(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"source": "resend"}})

    source: Source
    secret: str | None = Field(
        default=None,
        min_length=8,
        max_length=500,
        description="The secret that the vendor made (Resend, Twilio). Left out, one is made here.",
    )


class SecretRotation(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {}})

    secret: str | None = Field(
        default=None,
        min_length=8,
        max_length=500,
        description="The secret that the vendor made (Resend, Twilio). Left out, one is made here.",
    )


class RotatedSecret(InboundEndpoint):
    """The new secret, when it was made here, shown this once; the one before is taken until `previous_until`."""

    secret: str | None
    previous_until: datetime


class NewEndpoint(InboundEndpoint):
    """The address to give to the vendor and, when it was made here, the secret. Shown this once."""

    url: str
    secret: str | None
