"""What the worker does for mailboxes."""

import structlog
from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.mailboxes import syncing
from api_gateway.resources import Resources
from kit.errors import AppError

log = structlog.get_logger(__name__)


@jobs.app.periodic(cron="20 */6 * * *")
@jobs.app.task(name="sync_mailboxes", pass_context=True, queueing_lock="sync_mailboxes")
async def sync_mailboxes(context: JobContext, timestamp: int) -> None:
    """Compare the mailboxes of every organization with its accounts at Instantly."""
    await sync_all(jobs.resources_of(context))


async def sync_all(shared: Resources) -> None:
    """Each organization in turn; one vendor account's trouble keeps no other from being asked."""
    async with shared.database.workflow(actor="worker", reason="sync_mailboxes") as session:
        organizations = await session.values("select private.organizations_with_instantly()")
    for organization_id in organizations:
        try:
            await syncing.sync_by_worker(shared, organization_id)
        except AppError as error:
            log.warning("mailboxes_not_compared", organization_id=str(organization_id), reason=error.detail)
