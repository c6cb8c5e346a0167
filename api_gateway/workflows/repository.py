"""SQL of the workflows room."""

from datetime import datetime

from pydantic import BaseModel

from api_gateway.database import Session


class WorkflowHealth(BaseModel):
    """The last outcome of a flow, over all organizations."""

    workflow_name: str
    last_finished_at: datetime | None
    last_succeeded_at: datetime | None
    last_failed_at: datetime | None
    consecutive_failures: int
    last_message: str


async def health(session: Session) -> list[WorkflowHealth]:
    return await session.rows(WorkflowHealth, "select * from private.workflow_health_list()")
