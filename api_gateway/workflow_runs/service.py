"""Health of the workflows: counted over all organizations, because the flows serve all of them at once."""

from api_gateway.database import Session
from api_gateway.workflow_runs import repository
from api_gateway.workflow_runs.schemas import ErrorReport, ErrorReported, RunReport, RunReported

ALERT_AFTER = 3


async def report_run(session: Session, given: RunReport) -> RunReported:
    """Count an execution."""
    await repository.report_run(session, given)
    return RunReported(workflow_name=given.workflow_name)


async def report_error(session: Session, given: ErrorReport) -> ErrorReported:
    """Note a failure; more than three in a row alert everybody with a running campaign."""
    # n8n names a workflow by its title; the rest of the house by the file it comes from.
    return await repository.report_error(session, given, name_of(given.workflow_name), alert_after=ALERT_AFTER)


def name_of(title: str) -> str:
    """`Send due messages` is the workflow send-due-messages."""
    return "-".join(title.lower().split())
