"""What the worker does for scenarios."""

from collections import defaultdict
from uuid import UUID

from procrastinate import JobContext

from api_gateway import jobs
from api_gateway.resources import Resources
from api_gateway.scenarios import comparing, variant_repository


@jobs.app.periodic(cron="*/15 * * * *")
@jobs.app.task(name="judge_variants", pass_context=True, queueing_lock="judge_variants")
async def judge_variants(context: JobContext, timestamp: int) -> None:
    """Declare a winner where the intervals of a step's variants no longer overlap."""
    await judge(jobs.resources_of(context))


async def judge(shared: Resources) -> int:
    """Judge every comparison without a winner, each organization in a transaction of its own; how many got one."""
    async with shared.database.workflow(actor="worker", reason="judge_variants") as session:
        open_steps = await variant_repository.under_comparison(session)
    by_organization: dict[UUID, list[UUID]] = defaultdict(list)
    for organization_id, step_id in open_steps:
        by_organization[organization_id].append(step_id)
    declared = 0
    for organization_id, step_ids in by_organization.items():
        async with shared.database.workflow(organization_id, actor="worker", reason="judge_variants") as session:
            declared += await comparing.declare_winners(session, organization_id, step_ids)
    return declared
