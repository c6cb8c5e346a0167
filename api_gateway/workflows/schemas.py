"""The flows as the panel sees them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

WorkflowName = Literal[
    "scrape-linkedin-prospects", "enrich-and-qualify-prospects", "send-due-messages", "handle-replies",
    "advance-scenarios", "record-meetings", "handle-errors",
]  # fmt: skip


class Workflow(BaseModel):
    """The last outcome of a flow, over all organisations: `silent` when it has not run for twice its interval."""

    name: WorkflowName
    can_be_started: bool
    state: Literal["healthy", "failing", "silent", "never_run"]
    consecutive_failures: int
    last_message: str
    last_finished_at: datetime | None
    last_succeeded_at: datetime | None
    last_failed_at: datetime | None


class WorkflowList(BaseModel):
    items: list[Workflow]


class WorkflowStart(BaseModel):
    model_config = ConfigDict(extra="forbid")

    campaign_id: UUID | None = None


class WorkflowStarted(BaseModel):
    name: WorkflowName
    started: Literal[True] = True
