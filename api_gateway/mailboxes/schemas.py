"""Mailboxes as the panel sees them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.fields import Line, TimeZone

MailboxProvider = Literal["instantly", "resend", "smtp", "twilio", "linkedin"]
MailboxHealth = Literal["healthy", "warned", "paused"]
DailyCap = Annotated[int, Field(ge=0, le=2_000, description="Messages a day, the mailbox's own local day.")]
Gap = Annotated[int, Field(ge=0, le=86_400, description="Seconds between two messages.")]


class Mailbox(BaseModel):
    """A sending account with what it did today and in its last hundred sends."""

    id: UUID
    provider: MailboxProvider
    address: str
    display_name: str
    daily_cap: int
    effective_daily_cap: int = Field(description="Today's cap while warming up; otherwise the daily cap.")
    min_gap_seconds: int
    warmup_started_on: date | None
    time_zone: str
    health: MailboxHealth
    health_reason: str | None
    is_active: bool
    sent_today: int
    bounce_rate: float | None = Field(
        description="Share of the last hundred sends that bounced; null below the minimum."
    )
    last_sent_at: datetime | None
    options: dict[str, Any]
    created_at: datetime


class MailboxList(BaseModel):
    items: list[Mailbox]


class MailboxCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"provider": "instantly", "address": "lea@try-us.example", "daily_cap": 20}},
    )

    provider: MailboxProvider
    address: str = Field(min_length=3, max_length=320)
    display_name: Line = ""
    daily_cap: DailyCap = 20
    min_gap_seconds: Gap = 60
    warmup_started_on: date | None = None
    time_zone: TimeZone = "Europe/Paris"
    options: dict[str, Any] = Field(default_factory=dict, description="What is not secret: host, port, user name.")


class MailboxPatch(BaseModel):
    """Fields left out stay as they are. `health: healthy` lifts a pause; nothing else does."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"daily_cap": 30}})

    display_name: Line | None = None
    daily_cap: DailyCap | None = None
    min_gap_seconds: Gap | None = None
    warmup_started_on: date | None = None
    time_zone: TimeZone | None = None
    is_active: bool | None = None
    health: Literal["healthy"] | None = None
    options: dict[str, Any] | None = None


class MailboxSync(BaseModel):
    """How the list of mailboxes compares with the accounts at Instantly. A mailbox that is new is in `added`."""

    added: list[Mailbox]
    known: int
    gone: list[str] = Field(description="Addresses of ours that Instantly has no account for any more; switched off.")
    unusable: list[str] = Field(description="Addresses that Instantly itself cannot send from at present.")
