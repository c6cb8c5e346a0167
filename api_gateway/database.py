"""Postgres: one pool, and sessions that say whose hand writes.

The gateway's login holds no privilege. Each transaction first takes a role (`authenticated` with a person's claims, or
`workflow` narrowed to one organization), works, and is committed once, by whoever opened it. A forgotten role sees
nothing. What must happen only once the transaction holds is queued with :meth:`Session.after_commit`.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg import AsyncConnection, AsyncCursor, errors, sql
from psycopg.rows import class_row, dict_row, scalar_row
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests
from pydantic import BaseModel

from kit.errors import AppError, Conflict, Invalid, NotFound, NotPermitted, Unavailable
from kit.logging import current_request_id

STATEMENT_LIMIT_MS = 15_000
POOL_WAIT_S = 5.0
# How long the pool itself tries to reconnect: its pauses double, so that after a long outage it would sleep through the
# end of it. When it gives up, the next request tries at once.
RECONNECT_S = 2.0
AfterCommit = Callable[[], object]
Connection = AsyncConnection[dict[str, Any]]
Query = LiteralString | sql.SQL | sql.Composed
M = TypeVar("M", bound=BaseModel)

_caller: ContextVar[tuple[str, str]] = ContextVar("caller", default=("", ""))

_OPEN: LiteralString = """
    select set_config('role', %(role)s, true),
           set_config('request.jwt.claims', %(claims)s, true),
           set_config('request.jwt.claim.sub', %(sub)s, true),
           set_config('app.organization_id', %(organization_id)s, true),
           set_config('app.actor', %(actor)s, true),
           set_config('app.reason', %(reason)s, true),
           set_config('app.ip', %(ip)s, true),
           set_config('app.user_agent', %(user_agent)s, true),
           set_config('app.request_id', %(request_id)s, true),
           set_config('statement_timeout', %(limit)s, true)
"""


def _as_workflow(organization_id: UUID | None, actor: str, reason: str) -> dict[str, str]:
    organization = "" if organization_id is None else str(organization_id)
    return {
        "role": "workflow", "claims": "", "sub": "", "organization_id": organization, "actor": actor, "reason": reason,
    }  # fmt: skip


def note_caller(*, ip: str, user_agent: str) -> None:
    """Have the audit log tell where every change came from that this request makes, in whatever role."""
    _caller.set((ip, user_agent[:500]))


class Session:
    """One transaction under one role. Queries take named parameters; rows come back as Pydantic models."""

    def __init__(self, connection: Connection, opened: AsyncExitStack, settings: Mapping[str, str]) -> None:
        self.connection = connection
        self._opened = opened
        self._settings = settings
        self._after_commit: list[AfterCommit] = []

    async def rows(self, model: type[M], query: Query, **params: Any) -> list[M]:
        """All rows of `query`, each validated into `model`."""
        async with self.connection.cursor(row_factory=class_row(model)) as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchall()

    async def row(self, model: type[M], query: Query, **params: Any) -> M | None:
        """The first row of `query` as `model`, or None."""
        async with self.connection.cursor(row_factory=class_row(model)) as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchone()

    async def value(self, query: Query, **params: Any) -> Any:
        """The first column of the first row, or None."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchone()

    async def values(self, query: Query, **params: Any) -> list[Any]:
        """The first column of every row."""
        async with self.connection.cursor(row_factory=scalar_row) as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchall()

    async def dicts(self, query: Query, **params: Any) -> list[dict[str, Any]]:
        """All rows as dictionaries, for results that are no model of their own."""
        async with self.connection.cursor() as cursor:
            await cursor.execute(query, params)
            return await cursor.fetchall()

    async def execute(self, query: Query, **params: Any) -> int:
        """Run `query` and say how many rows it touched."""
        async with self.connection.cursor() as cursor:
            await cursor.execute(query, params)
            return cursor.rowcount

    async def execute_many(self, query: Query, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run `query` once per row in one round trip and say how many rows were touched."""
        async with self.connection.cursor() as cursor:
            await cursor.executemany(query, rows)
            return cursor.rowcount

    def cursor(self) -> AsyncCursor[dict[str, Any]]:
        """A plain cursor, for COPY."""
        return self.connection.cursor()

    async def because(self, reason: str) -> None:
        """Note in the logs why the rest of this transaction does what it does."""
        await self.execute("select set_config('app.reason', %(reason)s, true)", reason=reason)

    async def narrow_to(self, organization_id: UUID) -> None:
        """Narrow a workflow session to the organization of the thing it holds."""
        await self.execute("select set_config('app.organization_id', %(id)s, true)", id=str(organization_id))

    async def allow_seconds(self, seconds: float) -> None:
        """Let statements of this transaction run longer than the usual limit."""
        await self.execute("select set_config('statement_timeout', %(ms)s, true)", ms=str(int(seconds * 1000)))

    def after_commit(self, work: AfterCommit) -> None:
        """Have `work` called once this transaction is committed; never when it is not.

        It must not take time: what does is handed to `Resources.spawn`.
        """
        self._after_commit.append(work)

    @asynccontextmanager
    async def as_workflow(self, organization_id: UUID, *, actor: str, reason: str = "") -> AsyncIterator[None]:
        """The same transaction as `workflow`, narrowed to one organization, for what a person may not touch themselves.

        The role ends with the block. An error undoes what the block did, and with it the role.
        """
        async with self.connection.transaction():
            await self.connection.execute(_OPEN, {**self._settings, **_as_workflow(organization_id, actor, reason)})
            yield
            await self.connection.execute(_OPEN, self._settings)

    async def end(self) -> None:
        """Commit now and give the connection back: whoever waits for the outside next must not keep it from others."""
        await self._opened.aclose()

    def run_after_commit(self) -> None:
        """Start what was queued. Called by the opener of the transaction only."""
        for work in self._after_commit:
            work()


class Database:
    """The pool and the two ways to open a transaction on it."""

    def __init__(self, url: str, *, min_size: int = 1, max_size: int = 16) -> None:
        self.pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=min_size,
            max_size=max_size,
            timeout=POOL_WAIT_S,
            max_waiting=500,
            reconnect_timeout=RECONNECT_S,
            check=AsyncConnectionPool.check_connection,
            connection_class=AsyncConnection[dict[str, Any]],
            # A transaction-mode pooler in front of hosted Postgres keeps no prepared statements.
            kwargs={"row_factory": dict_row, "prepare_threshold": None, "application_name": "api_gateway"},
            open=False,
        )

    async def open(self) -> None:
        """Start the pool; connections are made in the background, so that a late database is only not ready."""
        await self.pool.open(wait=False)

    async def close(self) -> None:
        """Close every connection."""
        await self.pool.close()

    async def ping(self) -> None:
        """Raise when Postgres does not answer."""
        async with self.pool.connection(timeout=2.0) as connection:
            await connection.execute("select 1")

    @asynccontextmanager
    async def _transaction(self, **options: str) -> AsyncIterator[Session]:
        ip, user_agent = _caller.get()
        settings = {
            "role": "",
            "claims": "",
            "sub": "",
            "organization_id": "",
            "actor": "",
            "reason": "",
            "ip": ip,
            "user_agent": user_agent,
            "request_id": current_request_id(),
            "limit": str(STATEMENT_LIMIT_MS),
            **options,
        }
        async with AsyncExitStack() as opened:
            connection = await opened.enter_async_context(self.pool.connection())
            await connection.execute(_OPEN, settings)
            session = Session(connection, opened, settings)
            yield session
        session.run_after_commit()

    @asynccontextmanager
    async def person(self, claims: Mapping[str, Any]) -> AsyncIterator[Session]:
        """A transaction as a signed-in person: role `authenticated` with the token's claims."""
        async with self._transaction(
            role="authenticated", claims=json.dumps(claims), sub=str(claims["sub"])
        ) as session:
            yield session

    @asynccontextmanager
    async def workflow(
        self, organization_id: UUID | None = None, *, actor: str = "workflow", reason: str = ""
    ) -> AsyncIterator[Session]:
        """A transaction as `workflow`: sees one organization's rows, or none until it is narrowed to one."""
        async with self._transaction(**_as_workflow(organization_id, actor, reason)) as session:
            yield session


def set_clause(columns: Iterable[str]) -> sql.Composed:
    """`"a" = %(a)s, "b" = %(b)s`: for an update of the columns that a caller named."""
    return sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder(column)) for column in sorted(columns)
    )


def changed(change: BaseModel, *, nullable: Iterable[str] = (), skip: Iterable[str] = ()) -> dict[str, Any]:
    """What a PATCH sets: the fields that were sent, without nulls except where null means "none"."""
    return {
        name: value
        for name in change.model_fields_set
        if name not in set(skip) and ((value := getattr(change, name)) is not None or name in set(nullable))
    }


class AlreadyExists(Conflict):
    """Something with the same name, address or key is already there."""

    code = "already_exists"
    default_detail = "Something with the same name, address or key already exists here."


# The first line that fits counts, so that the particular stands before the general.
_FACTS: tuple[tuple[tuple[type[Exception], ...], AppError], ...] = (
    ((PoolTimeout, TooManyRequests), Unavailable("The service is busy; try again in a moment.")),
    ((errors.UniqueViolation,), AlreadyExists()),
    (
        (errors.ForeignKeyViolation,),
        NotFound("Something that the request refers to does not exist, or is still in use."),
    ),
    ((errors.CheckViolation,), Invalid("A value is outside what is allowed.")),
    ((errors.InsufficientPrivilege,), NotPermitted()),
    (
        (errors.QueryCanceled, errors.LockNotAvailable, errors.SerializationFailure, errors.DeadlockDetected),
        Unavailable("This took too long or met another change; try again in a moment."),
    ),
    (
        (psycopg.DataError, errors.NotNullViolation),
        Invalid("A value cannot be stored: it is too long, out of range, or holds a null character."),
    ),
    (
        (psycopg.OperationalError, psycopg.InterfaceError),
        Unavailable("The database does not answer; try again in a moment."),
    ),
)


def fact_of(error: Exception) -> AppError | None:
    """The fact that a database error states to the caller; None when it is a fault of ours."""
    if isinstance(error, psycopg.Error) and "at RAISE" in (error.diag.context or ""):
        # Our triggers speak for themselves; Postgres' own messages name tables and are not shown.
        return Conflict(error.diag.message_primary)
    return next((fact for types, fact in _FACTS if isinstance(error, types)), None)
