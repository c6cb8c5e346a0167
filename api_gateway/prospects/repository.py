"""SQL of the prospects room."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ProspectFilter:
    """What a list of prospects is narrowed by; None narrows nothing."""

    q: str | None
    campaign_id: UUID | None
    status: list[str] | None
    min_score: int | None
    tag: str | None
    source: str | None
