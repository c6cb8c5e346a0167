"""SQL of the workflows' health. The tables belong to no organization; two functions write them."""

from api_gateway.database import Session
from api_gateway.workflow_runs.schemas import ErrorReport, ErrorReported, RunReport


async def report_run(session: Session, given: RunReport) -> None:
    await session.execute(
        """
        select private.report_workflow_run(%(name)s, %(succeeded)s, %(processed)s, %(failed)s, %(message)s)
        """,
        name=given.workflow_name,
        succeeded=given.status == "succeeded",
        processed=given.processed,
        failed=given.failed,
        message=given.message,
    )


async def report_error(session: Session, given: ErrorReport, name: str, *, alert_after: int) -> ErrorReported:
    reported = await session.row(
        ErrorReported,
        """
        select * from private.report_workflow_error(
            %(workflow_id)s, %(name)s, %(execution_id)s, %(node)s, %(message)s, %(alert_after)s)
        """,
        workflow_id=given.workflow_id,
        name=name,
        execution_id=given.execution_id,
        node=given.node,
        message=given.message,
        alert_after=alert_after,
    )
    assert reported is not None  # noqa: S101 - the function returns a row
    return reported
