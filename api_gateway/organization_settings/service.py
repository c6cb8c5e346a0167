"""Rules of the settings room. A person whose role may not write gets NotPermitted."""

from api_gateway.organization_settings import repository
from api_gateway.organization_settings.schemas import (
    AgentSettings,
    AgentSettingsFields,
    Icp,
    IcpFields,
    SendingSettings,
    SendingSettingsFields,
)
from api_gateway.sessions import Member
from kit.errors import NotFound, NotPermitted


async def get_icp(member: Member) -> Icp:
    """The default profile; an empty one, without id, before the first was saved."""
    return await repository.default_icp(member.session, member.organization_id) or Icp()


async def put_icp(member: Member, wanted: IcpFields) -> Icp:
    """Replace the default profile."""
    await repository.save_default_icp(member.session, member.organization_id, wanted)
    return await get_icp(member)


async def get_sending(member: Member) -> SendingSettings:
    """The limits that hold for every campaign."""
    settings = await repository.sending(member.session, member.organization_id)
    if settings is None:
        raise NotFound
    return settings


async def put_sending(member: Member, wanted: SendingSettingsFields) -> SendingSettings:
    """Replace the limits."""
    if not await repository.update_sending(member.session, member.organization_id, wanted.model_dump()):
        raise NotPermitted
    return await get_sending(member)


async def get_agent(member: Member) -> AgentSettings:
    """How the agent speaks."""
    settings = await repository.agent(member.session, member.organization_id)
    if settings is None:
        raise NotFound
    return settings


async def put_agent(member: Member, wanted: AgentSettingsFields) -> AgentSettings:
    """Replace how the agent speaks."""
    if not await repository.update_agent(member.session, member.organization_id, wanted.model_dump()):
        raise NotPermitted
    return await get_agent(member)
