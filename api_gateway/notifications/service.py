"""Rules of the notifications room."""

from uuid import UUID

from api_gateway.notifications import repository
from api_gateway.notifications.schemas import Alert, AlertPage, AlertsRead
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from kit.errors import NotFound, NotPermitted


async def list_alerts(member: Member, page: PageRequest, *, include_resolved: bool) -> AlertPage:
    """Alerts, newest first, with what the caller has read."""
    session, organization_id, user_id = member.session, member.organization_id, member.user_id
    found = await repository.find(
        session,
        organization_id,
        user_id,
        include_resolved=include_resolved,
        after=page.after_time(),
        limit=page.limit + 1,
    )
    items, more = cut(found, page.limit)
    return AlertPage(
        items=items,
        next_cursor=encode_cursor(items[-1].created_at, str(items[-1].id)) if more else None,
        unread=await repository.count_unread(session, organization_id, user_id),
    )


async def read_alerts(member: Member, wanted: AlertsRead) -> None:
    """Mark the named alerts, or all, as read by the caller."""
    await repository.mark_read(member.session, member.organization_id, member.user_id, wanted.ids)


async def resolve_alert(member: Member, alert_id: UUID) -> Alert:
    """Close an alert; one that is closed stays so."""
    present = await _get(member, alert_id)
    touched = await repository.resolve(member.session, member.organization_id, member.user_id, alert_id)
    if not touched and present.resolved_at is None:
        raise NotPermitted
    return await _get(member, alert_id)


async def _get(member: Member, alert_id: UUID) -> Alert:
    alert = await repository.get(member.session, member.organization_id, member.user_id, alert_id)
    if alert is None:
        raise NotFound("There is no such alert in this organisation.")
    return alert
