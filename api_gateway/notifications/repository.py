"""SQL of the notifications room."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.database import Session
from api_gateway.notifications.schemas import Alert, AlertKind, AlertSeverity

_ALERT: LiteralString = """
    select a.id, a.severity, a.kind, a.title, a.detail, a.entity, a.entity_id, a.occurrences, n.read_at, a.resolved_at,
           a.created_at, a.updated_at
    from public.alerts a
    left join public.notifications n
        on n.organization_id = a.organization_id and n.alert_id = a.id and n.user_id = %(user_id)s
    where a.organization_id = %(organization_id)s
"""


async def find(
    session: Session,
    organization_id: UUID,
    user_id: UUID,
    *,
    include_resolved: bool,
    after: tuple[Any, Any],
    limit: int,
) -> list[Alert]:
    query = SQL(_ALERT) + SQL(
        """
        and (%(include_resolved)s or a.resolved_at is null)
        and (%(at)s::timestamptz is null or (a.created_at, a.id) < (%(at)s, %(last)s))
        order by a.created_at desc, a.id desc limit %(limit)s
        """
    )
    return await session.rows(
        Alert,
        query,
        organization_id=organization_id,
        user_id=user_id,
        include_resolved=include_resolved,
        at=after[0],
        last=after[1],
        limit=limit,
    )


async def get(session: Session, organization_id: UUID, user_id: UUID, alert_id: UUID) -> Alert | None:
    query = SQL(_ALERT) + SQL(" and a.id = %(alert_id)s")
    return await session.row(Alert, query, organization_id=organization_id, user_id=user_id, alert_id=alert_id)


async def count_unread(session: Session, organization_id: UUID, user_id: UUID) -> int:
    unread: int = await session.value(
        """
        select count(*) from public.notifications n
        join public.alerts a on a.organization_id = n.organization_id and a.id = n.alert_id
        where n.organization_id = %(organization_id)s and n.user_id = %(user_id)s and n.read_at is null
          and a.resolved_at is null
        """,
        organization_id=organization_id,
        user_id=user_id,
    )
    return unread


async def mark_read(session: Session, organization_id: UUID, user_id: UUID, ids: list[UUID] | None) -> None:
    await session.execute(
        """
        update public.notifications set read_at = now()
        where organization_id = %(organization_id)s and user_id = %(user_id)s and read_at is null
          and (%(ids)s::uuid[] is null or alert_id = any(%(ids)s))
        """,
        organization_id=organization_id,
        user_id=user_id,
        ids=ids,
    )


async def resolve(session: Session, organization_id: UUID, user_id: UUID, alert_id: UUID) -> int:
    return await session.execute(
        """
        update public.alerts set resolved_at = now(), resolved_by = %(user_id)s
        where id = %(alert_id)s and organization_id = %(organization_id)s and resolved_at is null
        """,
        organization_id=organization_id,
        user_id=user_id,
        alert_id=alert_id,
    )


async def raise_alert(
    session: Session,
    organization_id: UUID,
    *,
    kind: AlertKind,
    severity: AlertSeverity,
    title: str,
    detail: str,
    dedupe_key: str,
    entity: str | None = None,
    entity_id: UUID | None = None,
) -> UUID:
    """Raise an alert, or count up the open one with the same `dedupe_key`, and tell every active member."""
    raised: UUID = await session.value(
        """
        select private.raise_alert(%(organization_id)s, %(kind)s, %(severity)s, %(title)s, %(detail)s, %(dedupe_key)s,
                                   %(entity)s, %(entity_id)s)
        """,
        organization_id=organization_id,
        kind=kind,
        severity=severity,
        title=title,
        detail=detail,
        dedupe_key=dedupe_key,
        entity=entity,
        entity_id=entity_id,
    )
    return raised
