"""The end of a campaign: nobody in it is under way, and nothing is left to send, settle, review or answer.

A completed campaign sends no new step. Late replies are still received and answered. People who join it wait until it
is launched again.
"""

from uuid import UUID

from api_gateway.campaigns import repository
from api_gateway.database import Session
from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources

MOST_AT_ONCE = 100


async def complete(shared: Resources) -> int:
    """Close what is at its end, each campaign in a transaction of its own; how many that were."""
    async with shared.database.workflow(actor="worker", reason="complete_campaigns") as session:
        finished = await repository.finished(session, MOST_AT_ONCE)
    completed = 0
    for organization_id, campaign_id in finished:
        async with shared.database.workflow(organization_id, actor="worker", reason="everybody_is_done") as session:
            completed += await _close(session, organization_id, campaign_id)
    return completed


async def _close(session: Session, organization_id: UUID, campaign_id: UUID) -> bool:
    name = await repository.complete(session, campaign_id)
    if name is None:
        return False
    await repository.set_stage(session, organization_id, campaign_id, stage="completed", message="", percent=100)
    await raise_alert(
        session,
        organization_id,
        kind="campaign_completed",
        severity="info",
        title=f"The campaign “{name}” is completed",
        detail="Everybody in it has come to an end. Add people and launch it again to go on.",
        dedupe_key=f"campaign_completed:{campaign_id}",
        entity="campaigns",
        entity_id=campaign_id,
    )
    return True
