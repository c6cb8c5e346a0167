"""Scenarios as the panel sees them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from api_gateway.fields import Channel, Name, Text

StepKind = Literal["invitation", "message", "follow_up", "email", "sms"]
Objective = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


VariantLetter = Literal["A", "B", "C"]
VariantMeasure = Literal["replied", "positive"]
AppliesTo = Literal["not_yet_past", "new_only"]


class StepVariant(BaseModel):
    """One way of writing a step. Its letter is its place in the list: A, B, C."""

    objective: Objective
    prompt: Text = ""
    cta: str = Field(default="", max_length=1_000)


def _more_than_one(variants: list[StepVariant]) -> list[StepVariant]:
    if len(variants) == 1:
        raise ValueError("give two or three variants to compare, or none")
    return variants


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
    variants: Annotated[list[StepVariant], AfterValidator(_more_than_one)] = Field(
        default_factory=list,
        max_length=3,
        description="What is compared; each replaces objective, prompt and cta. None: the step is as it is.",
    )


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
    version: int = Field(description="Counts edits that were kept for new enrolments only.")
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
    """All steps, in their new order; a step that is left out is removed.

    `not_yet_past`: who has not passed a step meets it as it is now; drafts that no person has touched are written again
    and due dates follow. `new_only`: who is enrolled in a launched campaign keeps the steps as they were.
    """

    model_config = ConfigDict(extra="forbid")

    steps: list[StepChange] = Field(min_length=1, max_length=50)
    applies_to: AppliesTo = "not_yet_past"


class StepsEffect(BaseModel):
    """What an edit did to people who are enrolled already."""

    applies_to: AppliesTo
    kept_earlier_steps: int = Field(default=0, description="Enrolments that keep the steps as they were.")
    rescheduled: int = Field(default=0, description="Enrolments whose next step falls due at another time.")
    redrafted: int = Field(default=0, description="Drafts that were withdrawn, to be written again if a step remains.")
    ended: int = Field(default=0, description="Enrolments for which no step remains.")


class StepsSaved(Scenario):
    """The scenario after an edit of its steps, and what that did."""

    effect: StepsEffect


class VariantResult(BaseModel):
    """How a variant fares. Rate and 95 % Wilson interval are those of the measure; null before the first send."""

    variant: VariantLetter
    objective: str
    sent: int
    replied: int
    positive: int
    rate: float | None
    rate_low: float | None
    rate_high: float | None


class StepComparison(BaseModel):
    """The comparison of a step's variants. With a winner, people enrolled after `decided_at` get that one."""

    step_id: UUID
    position: int
    measure: VariantMeasure
    minimum_sample: int
    since: datetime
    variants: list[VariantResult]
    winner: VariantLetter | None
    decided_at: datetime | None
    explanation: str


class StepComparisons(BaseModel):
    """Steps with variants, in their order."""

    items: list[StepComparison]
