"""What the worker does for campaigns."""

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.campaigns import completing


@jobs.app.periodic(cron="* * * * * */15")
@jobs.app.task(name="complete_campaigns", pass_context=True, queueing_lock="complete_campaigns")
async def complete_campaigns(context: JobContext, timestamp: int) -> None:
    """Close every campaign in which nothing is left to do."""
    await completing.complete(jobs.resources_of(context))
