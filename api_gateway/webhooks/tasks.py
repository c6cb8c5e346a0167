"""The inbox's jobs."""

from uuid import UUID

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.webhooks import handling, inbox, reconciling
from kit.logging import set_request_id


@jobs.app.task(name=inbox.HANDLE, pass_context=True, retry=jobs.BackOff())
async def handle_event(context: JobContext, *, organization_id: str, event_id: str, request_id: str = "") -> None:
    """Handle one stored event."""
    set_request_id(request_id)
    await handling.handle(jobs.resources_of(context), UUID(organization_id), UUID(event_id))


@jobs.app.periodic(cron="* * * * *")
@jobs.app.task(name="sweep_inbox", pass_context=True, queueing_lock="sweep_inbox")
async def sweep_inbox(context: JobContext, timestamp: int) -> None:
    """Take up events and replies that nobody holds any more."""
    await reconciling.sweep(jobs.resources_of(context))


@jobs.app.periodic(cron="*/15 * * * *")
@jobs.app.task(name="reconcile_vendors", pass_context=True, queueing_lock="reconcile_vendors")
async def reconcile_vendors(context: JobContext, timestamp: int) -> None:
    """Fetch what the vendors could not deliver."""
    await reconciling.reconcile(jobs.resources_of(context))
