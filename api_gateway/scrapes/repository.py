"""SQL of scrapes: runs of the workflow that brings prospects into a campaign."""

from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.scrapes.schemas import Scrape

WHOSE: LiteralString = "select private.run_organization(%(id)s, %(token)s)"


class Leased(BaseModel):
    run_id: UUID
    organization_id: UUID
    lease_token: UUID


class Run(BaseModel):
    """A run in the caller's hands. `result`: what collecting it gave, {} before."""

    id: UUID
    organization_id: UUID
    campaign_id: UUID
    campaign_name: str
    status: str
    is_held: bool
    agent_id: str | None
    container_id: str | None
    argument: dict[str, Any]
    max_prospects: int | None
    launching_at: datetime | None
    waits_for_agent: bool
    collected_at: datetime | None
    result: dict[str, Any]


async def claim(session: Session, workflow: str, campaign_id: UUID | None, most: int, lease: timedelta) -> list[Leased]:
    return await session.rows(
        Leased,
        "select * from private.claim_workflow_runs(%(workflow)s, %(campaign_id)s, %(most)s, %(lease)s)",
        workflow=workflow,
        campaign_id=campaign_id,
        most=most,
        lease=lease,
    )


async def shown(session: Session, lease: Leased) -> Scrape | None:
    return await session.row(
        Scrape,
        """
        select r.id as run_id, %(token)s::uuid as lease_token, r.organization_id, r.campaign_id, c.name as campaign_name
        from public.workflow_runs r
        join public.campaigns c on c.organization_id = r.organization_id and c.id = r.campaign_id
        where r.id = %(id)s
        """,
        id=lease.run_id,
        token=lease.lease_token,
    )


async def lock(session: Session, run_id: UUID, lease_token: UUID) -> Run | None:
    return await session.row(
        Run,
        """
        select r.id, r.organization_id, r.campaign_id, c.name as campaign_name, r.status,
               coalesce(r.lease_until > clock_timestamp(), false) as is_held,
               coalesce(r.agent_id, c.scraper_agent_id) as agent_id, r.container_id, c.scraper_argument as argument,
               c.max_prospects, (r.result ->> 'launching_at')::timestamptz as launching_at,
               r.result ? 'waits_for_agent' as waits_for_agent, r.collected_at, r.result
        from public.workflow_runs r
        join public.campaigns c on c.organization_id = r.organization_id and c.id = r.campaign_id
        where r.id = %(id)s and r.lease_token = %(token)s
        for update of r
        """,
        id=run_id,
        token=lease_token,
    )


async def note_launching(session: Session, run_id: UUID) -> None:
    """Written before the vendor is called: whoever comes after a crash looks for a container first."""
    await session.execute(
        """
        update public.workflow_runs
        set result = (result - 'waits_for_agent') || jsonb_build_object('launching_at', clock_timestamp()),
            attempts = attempts + 1
        where id = %(id)s
        """,
        id=run_id,
    )


async def note_container(session: Session, run_id: UUID, lease_token: UUID, container_id: str, lease: timedelta) -> int:
    return await session.execute(
        """
        update public.workflow_runs
        set container_id = %(container_id)s, status = 'running', lease_until = clock_timestamp() + %(lease)s
        where id = %(id)s and lease_token = %(token)s and container_id is null
        """,
        id=run_id,
        token=lease_token,
        container_id=container_id,
        lease=lease,
    )


async def wait_for_agent(session: Session, run: Run, rest: timedelta, message: str) -> None:
    """The agent works for somebody else: nothing was begun, and the run is taken up again after `rest`."""
    await session.execute(
        """
        update public.workflow_runs
        set status = 'queued', lease_until = clock_timestamp() + %(rest)s, message = %(message)s,
            result = (result - 'launching_at') || '{"waits_for_agent": true}'
        where id = %(id)s
        """,
        id=run.id,
        rest=rest,
        message=message,
    )
    await note_stage(session, run, "scraping", 0, message)


async def note_progress(session: Session, run: Run, progress: float, message: str, lease: timedelta) -> None:
    await session.execute(
        """
        update public.workflow_runs
        set progress = greatest(progress, %(progress)s), message = %(message)s,
            lease_until = clock_timestamp() + %(lease)s
        where id = %(id)s
        """,
        id=run.id,
        progress=progress,
        message=message,
        lease=lease,
    )
    await note_stage(session, run, "scraping", round(progress * 100), message)


async def note_collected(session: Session, run_id: UUID, result: dict[str, int], lease: timedelta) -> None:
    await session.execute(
        """
        update public.workflow_runs
        set collected_at = clock_timestamp(), progress = 1, result = result || %(result)s,
            lease_until = clock_timestamp() + %(lease)s
        where id = %(id)s
        """,
        id=run_id,
        result=Jsonb(result),
        lease=lease,
    )


async def finish(session: Session, run_id: UUID, status: str, error: str | None) -> None:
    """The run has ended. Its token stays, so that the same report may come twice."""
    await session.execute(
        """
        update public.workflow_runs
        set status = %(status)s, error = %(error)s, finished_at = clock_timestamp(), lease_until = null
        where id = %(id)s
        """,
        id=run_id,
        status=status,
        error=error,
    )


async def note_stage(session: Session, run: Run, stage: str, percent: int, message: str) -> None:
    await session.execute(
        """
        insert into public.campaign_progress as p
            (organization_id, campaign_id, stage, percent, message, scrape_started_at)
        values (%(organization_id)s, %(campaign_id)s, %(stage)s, %(percent)s, %(message)s, clock_timestamp())
        on conflict (organization_id, campaign_id) do update
        set stage = excluded.stage, percent = excluded.percent, message = excluded.message,
            scrape_started_at = coalesce(p.scrape_started_at, excluded.scrape_started_at),
            scrape_finished_at = case when excluded.stage in ('enriching', 'failed') then clock_timestamp()
                                      else p.scrape_finished_at end
        where (p.stage, p.percent, p.message) is distinct from (excluded.stage, excluded.percent, excluded.message)
        """,
        organization_id=run.organization_id,
        campaign_id=run.campaign_id,
        stage=stage,
        percent=percent,
        message=message,
    )


async def waits(session: Session, workflow: str) -> bool:
    """Whether a run of any organization could be driven and nobody does."""
    found: bool = await session.value(
        "select exists (select from private.drivable_runs(%(workflow)s, null, 1))", workflow=workflow
    )
    return found


async def run_of_container(session: Session, container_id: str) -> tuple[UUID, UUID] | None:
    """(organization, campaign) of the run that launched a container."""
    rows = await session.dicts(
        """
        select organization_id, campaign_id from public.workflow_runs
        where organization_id = private.workflow_organization_id() and container_id = %(container_id)s
        limit 1
        """,
        container_id=container_id,
    )
    return (rows[0]["organization_id"], rows[0]["campaign_id"]) if rows else None
