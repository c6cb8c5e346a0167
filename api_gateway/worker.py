"""The worker: does the jobs of the gateway. Any number of them may run, on any machine that reaches Postgres.

`python -m api_gateway.worker` runs one until it is told to stop; `--apply-schema` first brings Procrastinate's own
tables up to the installed version and ends.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import time
from importlib import import_module, metadata
from pathlib import Path

import procrastinate
import psycopg
import structlog
from packaging.version import Version
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg import sql

from api_gateway import jobs
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from kit import logging, sentry
from kit.settings import SettingsError, load

AT_START = ("reconcile_vendors", "sweep_inbox")
ROOMS_WITH_TASKS: tuple[str, ...] = (
    "api_gateway.webhooks.tasks", "api_gateway.sends.tasks", "api_gateway.scenarios.tasks",
    "api_gateway.campaigns.tasks", "api_gateway.mailboxes.tasks", "api_gateway.scrapes.tasks",
    "api_gateway.data_protection.tasks",
)  # fmt: skip
CONCURRENCY = 8
HEARTBEAT_S = 5.0
STALLED_AFTER_S = 15.0
RESCUE_EVERY_S = 5.0
# Nothing announces that a job's pause is over.
POLL_S = 1.0
GRACE_S = 20.0
PAUSE_S = 1.0
SCHEMA_LOCK = 7_310_020
log = structlog.get_logger(__name__)


async def apply_schema(url: str) -> None:
    """Make, or bring up to date, Procrastinate's tables in schema `jobs`; safe to repeat and to run twice at once."""
    installed = metadata.version("procrastinate")
    async with await psycopg.AsyncConnection.connect(url, options="-c role=jobs -c search_path=jobs") as connection:
        await connection.execute("select pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        cursor = await connection.execute(
            "select obj_description(to_regclass('jobs.procrastinate_jobs')), to_regclass('jobs.procrastinate_jobs')"
        )
        row = await cursor.fetchone()
        applied, table = row if row else (None, None)
        if table is None:
            await connection.execute(SchemaManager.get_schema())
        else:
            for script in _migrations_after(str(applied or "0")):
                log.info("jobs_schema_migrated", script=script.name)
                await connection.execute(script.read_text(encoding="utf-8"))
        cursor = await connection.execute(
            """
            select oid::regprocedure::text from pg_proc
            where pronamespace = 'jobs'::regnamespace and proconfig is null
            """
        )
        for (function,) in await cursor.fetchall():
            await connection.execute(
                sql.SQL("alter routine {} set search_path = jobs, pg_temp").format(sql.SQL(function))
            )
        await connection.execute(
            sql.SQL("comment on table jobs.procrastinate_jobs is {}").format(sql.Literal(installed))
        )


def _migrations_after(applied: str) -> list[Path]:
    """Procrastinate's migrations, oldest first, that came after the version in the table's comment."""
    scripts = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    return [script for script in scripts if Version(script.name.partition("_")[0]) > Version(applied)]


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; jobs under way get twenty seconds to end. Survives the loss of the database."""
    for room in ROOMS_WITH_TASKS:
        import_module(room)
    url = settings.database_url.get_secret_value()
    told_to_end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_end.set)
    async with Resources.opened(settings) as resources:
        while not told_to_end.is_set():
            try:
                await _work(url, resources, told_to_end)
            except (ConnectorException, psycopg.Error):
                log.warning("worker_without_database", exc_info=True)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(told_to_end.wait(), PAUSE_S)


async def _work(url: str, resources: Resources, told_to_end: asyncio.Event) -> None:
    """Work until told to end, or until the worker gives up: it does so when the database takes its connections away."""
    async with jobs.working(url) as app:
        for task in AT_START:
            with contextlib.suppress(AlreadyEnqueued):
                await app.configure_task(task).defer_async(timestamp=int(time.time()))
        rescue = asyncio.create_task(_rescue_stalled(app))
        ending = asyncio.create_task(told_to_end.wait())
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=CONCURRENCY,
                delete_jobs="successful",
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALLED_AFTER_S,
                fetch_job_polling_interval=POLL_S,
                shutdown_graceful_timeout=GRACE_S,
                additional_context={"resources": resources},
                install_signal_handlers=False,
            )
        )
        try:
            await asyncio.wait({work, ending}, return_when=asyncio.FIRST_COMPLETED)
            # Cancelled, it ends in peace: jobs under way get their time.
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
        finally:
            rescue.cancel()
            ending.cancel()


async def _rescue_stalled(app: procrastinate.App) -> None:
    """Give the jobs of workers that fell silent to others."""
    while True:
        try:
            await take_up_stalled(app)
        except (ConnectorException, psycopg.Error):
            log.warning("stalled_jobs_not_looked_for", exc_info=True)
        await asyncio.sleep(RESCUE_EVERY_S)


async def take_up_stalled(app: procrastinate.App) -> None:
    """Once: what silent workers hold waits again; where the same waits already, it is let go."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        log.warning("stalled_job_taken_up", job=job.id, task_name=job.task_name)
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m api_gateway.worker", description="Does the gateway's jobs.")
    parser.add_argument("--apply-schema", action="store_true", help="make or migrate Procrastinate's tables, then end")
    wanted = parser.parse_args()
    try:
        settings = load(Settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    logging.configure(settings.log_level, "api_gateway_worker")
    sentry.init(
        settings.sentry_dsn.get_secret_value() if settings.sentry_dsn else None,
        environment=settings.environment,
        release=settings.version,
        service="api_gateway_worker",
    )
    if wanted.apply_schema:
        asyncio.run(apply_schema(settings.database_url.get_secret_value()))
    else:
        asyncio.run(run(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
