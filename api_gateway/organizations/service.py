"""Rules of the organizations room."""

import hashlib
import secrets
from datetime import UTC, datetime
from uuid import UUID

from api_gateway.database import changed
from api_gateway.organizations import repository
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
from api_gateway.sessions import Member, Person
from kit.errors import NotFound, NotPermitted

INVITATION_DAYS = 7


class InvitationNotOpen(NotFound):
    code = "invitation_not_open"
    default_detail = "This invitation is not open for your address; ask for a new one."


async def get_me(person: Person) -> Me:
    """The caller, their profile and their organizations."""
    profile = await repository.profile(person.session, person.user_id) or {"full_name": "", "locale": "fr"}
    organizations = await repository.own_organizations(person.session, person.user_id)
    return Me(user_id=person.user_id, email=person.claims.email, organizations=organizations, **profile)


async def update_me(person: Person, change: MePatch) -> Me:
    """Change the caller's own profile."""
    await repository.save_profile(person.session, person.user_id, changed(change))
    return await get_me(person)


async def create_organization(person: Person, wanted: OrganizationCreate) -> OwnOrganization:
    """Found an organization; its settings and house scenarios come with it."""
    created = await repository.create(
        person.session, name=wanted.name, locale=wanted.locale, time_zone=wanted.time_zone
    )
    return OwnOrganization(id=created, name=wanted.name, role="owner")


async def get_organization(member: Member) -> Organization:
    """The organization that the caller acts in."""
    organization = await repository.get(member.session, member.organization_id, member.role)
    if organization is None:
        raise NotFound
    return organization


async def update_organization(member: Member, change: OrganizationPatch) -> Organization:
    """Change name, language or time zone. NotPermitted below administrator."""
    if changes := changed(change):
        await _change(member, **changes)
    return await get_organization(member)


async def stop_sending(member: Member, stop: SendingStop) -> Organization:
    """Stop all sends. Every delivery reads this switch, so that it acts at once."""
    await member.session.because(f"stop all sends: {stop.reason}" if stop.reason else "stop all sends")
    await _change(
        member,
        sending_stopped_at=datetime.now(UTC),
        sending_stopped_by=member.user_id,
        sending_stopped_reason=stop.reason,
    )
    return await get_organization(member)


async def resume_sending(member: Member) -> Organization:
    """Lift the stop."""
    await member.session.because("resume sending")
    await _change(member, sending_stopped_at=None, sending_stopped_by=None, sending_stopped_reason=None)
    return await get_organization(member)


async def _change(member: Member, **changes: object) -> None:
    if not await repository.update(member.session, member.organization_id, changes):
        raise NotPermitted


async def list_team(member: Member) -> Team:
    """The people of the organization."""
    return Team(items=await repository.team(member.session, member.organization_id))


async def update_team_member(member: Member, membership_id: UUID, change: TeamMemberPatch) -> TeamMember:
    """Change a role or suspend. Conflict when no active owner would be left."""
    if changes := changed(change):
        touched = await repository.update_membership(member.session, member.organization_id, membership_id, changes)
        if not touched:
            raise NotFound
    team = await repository.team(member.session, member.organization_id)
    found = next((one for one in team if one.membership_id == membership_id), None)
    if found is None:
        raise NotFound
    return found


async def remove_team_member(member: Member, membership_id: UUID) -> None:
    """Remove a person. Conflict when no active owner would be left."""
    if not await repository.delete_membership(member.session, member.organization_id, membership_id):
        raise NotFound


async def list_invitations(member: Member) -> InvitationList:
    """The newest 200 invitations."""
    return InvitationList(items=await repository.invitations(member.session, member.organization_id))


async def create_invitation(member: Member, wanted: InvitationCreate) -> NewInvitation:
    """Invite an address. The token is in the answer and nowhere else."""
    token = secrets.token_urlsafe(32)
    invitation = await repository.create_invitation(
        member.session,
        member.organization_id,
        email=wanted.email,
        role=wanted.role,
        token_hash=_hash(token),
        invited_by=member.user_id,
        days=INVITATION_DAYS,
    )
    if invitation is None:
        raise NotPermitted
    url = f"{member.shared.settings.panel_url}/accept-invitation?token={token}"
    return NewInvitation(**invitation.model_dump(), url=url)


async def revoke_invitation(member: Member, invitation_id: UUID) -> Invitation:
    """Take an invitation back that nobody has accepted."""
    invitation = await repository.revoke_invitation(member.session, member.organization_id, invitation_id)
    if invitation is None:
        raise NotFound
    return invitation


async def accept_invitation(person: Person, acceptance: InvitationAcceptance) -> OwnOrganization:
    """Join. InvitationNotOpen when it is used, expired, revoked, or for another address."""
    joined = await repository.accept_invitation(
        person.session, token_hash=_hash(acceptance.token), email_norm=person.claims.email.lower()
    )
    own = await repository.own_organizations(person.session, person.user_id)
    found = next((one for one in own if one.id == joined), None)
    if found is None:
        raise InvitationNotOpen
    return found


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
