"""Rules of the dashboard room."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from api_gateway.campaigns import repository as campaigns
from api_gateway.credentials import repository as credentials
from api_gateway.credentials.schemas import Credential
from api_gateway.dashboard import figures, repository
from api_gateway.dashboard.schemas import (
    ActivityPage,
    DashboardStats,
    Funnel,
    FunnelStage,
    VendorState,
    WorkflowState,
)
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from api_gateway.workflows import service as workflows
from kit.errors import NotFound

STAGES = ("found", "enriched", "qualified", "contacted", "replied", "meeting")


async def get_stats(member: Member, days: int) -> DashboardStats:
    """The figures of the last `days` days beside the ones before, health, and what waits for a person."""
    session, organization_id = member.session, member.organization_id
    now = datetime.now(UTC)
    period = timedelta(days=days)
    present = await repository.counts(session, organization_id, now - period, now)
    before = await repository.counts(session, organization_id, now - 2 * period, now - period)
    waiting = await repository.waiting(session, organization_id)
    by_status = await repository.campaigns_by_status(session, organization_id)
    flows = [
        WorkflowState(name=flow.name, state=flow.state, last_finished_at=flow.last_finished_at)
        for flow in (await workflows.list_workflows(member)).items
    ]
    vendors = [_vendor(one) for one in await credentials.list_all(session, organization_id)]
    active = by_status.get("active", 0)
    return DashboardStats.model_validate(
        {
            "days": days,
            **{
                name: figures.figure(getattr(present, name), getattr(before, name))
                for name in ("prospects", "qualified", "sent", "meetings", "replied")
            },
            "reply_rate": figures.rate(present.replied, present.contacted),
            "bounce_rate": figures.rate(present.bounced, present.sent),
            "health": figures.health(
                sent=present.sent,
                bounced=present.bounced,
                workflows=flows,
                vendors=vendors,
                open_reviews=waiting.open_review_items,
                oldest_review_at=waiting.oldest_review_at,
                active_campaigns=active,
                now=now,
            ),
            "active_campaigns": active,
            "campaigns_by_status": by_status,
            **waiting.model_dump(exclude={"oldest_review_at", "time_zone"}),
            "workflows": flows,
            "vendors": vendors,
            "daily": await repository.daily(session, organization_id, days=days, time_zone=waiting.time_zone),
            "computed_at": now,
        }
    )


async def list_activity(member: Member, page: PageRequest, *, campaign_id: UUID | None) -> ActivityPage:
    """What happened, newest first."""
    found = await repository.activity(
        member.session,
        member.organization_id,
        campaign_id=campaign_id,
        after=page.after_time(),
        limit=page.limit + 1,
    )
    items, more = cut(found, page.limit)
    return ActivityPage(items=items, next_cursor=encode_cursor(items[-1].at, str(items[-1].id)) if more else None)


async def get_funnel(member: Member, campaign_id: UUID | None) -> Funnel:
    """How many people reached each stage, each with its share of the stage before. NotFound for others' campaigns."""
    session, organization_id = member.session, member.organization_id
    if campaign_id is not None and await campaigns.get(session, organization_id, campaign_id) is None:
        raise NotFound("There is no such campaign in this organisation.")
    reached = await repository.funnel(session, organization_id, campaign_id)
    stages = []
    for number, stage in enumerate(STAGES):
        before = reached[STAGES[number - 1]] if number else 0
        interval = figures.wilson(reached[stage], before) if number else None
        stages.append(
            FunnelStage.model_validate(
                {
                    "stage": stage,
                    "count": reached[stage],
                    "rate": figures.rate(reached[stage], before) if number else None,
                    "rate_low": interval[0] if interval else None,
                    "rate_high": interval[1] if interval else None,
                }
            )
        )
    return Funnel(campaign_id=campaign_id, stages=stages)


def _vendor(credential: Credential) -> VendorState:
    if not credential.is_active:
        state = "inactive"
    elif credential.last_error:
        state = "failing"
    else:
        state = "verified" if credential.last_verified_at else "unverified"
    return VendorState.model_validate(
        {
            "service_name": credential.service_name,
            "state": state,
            "last_verified_at": credential.last_verified_at,
        }
    )
