"""Alerts as the panel sees them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.pagination import Page

AlertKind = Literal[
    "campaign_completed", "campaign_paused", "enrichment_failed", "erasure_incomplete", "event_dead", "mailbox_paused",
    "mailbox_warned", "mailboxes_found", "mailboxes_gone", "message_not_written", "retention_report", "scrape_failed",
    "send_in_doubt", "sending_account", "variant_won", "vendor_webhook", "workflow_failed", "workflow_not_started",
]  # fmt: skip
AlertSeverity = Literal["info", "warning", "critical"]


class Alert(BaseModel):
    """Something that needs a person; `occurrences` counts the same trouble. `read_at` is the caller's own."""

    id: UUID
    severity: AlertSeverity
    kind: AlertKind
    title: str
    detail: str
    entity: str | None
    entity_id: UUID | None
    occurrences: int
    read_at: datetime | None
    resolved_at: datetime | None
    created_at: datetime
    updated_at: datetime


class AlertPage(Page[Alert]):
    """Alerts, newest first, and how many the caller has not read."""

    unread: int


class AlertsRead(BaseModel):
    """Which alerts the caller has read; none means all of them."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] | None = Field(default=None, max_length=500)
