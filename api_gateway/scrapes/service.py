"""Driving a scraper: launch once, follow, bring its rows in, report. The vendor is called between transactions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from api_gateway.credentials.sealed import open_credential
from api_gateway.database import Session
from api_gateway.notifications.repository import raise_alert
from api_gateway.notifications.wording import in_words
from api_gateway.providers.phantombuster import AlreadyRunning, PhantomBuster
from api_gateway.resources import Resources
from api_gateway.scrapes import fetching, importing, repository
from api_gateway.scrapes.repository import Run
from api_gateway.scrapes.schemas import (
    ScrapeBatch,
    ScrapeClaim,
    ScrapeCollected,
    ScrapeHold,
    ScrapeLaunched,
    ScrapeProgress,
    ScrapeReport,
    ScrapeReported,
)
from api_gateway.workflow_runs.holding import act_as, take_hold
from api_gateway.workflows import starting
from api_gateway.workflows.schemas import WorkflowName
from kit.errors import Conflict, LeaseLost, VendorFailed
from kit.settings import decode_key

WORKFLOW: WorkflowName = "scrape-linkedin-prospects"
LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 10
IMPORT_LIMIT_S = 120.0
AGENT_REST = timedelta(minutes=1)
WAITS_FOR_AGENT = "The phantom is busy with another search; this one starts when it is free."
COUNT_ARGUMENT = "numberOfProfiles"
_OPEN = frozenset({"queued", "running"})


class NotLaunched(Conflict):
    code = "scrape_not_launched"
    default_detail = "The scraper of this run has not been launched yet."


class NoAgent(Conflict):
    code = "scrape_without_agent"
    default_detail = "The campaign names no PhantomBuster agent."


async def claim(session: Session, wanted: ScrapeClaim) -> ScrapeBatch:
    """Scrapes that nobody drives, each held for five minutes at a time."""
    found = []
    for lease in await repository.claim(session, WORKFLOW, wanted.campaign_id, MOST_AT_ONCE, LEASE):
        await act_as(session, WORKFLOW, lease.organization_id)
        scrape = await repository.shown(session, lease)
        if scrape is not None:
            found.append(scrape)
    return ScrapeBatch(scrapes=found)


async def launch(shared: Resources, held: ScrapeHold) -> ScrapeLaunched:
    """Launch the agent, once: a container that an earlier, interrupted call started is found and kept.

    An agent that is busy with something else is waited for: the run goes back to the queue.
    Raises LeaseLost, NoAgent, CredentialMissing, AlreadyRunning or VendorFailed.
    """
    async with _held(shared, held) as (session, run):
        client = await _client(shared, session)
        was_launching = run.launching_at is not None
        if run.container_id is None:
            await repository.note_launching(session, run.id)
    if run.container_id is not None:
        return _launched(held, run.container_id)
    if run.agent_id is None:
        raise NoAgent
    container_id = await client.last_container(run.agent_id) if was_launching else None
    try:
        if container_id is None:
            container_id = await client.launch(run.agent_id, _argument(run))
        elif await _is_anothers(shared, run, container_id):
            raise AlreadyRunning
    except AlreadyRunning:
        async with _held(shared, held) as (session, run):
            await repository.wait_for_agent(session, run, AGENT_REST, WAITS_FOR_AGENT)
        raise
    async with _held(shared, held) as (session, _):
        await repository.note_container(session, run.id, held.lease_token, container_id, LEASE)
    return _launched(held, container_id)


async def poll(shared: Resources, held: ScrapeHold) -> ScrapeProgress:
    """How far the run is. Raises LeaseLost, NotLaunched or VendorFailed."""
    async with _held(shared, held) as (session, run):
        client = await _client(shared, session)
    container = await client.container(_container_of(run), run.agent_id)
    message = container.reason or container.label
    async with _held(shared, held) as (session, run):
        await repository.note_progress(session, run, container.progress, message, LEASE)
    return ScrapeProgress(
        run_id=held.run_id,
        lease_token=held.lease_token,
        status=container.status,
        progress=container.progress,
        message=message,
    )


async def collect(shared: Resources, held: ScrapeHold) -> ScrapeCollected:
    """Bring the rows in by the door that files use. Asked again, it answers the same and brings nothing twice.

    Raises LeaseLost, NotLaunched or VendorFailed.
    """
    async with _held(shared, held) as (session, run):
        client = await _client(shared, session)
    if run.collected_at is None:
        container_id = _container_of(run)
        hash_key = decode_key(shared.settings.unsubscribe_key.get_secret_value())
        rows = await _rows(shared, client, container_id)
        async with _held(shared, held) as (session, run):
            await session.allow_seconds(IMPORT_LIMIT_S)
            if run.collected_at is None:
                await repository.note_stage(session, run, "importing", 100, "")
                counts = await importing.bring_in(session, run, container_id, rows, hash_key=hash_key)
                await repository.note_collected(session, run.id, counts, LEASE)
                return ScrapeCollected(run_id=held.run_id, lease_token=held.lease_token, **counts)
            collected = run.result
    else:
        collected = run.result
    counts = {name: int(collected.get(name, 0)) for name in importing.COUNTS}
    return ScrapeCollected(run_id=held.run_id, lease_token=held.lease_token, **counts)


async def report(session: Session, shared: Resources, given: ScrapeReport) -> ScrapeReported:
    """End a run. After a success enrichment starts; a failure raises an alert."""
    await take_hold(session, WORKFLOW, repository.WHOSE, work_id=given.run_id, lease_token=given.lease_token)
    run = await repository.lock(session, given.run_id, given.lease_token)
    if run is None:
        raise LeaseLost
    if run.status not in _OPEN or run.waits_for_agent:
        return ScrapeReported(run_id=run.id, status=run.status)
    if not run.is_held:
        raise LeaseLost
    if given.outcome == "succeeded" and run.collected_at is not None:
        await repository.finish(session, run.id, "succeeded", None)
        await repository.note_stage(session, run, "enriching", 0, "")
        starting.start_after_commit(
            shared, session, run.organization_id, "enrich-and-qualify-prospects", campaign_id=str(run.campaign_id)
        )
        await _wake_next(session, shared, run)
        return ScrapeReported(run_id=run.id, status="succeeded")
    error = given.error or "the run was reported as done without its rows having been collected"
    await repository.finish(session, run.id, "failed", error[:1_000])
    await _wake_next(session, shared, run)
    await repository.note_stage(session, run, "failed", 0, in_words(error))
    await raise_alert(
        session,
        run.organization_id,
        kind="scrape_failed",
        severity="critical",
        title=f"The scrape of “{run.campaign_name}” failed",
        detail=in_words(error),
        dedupe_key=f"scrape:{run.campaign_id}",
    )
    return ScrapeReported(run_id=run.id, status="failed")


async def container_ended(shared: Resources, session: Session, container_id: str) -> bool:
    """The vendor says that a container ended: have it looked at now. False when it is none of ours."""
    found = await repository.run_of_container(session, container_id)
    if found is None:
        return False
    organization_id, campaign_id = found
    starting.start_after_commit(shared, session, organization_id, WORKFLOW, campaign_id=str(campaign_id))
    return True


@asynccontextmanager
async def _held(shared: Resources, held: ScrapeHold) -> AsyncIterator[tuple[Session, Run]]:
    """A transaction of its own, with the run locked; LeaseLost when the token holds it no more."""
    async with shared.database.workflow(actor=f"workflow:{WORKFLOW}") as session:
        await take_hold(session, WORKFLOW, repository.WHOSE, work_id=held.run_id, lease_token=held.lease_token)
        run = await repository.lock(session, held.run_id, held.lease_token)
        if run is None or run.status not in _OPEN or not run.is_held:
            raise LeaseLost
        yield session, run


async def _wake_next(session: Session, shared: Resources, run: Run) -> None:
    """The agent is free: whoever waited for it is next."""
    if await repository.waits(session, WORKFLOW):
        starting.start_after_commit(shared, session, run.organization_id, WORKFLOW)


async def _is_anothers(shared: Resources, run: Run, container_id: str) -> bool:
    """Whether the agent's container was launched by another run of ours."""
    async with shared.database.workflow(run.organization_id, actor=f"workflow:{WORKFLOW}") as session:
        return await repository.run_of_container(session, container_id) is not None


async def _client(shared: Resources, session: Session) -> PhantomBuster:
    credential = await open_credential(session, shared.keyring, "phantombuster")
    return PhantomBuster(shared.http, shared.settings.phantombuster_base_url, credential.key.get_secret_value())


async def _rows(shared: Resources, client: PhantomBuster, container_id: str) -> list[dict[str, Any]]:
    result = await client.result(container_id)
    if result.rows is not None:
        return result.rows
    base = shared.settings.phantombuster_base_url
    if result.json_url is not None:
        return await fetching.rows_of(shared.http, shared.outside, result.json_url, vendor_base_url=base, is_csv=False)
    if result.csv_url is not None:
        return await fetching.rows_of(shared.http, shared.outside, result.csv_url, vendor_base_url=base, is_csv=True)
    raise VendorFailed("PhantomBuster's result holds no rows.")


def _argument(run: Run) -> dict[str, Any]:
    if run.max_prospects is None or COUNT_ARGUMENT in run.argument:
        return run.argument
    return {**run.argument, COUNT_ARGUMENT: run.max_prospects}


def _container_of(run: Run) -> str:
    if run.container_id is None:
        raise NotLaunched
    return run.container_id


def _launched(held: ScrapeHold, container_id: str) -> ScrapeLaunched:
    return ScrapeLaunched(run_id=held.run_id, lease_token=held.lease_token, container_id=container_id)
