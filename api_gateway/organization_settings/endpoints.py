from fastapi import APIRouter

from api_gateway.organization_settings import service
from api_gateway.organization_settings.schemas import (
    AgentSettings,
    AgentSettingsFields,
    Icp,
    IcpFields,
    SendingSettings,
    SendingSettingsFields,
)
from api_gateway.sessions import MemberSession

router = APIRouter(prefix="/settings")


@router.get("/icp", operation_id="settings_get_icp", summary="Show the default ideal customer profile.")
async def get_icp(member: MemberSession) -> Icp:
    return await service.get_icp(member)


@router.put("/icp", operation_id="settings_put_icp", summary="Replace the default ideal customer profile.")
async def put_icp(member: MemberSession, wanted: IcpFields) -> Icp:
    return await service.put_icp(member, wanted)


@router.get("/sending", operation_id="settings_get_sending", summary="Show the limits that hold for every campaign.")
async def get_sending(member: MemberSession) -> SendingSettings:
    return await service.get_sending(member)


@router.put("/sending", operation_id="settings_put_sending", summary="Replace the limits; only an administrator may.")
async def put_sending(member: MemberSession, wanted: SendingSettingsFields) -> SendingSettings:
    return await service.put_sending(member, wanted)


@router.get("/agent", operation_id="settings_get_agent", summary="Show how the agent speaks.")
async def get_agent(member: MemberSession) -> AgentSettings:
    return await service.get_agent(member)


@router.put(
    "/agent", operation_id="settings_put_agent", summary="Replace how the agent speaks; only an administrator may."
)
async def put_agent(member: MemberSession, wanted: AgentSettingsFields) -> AgentSettings:
    return await service.put_agent(member, wanted)
