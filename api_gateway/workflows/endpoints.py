from fastapi import APIRouter

from api_gateway.sessions import MemberSession
from api_gateway.workflows import service
from api_gateway.workflows.schemas import WorkflowList, WorkflowName, WorkflowStart, WorkflowStarted
from kit.errors import Conflict, VendorFailed, responses

router = APIRouter(prefix="/workflows")


@router.get("", operation_id="workflows_list", summary="Show how each workflow fares.")
async def list_workflows(member: MemberSession) -> WorkflowList:
    return await service.list_workflows(member)


@router.post(
    "/{name}/start",
    operation_id="workflows_start",
    summary="Start a workflow now instead of at its next time.",
    responses=responses(Conflict, VendorFailed),
)
async def start_workflow(member: MemberSession, name: WorkflowName, wanted: WorkflowStart) -> WorkflowStarted:
    return await service.start_workflow(member, name, wanted)
