"""Scenarios as the panel sees them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api_gateway.fields import Channel, Name, Text

StepKind = Literal["invitation", "message", "follow_up", "email", "sms"]
Objective = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class StepFields(BaseModel):
    """One step. `delay_days` counts business days since the step before, `target_length` counts words."""

    model_config = ConfigDict(extra="forbid")

    delay_days: int = Field(ge=0, le=365)
    channel: Channel
    kind: StepKind
    objective: Objective
    prompt: Text = ""
    target_length: int = Field(default=80, ge=5, le=400)
    cta: str = Field(default="", max_length=1_000)


class Step(StepFields):
    model_config = ConfigDict(extra="ignore")

    id: UUID
    position: int


class StepChange(StepFields):
    """A step as it shall be. With the `id` of an existing step that step is kept and changed; without it is new."""

    id: UUID | None = None


class ScenarioSummary(BaseModel):
    """A scenario without its steps. `key` is set on those that came with the product."""

    id: UUID
    key: str | None
    name: str
    description: str
    duration_days: int
    is_template: bool
    is_active: bool
    step_count: int
    channels: list[Channel]
    campaign_count: int
    created_at: datetime
    updated_at: datetime


class ScenarioList(BaseModel):
    items: list[ScenarioSummary]


class Scenario(ScenarioSummary):
    steps: list[Step]


class ScenarioCreate(BaseModel):
    """A new scenario: from steps, or as a copy of another one."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Relance douce, version salon"}})

    name: Name
    description: Text = ""
    copy_of: UUID | None = None
    steps: list[StepFields] = Field(default_factory=list, max_length=50)


class ScenarioPatch(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Relance très douce"}})

    name: Name | None = None
    description: Text | None = None
    is_active: bool | None = None


class StepsPut(BaseModel):
    """All steps, in their new order; a step that is left out is removed."""

    model_config = ConfigDict(extra="forbid")

    steps: list[StepChange] = Field(min_length=1, max_length=50)
