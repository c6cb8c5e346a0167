"""Rules of the campaigns room: drafting, changing and reading."""

from typing import Any
from uuid import UUID

from api_gateway.campaigns import counting, repository
from api_gateway.campaigns.readiness import missing_for_launch
from api_gateway.campaigns.schemas import (
    Campaign,
    CampaignCreate,
    CampaignPage,
    CampaignPatch,
    CampaignProgress,
    CampaignSummary,
)
from api_gateway.database import changed
from api_gateway.organization_settings import repository as settings
from api_gateway.pagination import COUNT_CAP, PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from kit.errors import Conflict, Invalid, NotFound, NotPermitted

NULLABLE = ("icp_id", "scenario_id", "booking_url", "max_prospects", "scraper_agent_id")
ONLY_IN_DRAFT = ("source", "scenario_id")
COPY_SUFFIX = {"fr": " (copie)", "en": " (copy)"}


class CampaignRunning(Conflict):
    code = "campaign_running"
    default_detail = "The campaign is running; pause it first."


class NotADraft(Conflict):
    code = "campaign_not_a_draft"
    default_detail = "Source and scenario can change only while the campaign is a draft; duplicate it instead."


async def list_campaigns(member: Member, page: PageRequest, *, status: Any, q: str | None) -> CampaignPage:
    """Campaigns, newest first, each with its counts."""
    session, organization_id = member.session, member.organization_id
    pattern = _pattern(q)
    rows = await repository.find(
        session, organization_id, status=status, pattern=pattern, after=page.after_time(), limit=page.limit + 1
    )
    rows, more = cut(rows, page.limit)
    counts = await counting.counts(session, organization_id, [row["id"] for row in rows])
    total = await repository.count(session, organization_id, status=status, pattern=pattern)
    return CampaignPage(
        items=[CampaignSummary.model_validate({**row, "counts": counts[row["id"]]}) for row in rows],
        next_cursor=encode_cursor(rows[-1]["created_at"], str(rows[-1]["id"])) if more else None,
        total=min(total, COUNT_CAP),
        total_is_capped=total > COUNT_CAP,
    )


async def create_campaign(member: Member, wanted: CampaignCreate) -> Campaign:
    """Draft a campaign; NotFound when a profile, scenario or mailbox is not the organization's."""
    values = wanted.model_dump(include=set(repository.COLUMNS))
    values["icp_id"] = await _icp_id(member, wanted)
    if values["icp_id"] is None:
        default = await settings.default_icp(member.session, member.organization_id)
        values["icp_id"] = default.id if default else None
    created = await repository.create(member.session, member.organization_id, member.user_id, values)
    await repository.set_mailboxes(member.session, member.organization_id, created, wanted.mailbox_ids)
    return await get_campaign(member, created)


async def get_campaign(member: Member, campaign_id: UUID) -> Campaign:
    """A campaign with its counts and what a launch still needs."""
    session, organization_id = member.session, member.organization_id
    row = await repository.get(session, organization_id, campaign_id)
    if row is None:
        raise NotFound("There is no such campaign in this organisation.")
    icp = await repository.icp(session, organization_id, row["icp_id"])
    facts = await repository.launch_facts(session, organization_id, campaign_id)
    counts = await counting.counts(session, organization_id, [campaign_id])
    return Campaign.model_validate(
        {
            **row,
            "icp": icp,
            "counts": counts[campaign_id],
            "mailbox_ids": await repository.mailbox_ids(session, organization_id, campaign_id),
            "missing": missing_for_launch(row["source"], icp, facts),
        }
    )


async def update_campaign(member: Member, campaign_id: UUID, change: CampaignPatch) -> Campaign:
    """Change a campaign. Conflict for what may change only in a draft."""
    present = await get_campaign(member, campaign_id)
    changes = changed(change, nullable=NULLABLE, skip=("icp", "mailbox_ids", "status"))
    if present.status != "draft" and any(
        name in changes and changes[name] != getattr(present, name) for name in ONLY_IN_DRAFT
    ):
        raise NotADraft
    opens, closes = changes.get("send_from", present.send_from), changes.get("send_until", present.send_until)
    if opens >= closes:
        raise Invalid("send_from must be before send_until.")
    if change.icp is not None:
        changes["icp_id"] = await _icp_id(member, change)
    if change.status is not None:
        changes["status"] = _archived(present, change.status)
    session, organization_id = member.session, member.organization_id
    if changes and not await repository.update(session, organization_id, campaign_id, changes):
        raise NotPermitted
    if change.mailbox_ids is not None:
        await repository.set_mailboxes(session, organization_id, campaign_id, change.mailbox_ids)
    return await get_campaign(member, campaign_id)


async def delete_campaign(member: Member, campaign_id: UUID) -> None:
    """Delete a campaign that is not running."""
    present = await get_campaign(member, campaign_id)
    if present.status == "active":
        raise CampaignRunning
    if not await repository.delete(member.session, member.organization_id, campaign_id):
        raise NotPermitted


async def duplicate_campaign(member: Member, campaign_id: UUID) -> Campaign:
    """Draft a copy without its people."""
    row = await repository.get(member.session, member.organization_id, campaign_id)
    if row is None:
        raise NotFound("There is no such campaign in this organisation.")
    values = {name: row[name] for name in repository.COLUMNS}
    values["name"] = row["name"][:180] + COPY_SUFFIX[row["language"]]
    created = await repository.create(member.session, member.organization_id, member.user_id, values)
    mailboxes = await repository.mailbox_ids(member.session, member.organization_id, campaign_id)
    await repository.set_mailboxes(member.session, member.organization_id, created, mailboxes)
    return await get_campaign(member, created)


async def get_progress(member: Member, campaign_id: UUID) -> CampaignProgress:
    """Where a campaign stands right now."""
    session, organization_id = member.session, member.organization_id
    row = await repository.get(session, organization_id, campaign_id)
    if row is None:
        raise NotFound("There is no such campaign in this organisation.")
    counts = (await counting.counts(session, organization_id, [campaign_id]))[campaign_id]
    stored = await counting.progress(session, organization_id, campaign_id)
    percent = stored.get("percent", 0)
    if stored.get("stage") == "enriching" and counts.prospects:
        percent = counts.enriched * 100 // counts.prospects
    return CampaignProgress(
        campaign_id=campaign_id,
        status=row["status"],
        stage=stored.get("stage", "idle"),
        percent=percent,
        message=stored.get("message", ""),
        counts=counts,
        by_status=await counting.by_status(session, organization_id, campaign_id),
        messages_by_status=await counting.messages_by_status(session, organization_id, campaign_id),
        remaining=await counting.remaining(session, organization_id, campaign_id),
        scrape=await counting.latest_scrape(session, organization_id, campaign_id),
        launched_at=row["launched_at"],
        scrape_started_at=stored.get("scrape_started_at"),
        scrape_finished_at=stored.get("scrape_finished_at"),
        last_drafted_at=stored.get("last_drafted_at"),
        updated_at=stored.get("updated_at"),
    )


async def _icp_id(member: Member, wanted: CampaignCreate | CampaignPatch) -> UUID | None:
    if wanted.icp is None:
        return wanted.icp_id
    return await settings.create_icp(member.session, member.organization_id, wanted.icp)


def _archived(present: Campaign, status: str) -> str:
    if status == "archived" and present.status == "active":
        raise CampaignRunning
    if status == "draft" and present.status != "archived":
        raise NotADraft("Only an archived campaign can be taken back; pause a running one.")
    # Out of the archive a campaign that has run comes back paused, so that nothing restarts by itself.
    return "paused" if status == "draft" and present.launched_at is not None else status


def _pattern(q: str | None) -> str | None:
    if not q:
        return None
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
