from fastapi import APIRouter

from api_gateway.sessions import WorkflowSession
from api_gateway.workflow_runs import service
from api_gateway.workflow_runs.schemas import ErrorReport, ErrorReported, RunReport, RunReported

internal_router = APIRouter()


@internal_router.post(
    "/workflow-runs/report", operation_id="workflow_runs_report", summary="Report how an execution of a workflow went."
)
async def report_run(session: WorkflowSession, given: RunReport) -> RunReported:
    return await service.report_run(session, given)


@internal_router.post(
    "/workflow-errors", operation_id="workflow_runs_report_error", summary="Report an execution that broke off."
)
async def report_error(session: WorkflowSession, given: ErrorReport) -> ErrorReported:
    return await service.report_error(session, given)
