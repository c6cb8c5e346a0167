"""What /v1/enrichments takes and answers."""

from pydantic import Field

from ai_service.schemas import (
    Answer,
    Company,
    Disc,
    Fact,
    Icp,
    Language,
    Line,
    Prospect,
    Request,
    Shape,
    Signals,
    TalkingPoint,
)


class EnrichmentRequest(Request):
    """Everything known about a prospect and the company."""

    prospect: Prospect
    company: Company | None = None
    signals: Signals = Field(default_factory=list)
    icp: Icp | None = None
    language: Line | None = Field(default=None, description="Language of the answer; the prospect's when absent.")


class EnrichmentFindings(Shape):
    """What was found, before anyone says where it came from."""

    summary: str = Field(max_length=1_200)
    talking_points: list[TalkingPoint] = Field(max_length=6)
    pain_points: list[str] = Field(max_length=6)
    disc: Disc
    company_facts: list[Fact] = Field(max_length=12)


class EnrichmentAnswer(Answer, EnrichmentFindings):
    """What is worth knowing before writing to the prospect, each point with its fact."""

    language: Language
