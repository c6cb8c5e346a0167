from uuid import UUID

from fastapi import APIRouter

from api_gateway.organizations import service
from api_gateway.organizations.schemas import (
    Invitation,
    InvitationAcceptance,
    InvitationCreate,
    InvitationList,
    Me,
    MePatch,
    NewInvitation,
    Organization,
    OrganizationCreate,
    OrganizationPatch,
    OwnOrganization,
    SendingStop,
    Team,
    TeamMember,
    TeamMemberPatch,
)
from api_gateway.sessions import MemberSession, PersonSession
from kit.errors import Conflict, responses

router = APIRouter()


@router.get("/me", operation_id="me_get", summary="Show the caller and the organisations they belong to.")
async def get_me(person: PersonSession) -> Me:
    return await service.get_me(person)


@router.patch("/me", operation_id="me_update", summary="Change the caller's name or language.")
async def update_me(person: PersonSession, change: MePatch) -> Me:
    return await service.update_me(person, change)


@router.post(
    "/organizations",
    operation_id="organizations_create",
    summary="Found an organisation with the caller as its owner.",
    status_code=201,
)
async def create_organization(person: PersonSession, wanted: OrganizationCreate) -> OwnOrganization:
    return await service.create_organization(person, wanted)


@router.get(
    "/organizations/current", operation_id="organizations_get", summary="Show the organisation that the caller acts in."
)
async def get_organization(member: MemberSession) -> Organization:
    return await service.get_organization(member)


@router.patch(
    "/organizations/current", operation_id="organizations_update", summary="Change the organisation's name or habits."
)
async def update_organization(member: MemberSession, change: OrganizationPatch) -> Organization:
    return await service.update_organization(member, change)


@router.post(
    "/organizations/current/stop-sending",
    operation_id="organizations_stop_sending",
    summary="Stop everything that leaves in the organisation's name, within five seconds.",
)
async def stop_sending(member: MemberSession, stop: SendingStop) -> Organization:
    return await service.stop_sending(member, stop)


@router.post(
    "/organizations/current/resume-sending",
    operation_id="organizations_resume_sending",
    summary="Let the organisation send again.",
)
async def resume_sending(member: MemberSession) -> Organization:
    return await service.resume_sending(member)


@router.get(
    "/organizations/current/members", operation_id="members_list", summary="List the people of the organisation."
)
async def list_team(member: MemberSession) -> Team:
    return await service.list_team(member)


@router.patch(
    "/organizations/current/members/{membership_id}",
    operation_id="members_update",
    summary="Change a person's role, or suspend them.",
    responses=responses(Conflict),
)
async def update_team_member(member: MemberSession, membership_id: UUID, change: TeamMemberPatch) -> TeamMember:
    return await service.update_team_member(member, membership_id, change)


@router.delete(
    "/organizations/current/members/{membership_id}",
    operation_id="members_delete",
    summary="Remove a person from the organisation.",
    status_code=204,
    responses=responses(Conflict),
)
async def remove_team_member(member: MemberSession, membership_id: UUID) -> None:
    await service.remove_team_member(member, membership_id)


@router.get(
    "/organizations/current/invitations", operation_id="invitations_list", summary="List invitations, newest first."
)
async def list_invitations(member: MemberSession) -> InvitationList:
    return await service.list_invitations(member)


@router.post(
    "/organizations/current/invitations",
    operation_id="invitations_create",
    summary="Invite a person by address; the link is answered once and expires in seven days.",
    status_code=201,
    responses=responses(Conflict),
)
async def create_invitation(member: MemberSession, wanted: InvitationCreate) -> NewInvitation:
    return await service.create_invitation(member, wanted)


@router.delete(
    "/organizations/current/invitations/{invitation_id}",
    operation_id="invitations_revoke",
    summary="Take an open invitation back.",
)
async def revoke_invitation(member: MemberSession, invitation_id: UUID) -> Invitation:
    return await service.revoke_invitation(member, invitation_id)


@router.post(
    "/invitations/accept",
    operation_id="invitations_accept",
    summary="Join the organisation that an invitation names; the caller's address must be the invited one.",
)
async def accept_invitation(person: PersonSession, acceptance: InvitationAcceptance) -> OwnOrganization:
    return await service.accept_invitation(person, acceptance)
