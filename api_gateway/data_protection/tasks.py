"""The jobs of data protection."""

from uuid import UUID

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.data_protection import retention, service


@jobs.app.task(name=service.ACT, pass_context=True, retry=jobs.BackOff())
async def act_on_retention_report(context: JobContext, *, organization_id: str, report_id: str) -> None:
    """Erase those of an approved report who are still due."""
    await retention.act(jobs.resources_of(context), UUID(organization_id), UUID(report_id))
