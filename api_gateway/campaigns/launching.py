"""Starting, pausing and resuming a campaign."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from api_gateway.campaigns import repository
from api_gateway.campaigns.schemas import Campaign, Pause
from api_gateway.campaigns.service import get_campaign
from api_gateway.sessions import Member
from api_gateway.workflows.starting import start_after_commit
from kit.errors import Conflict, FieldError, NotPermitted
from kit.logging import current_request_id

LAUNCHABLE = ["draft", "completed"]


class NotReady(Conflict):
    """The campaign lacks something; `errors` names each thing."""

    code = "campaign_not_ready"
    default_detail = "The campaign cannot be launched yet; see errors for what is missing."


class AlreadyLaunched(Conflict):
    code = "campaign_already_launched"
    default_detail = "The campaign is running, paused or archived; nothing was started twice."


class NotRunning(Conflict):
    code = "campaign_not_running"
    default_detail = "Only a running campaign can be paused."


class NotPaused(Conflict):
    code = "campaign_not_paused"
    default_detail = "Only a paused campaign can be resumed; launch a completed one again once it has new people."


async def launch(member: Member, campaign_id: UUID) -> Campaign:
    """Start a draft, or a completed campaign that has new people: scrape, or enrich who is already enrolled.

    NotReady says what is missing.
    """
    campaign = await get_campaign(member, campaign_id)
    if campaign.status not in LAUNCHABLE:
        raise AlreadyLaunched
    if campaign.missing:
        raise NotReady(errors=[FieldError(field=one.field, message=one.message) for one in campaign.missing])
    await member.session.because("campaign launched")
    changes = {"status": "active", "launched_at": datetime.now(UTC), "completed_at": None}
    await _move(member, campaign_id, LAUNCHABLE, changes, AlreadyLaunched)
    session, organization_id = member.session, member.organization_id
    if campaign.source == "phantombuster":
        facts = await repository.launch_facts(session, organization_id, campaign_id)
        await repository.open_scrape(
            session,
            organization_id,
            campaign_id,
            agent_id=facts["scraper_agent_id"],
            request_id=current_request_id(),
        )
        await repository.set_stage(session, organization_id, campaign_id, stage="scraping", message="")
        start_after_commit(
            member.shared, session, organization_id, "scrape-linkedin-prospects", campaign_id=str(campaign_id)
        )
    else:
        await repository.set_stage(session, organization_id, campaign_id, stage="enriching", message="")
        start_enriching(member, campaign_id)
    return await get_campaign(member, campaign_id)


async def pause(member: Member, campaign_id: UUID, wanted: Pause) -> Campaign:
    """Pause a running campaign. Every delivery reads the status, so that it acts at once."""
    await get_campaign(member, campaign_id)
    await member.session.because(f"paused: {wanted.reason}" if wanted.reason else "paused")
    changes = {"status": "paused", "paused_at": datetime.now(UTC), "pause_reason": wanted.reason}
    await _move(member, campaign_id, ["active"], changes, NotRunning)
    return await get_campaign(member, campaign_id)


async def resume(member: Member, campaign_id: UUID) -> Campaign:
    """Let a paused campaign go on."""
    await get_campaign(member, campaign_id)
    await member.session.because("resumed")
    changes = {"status": "active", "paused_at": None, "pause_reason": None}
    await _move(member, campaign_id, ["paused"], changes, NotPaused)
    start_enriching(member, campaign_id)
    return await get_campaign(member, campaign_id)


async def _move(
    member: Member, campaign_id: UUID, allowed: list[str], changes: dict[str, Any], refused: type[Conflict]
) -> None:
    if await repository.move(member.session, member.organization_id, campaign_id, allowed, changes):
        return
    # Nothing was touched: somebody was faster, or this role may not.
    present = await get_campaign(member, campaign_id)
    raise NotPermitted if present.status in allowed else refused


def start_enriching(member: Member, campaign_id: UUID) -> None:
    """Have the campaign's people enriched once the caller's transaction is committed."""
    start_after_commit(
        member.shared,
        member.session,
        member.organization_id,
        "enrich-and-qualify-prospects",
        campaign_id=str(campaign_id),
    )
