"""Starting a flow of n8n, after the change that asks for it is committed.

A start that fails loses nothing: every flow also runs on its own schedule and claims what is due. The failure becomes
an alert of the organization.
"""

from typing import Any
from uuid import UUID

import httpx2
import structlog

from api_gateway.database import Session
from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources
from api_gateway.workflows.schemas import WorkflowName
from kit.errors import VendorFailed
from kit.logging import current_request_id

START_LIMIT_S = 5.0
log = structlog.get_logger(__name__)


async def start(shared: Resources, name: WorkflowName, body: dict[str, Any]) -> None:
    """Call the flow's webhook at n8n; VendorFailed when it does not take the call."""
    try:
        answer = await shared.http.post(
            f"{shared.settings.n8n_url}/webhook/sm/{name}",
            json={**body, "request_id": current_request_id()},
            headers={"X-Sales-Machine-Token": shared.settings.n8n_webhook_token.get_secret_value()},
            timeout=START_LIMIT_S,
        )
    except httpx2.HTTPError as error:
        raise VendorFailed(f"n8n could not be reached to start {name}; its schedule will.") from error
    if not answer.is_success:
        raise VendorFailed(f"n8n answered {answer.status_code} when {name} was started; its schedule will.")


def start_after_commit(
    shared: Resources, session: Session, organization_id: UUID, name: WorkflowName, **body: str
) -> None:
    """Start a flow once `session` is committed, without making the caller wait for n8n."""
    session.after_commit(lambda: shared.spawn(start_or_alert(shared, organization_id, name, body)))


async def start_or_alert(shared: Resources, organization_id: UUID, name: WorkflowName, body: dict[str, str]) -> None:
    """Start a flow; a failure raises an alert instead of an error."""
    try:
        await start(shared, name, body)
    except VendorFailed as error:
        log.warning("workflow_not_started", workflow=name, reason=error.detail)
        async with shared.database.workflow(organization_id, actor="gateway") as session:
            await raise_alert(
                session,
                organization_id,
                kind="workflow_not_started",
                severity="warning",
                title=f"The workflow {name} could not be started at once",
                detail=f"{error.detail} Nothing is lost.",
                dedupe_key=f"workflow_not_started:{name}",
            )
