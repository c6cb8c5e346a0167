"""What the worker does for scrapes between two runs of the workflow."""

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.resources import Resources
from api_gateway.scrapes import repository
from api_gateway.scrapes.service import WORKFLOW
from api_gateway.workflows import starting
from kit.errors import VendorFailed


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="wake_scrapes", pass_context=True, queueing_lock="wake_scrapes")
async def wake_scrapes(context: JobContext, timestamp: int) -> None:
    """Start the scraping flow when a run waited for its agent, or lost whoever drove it."""
    await wake(jobs.resources_of(context))


async def wake(shared: Resources) -> bool:
    """Whether the flow was started."""
    async with shared.database.workflow(actor="worker", reason="wake_scrapes") as session:
        if not await repository.waits(session, WORKFLOW):
            return False
    try:
        await starting.start(shared, WORKFLOW, {})
    except VendorFailed:
        # The next minute asks again.
        return False
    return True
