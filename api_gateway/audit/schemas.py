"""The audit log as the panel sees it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from api_gateway.pagination import Page


class AuditEntry(BaseModel):
    """One change. An update shows only the fields that changed; secrets are never in it."""

    id: UUID
    at: datetime
    actor: str
    actor_name: str | None
    action: Literal["insert", "update", "delete"]
    entity: str
    entity_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None
    ip: str | None
    user_agent: str | None
    request_id: str | None


class AuditPage(Page[AuditEntry]):
    """Changes, newest first."""
