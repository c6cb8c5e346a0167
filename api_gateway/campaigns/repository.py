"""SQL of the campaigns room: the campaigns themselves."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb

from api_gateway.campaigns.schemas import CampaignIcp
from api_gateway.database import Session, set_clause
from api_gateway.pagination import COUNT_CAP

COLUMNS = (
    "name", "goal", "sector", "source", "icp_id", "scenario_id", "language", "tone", "approval_policy", "email_rule",
    "confidence_threshold", "booking_url", "send_days", "send_from", "send_until", "time_zone", "respect_holidays",
    "hourly_cap", "stop_company_on", "max_prospects", "scraper_agent_id", "scraper_argument",
)  # fmt: skip

_CAMPAIGN: LiteralString = """
    select c.*, s.name as scenario_name, coalesce(p.stage, 'idle') as stage, coalesce(p.percent, 0) as percent
    from public.campaigns c
    left join public.scenarios s on s.organization_id = c.organization_id and s.id = c.scenario_id
    left join public.campaign_progress p on p.organization_id = c.organization_id and p.campaign_id = c.id
    where c.organization_id = %(organization_id)s
"""
_MATCH: LiteralString = """
    and (%(status)s::text[] is null or c.status = any(%(status)s))
    and (%(pattern)s::text is null or c.name ilike %(pattern)s)
"""


def _json(values: dict[str, Any]) -> dict[str, Any]:
    if "scraper_argument" in values:
        return {**values, "scraper_argument": Jsonb(values["scraper_argument"])}
    return values


async def find(
    session: Session,
    organization_id: UUID,
    *,
    status: list[str] | None,
    pattern: str | None,
    after: tuple[Any, Any],
    limit: int,
) -> list[dict[str, Any]]:
    query = (
        SQL(_CAMPAIGN)
        + SQL(_MATCH)
        + SQL(
            """
            and (%(at)s::timestamptz is null or (c.created_at, c.id) < (%(at)s, %(id)s))
            order by c.created_at desc, c.id desc limit %(limit)s
            """
        )
    )
    return await session.dicts(
        query,
        organization_id=organization_id,
        status=status,
        pattern=pattern,
        at=after[0],
        id=after[1],
        limit=limit,
    )


async def count(session: Session, organization_id: UUID, *, status: list[str] | None, pattern: str | None) -> int:
    query = SQL(
        "select count(*) from (select from public.campaigns c where c.organization_id = %(organization_id)s {} "
        "limit %(cap)s) counted"
    ).format(SQL(_MATCH))
    total: int = await session.value(
        query, organization_id=organization_id, status=status, pattern=pattern, cap=COUNT_CAP + 1
    )
    return total


async def get(session: Session, organization_id: UUID, campaign_id: UUID) -> dict[str, Any] | None:
    rows = await session.dicts(
        SQL(_CAMPAIGN) + SQL(" and c.id = %(id)s"), organization_id=organization_id, id=campaign_id
    )
    return rows[0] if rows else None


async def create(session: Session, organization_id: UUID, created_by: UUID, values: dict[str, Any]) -> UUID:
    query = SQL(
        """
        insert into public.campaigns (organization_id, created_by, {})
        values (%(organization_id)s, %(created_by)s, {}) returning id
        """
    ).format(SQL(", ").join(map(Identifier, values)), SQL(", ").join(map(Placeholder, values)))
    created: UUID = await session.value(query, organization_id=organization_id, created_by=created_by, **_json(values))
    return created


async def update(session: Session, organization_id: UUID, campaign_id: UUID, changes: dict[str, Any]) -> int:
    query = SQL("update public.campaigns set {} where id = %(id)s and organization_id = %(organization_id)s").format(
        set_clause(changes)
    )
    return await session.execute(query, organization_id=organization_id, id=campaign_id, **_json(changes))


async def delete(session: Session, organization_id: UUID, campaign_id: UUID) -> int:
    return await session.execute(
        """
        delete from public.campaigns
        where id = %(id)s and organization_id = %(organization_id)s and status <> 'active'
        """,
        organization_id=organization_id,
        id=campaign_id,
    )


async def move(
    session: Session, organization_id: UUID, campaign_id: UUID, from_status: list[str], changes: dict[str, Any]
) -> int:
    """Change a campaign only while it is in one of `from_status`: of two launches at once, one finds nothing."""
    query = SQL(
        """
        update public.campaigns set {}
        where id = %(id)s and organization_id = %(organization_id)s and status = any(%(from_status)s)
        """
    ).format(set_clause(changes))
    return await session.execute(
        query, organization_id=organization_id, id=campaign_id, from_status=from_status, **changes
    )


async def icp(session: Session, organization_id: UUID, icp_id: UUID | None) -> CampaignIcp | None:
    return await session.row(
        CampaignIcp,
        """
        select id, name, industries, job_titles, company_sizes, locations, technologies, pains
        from public.icps where organization_id = %(organization_id)s and id = %(icp_id)s
        """,
        organization_id=organization_id,
        icp_id=icp_id,
    )


async def mailbox_ids(session: Session, organization_id: UUID, campaign_id: UUID) -> list[UUID]:
    return await session.values(
        """
        select mailbox_id from public.campaign_mailboxes
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s and is_chosen
        order by created_at, mailbox_id
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
    )


async def set_mailboxes(session: Session, organization_id: UUID, campaign_id: UUID, wanted: list[UUID]) -> None:
    """Choose mailboxes. A row is kept when it is no longer chosen: it holds what the vendor knows the pair by."""
    await session.execute(
        """
        update public.campaign_mailboxes set is_chosen = mailbox_id = any(%(wanted)s)
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
          and is_chosen <> (mailbox_id = any(%(wanted)s))
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        wanted=wanted,
    )
    await session.execute(
        """
        insert into public.campaign_mailboxes (organization_id, campaign_id, mailbox_id)
        select %(organization_id)s, %(campaign_id)s, wanted from unnest(%(wanted)s::uuid[]) wanted
        on conflict do nothing
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        wanted=wanted,
    )


async def launch_facts(session: Session, organization_id: UUID, campaign_id: UUID) -> dict[str, Any]:
    """What a launch depends on, in one row."""
    rows = await session.dicts(
        """
        select
            (select count(*) from public.scenario_steps t
             where t.organization_id = c.organization_id and t.scenario_id = c.scenario_id
               and t.version = s.version) as steps,
            exists (select from public.scenario_steps t where t.organization_id = c.organization_id
                    and t.scenario_id = c.scenario_id and t.version = s.version
                    and t.channel = 'email') as writes_email,
            exists (select from public.enrollments e where e.organization_id = c.organization_id
                    and e.campaign_id = c.id
                    and (c.status <> 'completed' or e.status in ('found', 'enriching', 'enriched', 'qualifying',
                         'qualified', 'in_sequence'))) as has_people,
            exists (select from public.mailboxes m where m.organization_id = c.organization_id and m.is_active
                    and m.provider in ('instantly', 'resend', 'smtp')) as has_mailbox,
            (select coalesce(c.scraper_agent_id, k.options ->> 'agent_id', '') from public.api_credentials k
             where k.organization_id = c.organization_id and k.service_name = 'phantombuster' and k.is_active)
                as scraper_agent_id
        from public.campaigns c
        left join public.scenarios s on s.organization_id = c.organization_id and s.id = c.scenario_id
        where c.organization_id = %(organization_id)s and c.id = %(id)s
        """,
        organization_id=organization_id,
        id=campaign_id,
    )
    return rows[0]


async def open_scrape(
    session: Session, organization_id: UUID, campaign_id: UUID, *, agent_id: str, request_id: str
) -> None:
    await session.execute(
        """
        insert into public.workflow_runs (organization_id, campaign_id, workflow_name, agent_id, request_id)
        values (%(organization_id)s, %(campaign_id)s, 'scrape-linkedin-prospects', %(agent_id)s, %(request_id)s)
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        agent_id=agent_id,
        request_id=request_id,
    )


async def finished(session: Session, most: int) -> list[tuple[UUID, UUID]]:
    """(organization, campaign) of campaigns in which nothing is left to do, over all organizations."""
    rows = await session.dicts("select * from private.finished_campaigns(%(most)s)", most=most)
    return [(row["organization_id"], row["campaign_id"]) for row in rows]


async def complete(session: Session, campaign_id: UUID) -> str | None:
    """Close a campaign that is still running and still at its end; its name, None when it is not."""
    name: str | None = await session.value(
        """
        update public.campaigns set status = 'completed', completed_at = clock_timestamp()
        where id = %(id)s and status = 'active'
        returning name
        """,
        id=campaign_id,
    )
    return name


async def set_stage(
    session: Session, organization_id: UUID, campaign_id: UUID, *, stage: str, message: str, percent: int = 0
) -> None:
    """Where the campaign stands, for the progress bar."""
    await session.execute(
        """
        insert into public.campaign_progress as p
            (organization_id, campaign_id, stage, percent, message, scrape_started_at)
        values (%(organization_id)s, %(campaign_id)s, %(stage)s, %(percent)s, %(message)s,
                case when %(stage)s = 'scraping' then clock_timestamp() end)
        on conflict (organization_id, campaign_id) do update set
            stage = excluded.stage, percent = excluded.percent, message = excluded.message,
            scrape_started_at = coalesce(excluded.scrape_started_at, p.scrape_started_at)
        """,
        organization_id=organization_id,
        campaign_id=campaign_id,
        stage=stage,
        message=message,
        percent=percent,
    )
