"""A person's transaction that goes on as `workflow` for a while: one connection, and their own role around it."""

from typing import Any
from uuid import UUID

import pytest

from api_gateway.database import Session
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, make_campaign, make_tenant, one
from tests.api_gateway.people import Tenant

pytestmark = [pytest.mark.anyio, pytest.mark.database]

_WHO = """
    select current_user::text as role, current_setting('request.jwt.claim.sub', true) as person,
           current_setting('app.organization_id', true) as organization, current_setting('app.actor', true) as actor
"""


async def who(session: Session) -> dict[str, Any]:
    [row] = await session.dicts(_WHO)
    return row


def claims(tenant: Tenant) -> dict[str, str]:
    return {"sub": str(tenant.member.user_id), "role": "authenticated"}


async def rename_and_fail(session: Session, organization_id: UUID, campaign: UUID) -> None:
    async with session.as_workflow(organization_id, actor="user:somebody"):
        renamed = await session.execute("update public.campaigns set name = 'x' where id = %(id)s", id=campaign)
        raise ZeroDivisionError(renamed)


async def test_the_role_ends_with_the_block(db: Db, resources: Resources) -> None:
    tenant = make_tenant(db)
    async with resources.database.person(claims(tenant)) as session:
        before = await who(session)
        async with session.as_workflow(tenant.id, actor="user:somebody"):
            inside = await who(session)
        assert await who(session) == before
    assert (before["role"], before["person"]) == ("authenticated", str(tenant.member.user_id))
    assert inside == {"role": "workflow", "person": "", "organization": str(tenant.id), "actor": "user:somebody"}


async def test_an_error_undoes_what_was_done_and_the_role(db: Db, resources: Resources) -> None:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant)
    async with resources.database.person(claims(tenant)) as session:
        before = await who(session)
        with pytest.raises(ZeroDivisionError, match="1"):
            await rename_and_fail(session, tenant.id, campaign)
        assert await who(session) == before
    assert one(db, "select name from public.campaigns where id = %s", campaign)["name"] != "x"
