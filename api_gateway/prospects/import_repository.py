"""SQL of the prospects room: the reports of imports."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.prospects.import_schemas import ImportReport
from api_gateway.prospects.intake import Intake

MOST_PROBLEMS = 1_000
_COLUMNS: LiteralString = """
    select id, file_name, campaign_id, layout, encoding, delimiter, status, rows_total, created_count, merged_count,
           rejected_count, suppressed_count, problems, error, created_at, finished_at
    from public.prospect_imports where organization_id = %(organization_id)s
"""


async def create(
    session: Session,
    organization_id: UUID,
    *,
    file_name: str,
    campaign_id: UUID | None,
    imported_by: UUID,
    layout: str,
    encoding: str,
    delimiter: str,
) -> UUID:
    created: UUID = await session.value(
        """
        insert into public.prospect_imports
            (organization_id, file_name, campaign_id, imported_by, layout, encoding, delimiter)
        values (%(organization_id)s, %(file_name)s, %(campaign_id)s, %(imported_by)s, %(layout)s, %(encoding)s,
                %(delimiter)s)
        returning id
        """,
        organization_id=organization_id,
        file_name=file_name,
        campaign_id=campaign_id,
        imported_by=imported_by,
        layout=layout,
        encoding=encoding,
        delimiter=delimiter,
    )
    return created


async def finish(session: Session, organization_id: UUID, import_id: UUID, intake: Intake) -> None:
    await session.execute(
        """
        update public.prospect_imports set
            status = 'succeeded', rows_total = %(rows)s, created_count = %(created)s, merged_count = %(merged)s,
            rejected_count = %(rejected)s, suppressed_count = %(suppressed)s, problems = %(problems)s,
            finished_at = clock_timestamp()
        where id = %(id)s and organization_id = %(organization_id)s
        """,
        id=import_id,
        organization_id=organization_id,
        rows=intake.rows,
        created=intake.created,
        merged=intake.merged,
        rejected=intake.rejected,
        suppressed=intake.suppressed,
        problems=Jsonb([problem.model_dump() for problem in intake.problems[:MOST_PROBLEMS]]),
    )


async def get(session: Session, organization_id: UUID, import_id: UUID) -> ImportReport | None:
    return await session.row(
        ImportReport, SQL(_COLUMNS) + SQL(" and id = %(id)s"), organization_id=organization_id, id=import_id
    )


async def find(session: Session, organization_id: UUID, *, after: tuple[Any, Any], limit: int) -> list[ImportReport]:
    query = SQL(_COLUMNS) + SQL(
        """
        and (%(at)s::timestamptz is null or (created_at, id) < (%(at)s, %(last)s))
        order by created_at desc, id desc limit %(limit)s
        """
    )
    return await session.rows(
        ImportReport, query, organization_id=organization_id, at=after[0], last=after[1], limit=limit
    )
