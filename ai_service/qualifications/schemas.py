"""What /v1/qualifications takes and answers."""

from typing import Literal

from pydantic import Field

from ai_service.schemas import Answer, Company, Icp, Prospect, Request, Shape, Signals

Decision = Literal["qualified", "nurture", "rejected"]


class QualificationRequest(Request):
    """Who to judge, by what is known."""

    prospect: Prospect
    company: Company | None = None
    signals: Signals = Field(default_factory=list)
    icp: Icp | None = None


class Criterion(Shape):
    """Points for one letter of BANT, and what they rest on."""

    points: int = Field(ge=0, le=25)
    known: bool = Field(description="False when nothing is known; the points are then a neutral middle.")
    evidence: str


class Criteria(Shape):
    """The four letters of BANT."""

    budget: Criterion
    authority: Criterion
    need: Criterion
    timeline: Criterion


class Qualification(Answer):
    """A score out of 100 with its evidence, and the decision that follows from it."""

    score: int = Field(ge=0, le=100)
    criteria: Criteria
    decision: Decision
    needs_review: bool = Field(description="True when the model and the rules disagree too much to act alone.")
    review_reason: str | None = None
    rules_score: int = Field(ge=0, le=100, description="What the rules alone would have given.")
