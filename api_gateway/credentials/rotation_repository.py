"""SQL of the rotation: three functions of schema `private` that cross organizations for this alone."""

from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session


class SealedCount(BaseModel):
    """How many values of one column one key version seals; version 0: not sealed by us."""

    table_name: str
    column_name: str
    key_version: int
    sealed: int


class SealedValue(BaseModel):
    """A value that another key than the newest seals."""

    id: UUID
    organization_id: UUID
    sealed: str


async def counts(session: Session) -> list[SealedCount]:
    return await session.rows(
        SealedCount, "select * from private.sealed_counts() order by table_name, column_name, key_version"
    )


async def sealed_with_other_keys(
    session: Session, table: str, column: str, *, newest: int, after: UUID | None, most: int
) -> list[SealedValue]:
    """The next of them after the row `after`, by id."""
    return await session.rows(
        SealedValue,
        """
        select * from private.sealed_with_other_keys(
            %(table)s, %(column)s, %(newest)s::int, %(after)s::uuid, %(most)s::int
        )
        """,
        table=table,
        column=column,
        newest=newest,
        after=after,
        most=most,
    )


async def reseal(session: Session, table: str, column: str, changes: list[tuple[UUID, str, str]], newest: int) -> int:
    """Swap (row, value that was read, new value); says how many were still as they were read."""
    ids, olds, news = zip(*changes, strict=True)
    swapped: int = await session.value(
        """
        select private.reseal(
            %(table)s, %(column)s, %(ids)s::uuid[], %(olds)s::text[], %(news)s::text[], %(newest)s::int
        )
        """,
        table=table,
        column=column,
        ids=list(ids),
        olds=list(olds),
        news=list(news),
        newest=newest,
    )
    return swapped
