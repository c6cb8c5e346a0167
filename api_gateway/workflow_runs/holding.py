"""A workflow's hold on a piece of work: whose it is by its lease token, and in whose name the rest is done."""

from typing import LiteralString
from uuid import UUID

from api_gateway.database import Session
from kit.errors import LeaseLost


async def act_as(session: Session, workflow: str, organization_id: UUID) -> None:
    """Narrow a workflow session to `organization_id` and let the logs say which workflow acts."""
    await session.execute(
        "select set_config('app.organization_id', %(id)s, true), set_config('app.actor', %(actor)s, true)",
        id=str(organization_id),
        actor=f"workflow:{workflow}",
    )


async def take_hold(session: Session, workflow: str, whose: LiteralString, *, work_id: UUID, lease_token: UUID) -> UUID:
    """Find the organization of the work that `lease_token` holds and act for it; LeaseLost when it holds none.

    `whose` is a query with parameters `id` and `token`, a `security definer` function, because the session is not
    narrowed yet.
    """
    organization_id: UUID | None = await session.value(whose, id=work_id, token=lease_token)
    if organization_id is None:
        raise LeaseLost
    await act_as(session, workflow, organization_id)
    return organization_id
