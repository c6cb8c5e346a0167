"""SQL of the organizations room."""

from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL

from api_gateway.database import Session, set_clause
from api_gateway.organizations.schemas import Invitation, Organization, OwnOrganization, TeamMember
from api_gateway.sessions import Role

_INVITATION: LiteralString = """
    id, email, role, expires_at, created_at,
    case
        when accepted_at is not null then 'accepted'
        when revoked_at is not null then 'revoked'
        when expires_at <= now() then 'expired'
        else 'open'
    end as status
"""


async def profile(session: Session, user_id: UUID) -> dict[str, Any] | None:
    rows = await session.dicts("select full_name, locale from public.profiles where id = %(id)s", id=user_id)
    return rows[0] if rows else None


async def save_profile(session: Session, user_id: UUID, changes: dict[str, Any]) -> None:
    await session.execute("insert into public.profiles (id) values (%(id)s) on conflict do nothing", id=user_id)
    if changes:
        query = SQL("update public.profiles set {} where id = %(user_id)s").format(set_clause(changes))
        await session.execute(query, user_id=user_id, **changes)


async def own_organizations(session: Session, user_id: UUID) -> list[OwnOrganization]:
    return await session.rows(
        OwnOrganization,
        """
        select o.id, o.name, m.role
        from public.memberships m
        join public.organizations o on o.id = m.organization_id
        where m.user_id = %(user_id)s and m.status = 'active'
        order by o.created_at, o.id
        """,
        user_id=user_id,
    )


async def create(session: Session, *, name: str, locale: str, time_zone: str) -> UUID:
    created: UUID = await session.value(
        "select private.create_organization(%(name)s, %(locale)s, %(time_zone)s)",
        name=name,
        locale=locale,
        time_zone=time_zone,
    )
    return created


async def get(session: Session, organization_id: UUID, role: Role) -> Organization | None:
    return await session.row(
        Organization,
        """
        select o.id, o.name, %(role)s as role, o.locale, o.time_zone, o.sending_stopped_at,
               coalesce(nullif(p.full_name, ''), p.email) as sending_stopped_by_name, o.sending_stopped_reason,
               o.created_at
        from public.organizations o
        left join private.organization_people(%(id)s) p on p.user_id = o.sending_stopped_by
        where o.id = %(id)s
        """,
        id=organization_id,
        role=role,
    )


async def update(session: Session, organization_id: UUID, changes: dict[str, Any]) -> int:
    query = SQL("update public.organizations set {} where id = %(organization_id)s").format(set_clause(changes))
    return await session.execute(query, organization_id=organization_id, **changes)


async def team(session: Session, organization_id: UUID) -> list[TeamMember]:
    return await session.rows(TeamMember, "select * from private.organization_people(%(id)s)", id=organization_id)


async def update_membership(
    session: Session, organization_id: UUID, membership_id: UUID, changes: dict[str, Any]
) -> int:
    query = SQL(
        "update public.memberships set {} where id = %(membership_id)s and organization_id = %(organization_id)s"
    ).format(set_clause(changes))
    return await session.execute(query, membership_id=membership_id, organization_id=organization_id, **changes)


async def delete_membership(session: Session, organization_id: UUID, membership_id: UUID) -> int:
    return await session.execute(
        "delete from public.memberships where id = %(id)s and organization_id = %(organization_id)s",
        id=membership_id,
        organization_id=organization_id,
    )


async def invitations(session: Session, organization_id: UUID) -> list[Invitation]:
    query = SQL(
        "select {} from public.invitations where organization_id = %(id)s order by created_at desc, id desc limit 200"
    ).format(SQL(_INVITATION))
    return await session.rows(Invitation, query, id=organization_id)


async def create_invitation(
    session: Session, organization_id: UUID, *, email: str, role: str, token_hash: str, invited_by: UUID, days: int
) -> Invitation | None:
    query = SQL(
        """
        insert into public.invitations (organization_id, email, email_norm, role, token_hash, invited_by, expires_at)
        values (%(organization_id)s, %(email)s, lower(%(email)s), %(role)s, %(token_hash)s, %(invited_by)s,
                now() + make_interval(days => %(days)s))
        returning {}
        """
    ).format(SQL(_INVITATION))
    return await session.row(
        Invitation,
        query,
        organization_id=organization_id,
        email=email,
        role=role,
        token_hash=token_hash,
        invited_by=invited_by,
        days=days,
    )


async def revoke_invitation(session: Session, organization_id: UUID, invitation_id: UUID) -> Invitation | None:
    query = SQL(
        """
        update public.invitations set revoked_at = coalesce(revoked_at, now())
        where id = %(id)s and organization_id = %(organization_id)s and accepted_at is null
        returning {}
        """
    ).format(SQL(_INVITATION))
    return await session.row(Invitation, query, id=invitation_id, organization_id=organization_id)


async def accept_invitation(session: Session, *, token_hash: str, email_norm: str) -> UUID | None:
    joined: UUID | None = await session.value(
        "select private.accept_invitation(%(token_hash)s, %(email_norm)s)",
        token_hash=token_hash,
        email_norm=email_norm,
    )
    return joined
