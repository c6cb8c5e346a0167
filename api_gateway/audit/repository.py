"""SQL of the audit room."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class AuditFilter:
    """What the log is narrowed by; None narrows nothing."""

    entity: str | None
    entity_id: UUID | None
    actor: str | None
    action: str | None
    since: datetime | None
    until: datetime | None
