"""Rules of the workflows room."""

from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from api_gateway.campaigns import service as campaigns
from api_gateway.sessions import Member
from api_gateway.workflows import repository, starting
from api_gateway.workflows.repository import WorkflowHealth
from api_gateway.workflows.schemas import Workflow, WorkflowList, WorkflowName, WorkflowStart, WorkflowStarted
from kit.errors import Conflict, NotPermitted

NAMES: tuple[WorkflowName, ...] = get_args(WorkflowName)
# How long each flow may be silent: twice its schedule. The others run when something happens.
SILENT_AFTER: dict[WorkflowName, timedelta] = {
    "enrich-and-qualify-prospects": timedelta(minutes=10),
    "send-due-messages": timedelta(hours=2),
    "advance-scenarios": timedelta(minutes=30),
}
STARTABLE: tuple[WorkflowName, ...] = tuple(name for name in NAMES if name != "handle-errors")


class CannotBeStarted(Conflict):
    code = "workflow_cannot_be_started"
    default_detail = "This workflow is started by n8n alone."


async def list_workflows(member: Member) -> WorkflowList:
    """Every flow with its last outcome."""
    known = {one.workflow_name: one for one in await repository.health(member.session)}
    return WorkflowList(items=[_workflow(name, known.get(name)) for name in NAMES])


async def start_workflow(member: Member, name: WorkflowName, wanted: WorkflowStart) -> WorkflowStarted:
    """Start a flow now. VendorFailed when n8n does not take the call, NotFound for a campaign of others."""
    if name not in STARTABLE:
        raise CannotBeStarted
    if member.role == "viewer":
        raise NotPermitted
    body: dict[str, str] = {}
    if wanted.campaign_id is not None:
        await campaigns.get_campaign(member, wanted.campaign_id)
        body["campaign_id"] = str(wanted.campaign_id)
    await starting.start(member.shared, name, body)
    return WorkflowStarted(name=name)


def state_of(name: WorkflowName, health: WorkflowHealth | None) -> Literal["healthy", "failing", "silent", "never_run"]:
    """What the last outcome says about a flow now."""
    if health is None or health.last_finished_at is None:
        return "never_run"
    if health.consecutive_failures:
        return "failing"
    silence = datetime.now(UTC) - health.last_finished_at
    return "silent" if silence > SILENT_AFTER.get(name, timedelta.max) else "healthy"


def _workflow(name: WorkflowName, health: WorkflowHealth | None) -> Workflow:
    return Workflow(
        name=name,
        can_be_started=name in STARTABLE,
        state=state_of(name, health),
        consecutive_failures=health.consecutive_failures if health else 0,
        last_message=health.last_message if health else "",
        last_finished_at=health.last_finished_at if health else None,
        last_succeeded_at=health.last_succeeded_at if health else None,
        last_failed_at=health.last_failed_at if health else None,
    )
