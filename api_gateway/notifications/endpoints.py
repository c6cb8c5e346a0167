from uuid import UUID

from fastapi import APIRouter

from api_gateway.notifications import service
from api_gateway.notifications.schemas import Alert, AlertPage, AlertsRead
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession

router = APIRouter(prefix="/alerts")


@router.get("", operation_id="alerts_list", summary="List alerts, open ones unless asked otherwise.")
async def list_alerts(member: MemberSession, page: Paging, include_resolved: bool = False) -> AlertPage:
    return await service.list_alerts(member, page, include_resolved=include_resolved)


@router.post("/read", operation_id="alerts_read", summary="Mark alerts as read by the caller.", status_code=204)
async def read_alerts(member: MemberSession, wanted: AlertsRead) -> None:
    await service.read_alerts(member, wanted)


@router.post("/{alert_id}/resolve", operation_id="alerts_resolve", summary="Close an alert for everybody.")
async def resolve_alert(member: MemberSession, alert_id: UUID) -> Alert:
    return await service.resolve_alert(member, alert_id)
