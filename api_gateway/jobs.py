"""Background work on Procrastinate: jobs are rows in schema `jobs` of the same Postgres.

A job is written inside the transaction that makes it necessary, so that there is neither work without a job nor a job
without its work. Its arguments are ids, never contents and never secrets. See decisions/0015.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, LiteralString

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job
from psycopg.rows import dict_row

from api_gateway.database import POOL_WAIT_S, RECONNECT_S, Session
from api_gateway.resources import Resources

MOST_ATTEMPTS = 8

app = App(connector=PsycopgConnector())
"""Rooms register their tasks here and the worker imports the rooms. Its own connector is never opened: jobs are written
on the connection of a session; a worker gives it one of its own."""

_ENTER: LiteralString = """
    select current_setting('role') as role, current_setting('search_path') as path,
           set_config('role', 'jobs', true), set_config('search_path', 'jobs', true)
"""
_LEAVE: LiteralString = "select set_config('role', %(role)s, true), set_config('search_path', %(path)s, true)"


class Wait(Exception):  # noqa: N818 - an error is named after the fact it states
    """What the job needs is not there yet, in all likelihood soon: try again in `seconds`."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = seconds


class BackOff(BaseRetryStrategy):
    """3, 9, 27 … seconds, at most ten minutes, `MOST_ATTEMPTS` times; after `Wait` when it says."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """None ends the job as failed; what it was about keeps its own record of that."""
        if job.attempts + 1 >= MOST_ATTEMPTS:
            return None
        seconds = exception.seconds if isinstance(exception, Wait) else min(600, 3 ** (job.attempts + 1))
        return RetryDecision(retry_in={"seconds": int(max(1, seconds))})


async def defer(session: Session, task: str, *, lock: str | None = None, delay_s: int = 0, **arguments: Any) -> bool:
    """Have `task` (its name) done once this transaction is committed.

    `lock`: at most one job with it waits at a time; a second one is not written. Says whether one was written.
    """
    connection = session.connection
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(_ENTER)
        before = await cursor.fetchone()
        assert before is not None  # noqa: S101 - a select without from has one row
        try:
            async with connection.transaction():
                await app.configure_task(
                    task,
                    queueing_lock=lock,
                    schedule_in={"seconds": delay_s} if delay_s else None,
                    connection=connection,
                ).defer_async(**arguments)
            written = True
        except AlreadyEnqueued:
            written = False
        except ConnectorException as error:
            # The connection is the session's own: what befell it is told as everywhere else.
            raise error.__cause__ or error from None
        await cursor.execute(_LEAVE, {"role": before["role"], "path": before["path"]})
    return written


def resources_of(context: JobContext) -> Resources:
    """What the worker holds open for its tasks."""
    resources: Resources = context.additional_context["resources"]
    return resources


def connector(url: str, *, most_connections: int) -> PsycopgConnector:
    """A connector whose every connection works as role `jobs` in schema `jobs`."""
    return PsycopgConnector(
        conninfo=url,
        kwargs={"options": "-c role=jobs -c search_path=jobs", "application_name": "api_gateway worker"},
        min_size=1,
        max_size=most_connections,
        timeout=POOL_WAIT_S,
        reconnect_timeout=RECONNECT_S,
    )


@asynccontextmanager
async def working(url: str, *, most_connections: int = 4) -> AsyncIterator[App]:
    """The application with open connections of its own, for as long as the block lasts."""
    with app.replace_connector(connector(url, most_connections=most_connections)) as opened:
        async with opened.open_async():
            yield opened
