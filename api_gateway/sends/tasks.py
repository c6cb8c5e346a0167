"""What the worker does for sends between two runs of the workflow."""

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.resources import Resources
from api_gateway.workflows import starting
from kit.errors import VendorFailed


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="wake_sends", pass_context=True, queueing_lock="wake_sends")
async def wake_sends(context: JobContext, timestamp: int) -> None:
    """Start the sending flow when a send that was put off (a gap, a cap, a vendor's limit) may be tried again.

    The flow's own schedule is an hour; a gap of a minute between two sends would otherwise last one.
    """
    await wake(jobs.resources_of(context))


async def wake(shared: Resources) -> bool:
    """Whether the flow was started."""
    async with shared.database.workflow(actor="worker", reason="wake_sends") as session:
        if not await session.value("select private.put_off_sends_are_due()"):
            return False
    try:
        await starting.start(shared, "send-due-messages", {})
    except VendorFailed:
        # The next minute asks again, and the schedule runs anyway.
        return False
    return True
