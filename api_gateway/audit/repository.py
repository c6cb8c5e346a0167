"""SQL of the audit room. Rows are written by triggers alone."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.audit.schemas import AuditEntry
from api_gateway.database import Session


@dataclass(frozen=True)
class AuditFilter:
    """What the log is narrowed by; None narrows nothing."""

    entity: str | None
    entity_id: UUID | None
    actor: str | None
    action: str | None
    since: datetime | None
    until: datetime | None


_ENTRIES: LiteralString = """
    select a.id, a.created_at as at, a.actor, nullif(p.full_name, '') as actor_name, a.action, a.entity, a.entity_id,
           a.before, a.after, a.reason, a.ip, a.user_agent, a.request_id
    from public.audit_log a
    left join private.organization_people(%(organization_id)s) p on a.actor = 'user:' || p.user_id
    where a.organization_id = %(organization_id)s
      and (%(entity)s::text is null or a.entity = %(entity)s)
      and (%(entity_id)s::uuid is null or a.entity_id = %(entity_id)s)
      and (%(actor)s::text is null or a.actor = %(actor)s)
      and (%(action)s::text is null or a.action = %(action)s)
      and (%(since)s::timestamptz is null or a.created_at >= %(since)s)
      and (%(until)s::timestamptz is null or a.created_at < %(until)s)
"""


async def find(
    session: Session, organization_id: UUID, wanted: AuditFilter, *, after: tuple[Any, Any], limit: int
) -> list[AuditEntry]:
    query = SQL(_ENTRIES) + SQL(
        """
        and (%(at)s::timestamptz is null or (a.created_at, a.id) < (%(at)s, %(last)s))
        order by a.created_at desc, a.id desc limit %(limit)s
        """
    )
    return await session.rows(
        AuditEntry,
        query,
        organization_id=organization_id,
        at=after[0],
        last=after[1],
        limit=limit,
        **asdict(wanted),
    )
