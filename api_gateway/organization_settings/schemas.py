"""Settings as the panel sees them. A PUT replaces the whole of one."""

from datetime import datetime, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api_gateway.fields import Line, Name, SendDays, Share, Text, TimeZone, Tone, WallTime, Words

Percent = Annotated[float, Field(ge=0, le=100)]


class IcpFields(BaseModel):
    """An ideal customer profile: qualification compares each prospect with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "name": "SaaS B2B",
                "industries": ["Logiciels"],
                "job_titles": ["Directeur commercial", "VP Sales"],
                "company_sizes": ["51-200"],
                "locations": ["France"],
                "technologies": ["HubSpot"],
                "pains": ["prospection manuelle"],
            }
        },
    )

    name: Name = "ICP"
    industries: Words = []
    job_titles: Words = []
    company_sizes: Words = []
    locations: Words = []
    technologies: Words = []
    pains: Words = []

    def is_empty(self) -> bool:
        """Whether nothing is said about whom we look for."""
        return not (self.industries or self.job_titles or self.company_sizes or self.locations or self.technologies)


class Icp(IcpFields):
    """The organization's default profile; `id` is null until one is saved."""

    model_config = ConfigDict(extra="ignore")

    id: UUID | None = None
    updated_at: datetime | None = None


class SendingSettingsFields(BaseModel):
    """Limits that hold for every campaign of the organization."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"hourly_cap": 20, "mailbox_daily_cap": 20}}
    )

    hourly_cap: Annotated[int, Field(ge=0, le=10_000)] = 20
    mailbox_daily_cap: Annotated[int, Field(ge=0, le=2_000)] = 20
    min_gap_seconds: Annotated[int, Field(ge=0, le=86_400)] = 60
    send_days: SendDays = [1, 2, 3, 4, 5]
    send_from: WallTime = time(9)
    send_until: WallTime = time(18)
    time_zone: TimeZone = "Europe/Paris"
    respect_holidays: bool = True
    bounce_warn_percent: Percent = 2
    bounce_pause_percent: Percent = 5
    bounce_minimum_sends: Annotated[int, Field(ge=1, le=100_000)] = 20
    bounce_window_sends: Annotated[int, Field(ge=1, le=10_000, description="How many last sends are watched.")] = 100
    variant_minimum_sample: Annotated[
        int, Field(ge=2, le=1_000_000, description="Sends of each variant before one may win.")
    ] = 100
    variant_measure: Annotated[
        Literal["replied", "positive"],
        Field(description="What variants are compared by: any reply, or a positive one."),
    ] = "replied"
    postal_address: Line = ""

    @model_validator(mode="after")
    def _window_is_open(self) -> Self:
        if self.send_from >= self.send_until:
            raise ValueError("send_from must be before send_until")
        return self

    @model_validator(mode="after")
    def _watch_can_act(self) -> Self:
        if self.bounce_warn_percent > self.bounce_pause_percent:
            raise ValueError("bounce_warn_percent must not be above bounce_pause_percent")
        if self.bounce_minimum_sends > self.bounce_window_sends:
            raise ValueError("bounce_minimum_sends must not be above bounce_window_sends: nothing would ever be judged")
        return self


class SendingSettings(SendingSettingsFields):
    model_config = ConfigDict(extra="ignore")

    updated_at: datetime


class AgentSettingsFields(BaseModel):
    """How the agent speaks, in whose name, and from which confidence on it may answer alone."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "sender_first_name": "Léa",
                "sender_last_name": "Martin",
                "sender_company": "Atelier Nord",
                "value_proposition": "Nous réduisons de moitié le temps de prospection.",
                "tone": "professional",
                "confidence_threshold": 0.8,
            }
        },
    )

    sender_first_name: Line = ""
    sender_last_name: Line = ""
    sender_title: Line = ""
    sender_company: Line = ""
    value_proposition: Text = ""
    signature: Text = ""
    personality: Literal["advisor", "expert", "friendly", "direct"] = "advisor"
    tone: Tone = "professional"
    style: Text = ""
    templates: dict[str, str] = Field(default_factory=dict, description="Texts by name.")
    confidence_threshold: Share = 0.8


class AgentSettings(AgentSettingsFields):
    model_config = ConfigDict(extra="ignore")

    updated_at: datetime
