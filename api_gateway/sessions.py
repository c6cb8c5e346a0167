"""The sessions that endpoints ask for, as annotated types.

`PersonSession` is anybody who is signed in; `MemberSession` has an organization chosen as well, by the header
X-Organization-Id, which may be left out by who belongs to exactly one. `WorkflowSession` is for n8n's routes.
The transaction is committed when the endpoint has returned and before its answer is sent.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from api_gateway.auth import Claims
from api_gateway.database import Session
from api_gateway.resources import Resources, Shared
from kit.auth import service_auth
from kit.errors import Invalid, NotFound, Unauthenticated
from kit.ratelimit import Limit

Role = Literal["owner", "admin", "member", "viewer"]
A_MINUTE = 60
# Where the door leaves who called, in the scope of the request.
CLAIMS = "claims"

bearer = HTTPBearer(auto_error=False, scheme_name="Person", description="Access token of Supabase Auth.")


class NoOrganization(NotFound):
    code = "no_organization"
    default_detail = "You belong to no such organisation; create one or accept an invitation."


class OrganizationNotChosen(Invalid):
    code = "organization_not_chosen"
    default_detail = "You belong to several organisations; name one in the header X-Organization-Id."


@dataclass
class Person:
    """A signed-in person inside a transaction of theirs."""

    claims: Claims
    session: Session
    shared: Resources

    @property
    def user_id(self) -> UUID:
        return self.claims.sub


@dataclass
class Member(Person):
    """A person with the organization they act in and the role they have there."""

    organization_id: UUID
    role: Role


class _Membership(BaseModel):
    organization_id: UUID
    role: Role


async def _claims(request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Claims:
    # The door has checked the token, before the body was read; a route that is not behind it lets nobody in.
    claims: Claims | None = request.scope.get(CLAIMS)
    if claims is None:
        raise Unauthenticated
    return claims


SignedIn = Annotated[Claims, Depends(_claims)]


async def _person(shared: Shared, claims: SignedIn) -> AsyncIterator[Person]:
    async with shared.database.person(claims.model_dump(mode="json")) as session:
        yield Person(claims=claims, session=session, shared=shared)


PersonSession = Annotated[Person, Depends(_person, scope="function")]


async def _member(
    request: Request,
    person: PersonSession,
    x_organization_id: Annotated[
        UUID | None, Header(description="Which of your organisations; not needed by who has exactly one.")
    ] = None,
) -> Member:
    memberships = await person.session.rows(
        _Membership,
        "select organization_id, role from public.memberships where user_id = %(user_id)s and status = 'active'",
        user_id=person.user_id,
    )
    chosen = [one for one in memberships if x_organization_id in (None, one.organization_id)]
    if not chosen:
        raise NoOrganization
    if len(chosen) > 1:
        raise OrganizationNotChosen
    per_organization = Limit("organization", person.shared.settings.rate_limit_organization_per_minute, A_MINUTE)
    await person.shared.limiter.enforce(per_organization, str(chosen[0].organization_id), request.scope)
    return Member(
        claims=person.claims,
        session=person.session,
        shared=person.shared,
        organization_id=chosen[0].organization_id,
        role=chosen[0].role,
    )


MemberSession = Annotated[Member, Depends(_member, scope="function")]


def _workflow_token(request: Request) -> str:
    resources: Resources = request.app.state.resources
    return resources.settings.workflow_token.get_secret_value()


require_workflow = service_auth(_workflow_token, scheme_name="Workflow")


async def _workflow(shared: Shared, _: Annotated[None, Depends(require_workflow)]) -> AsyncIterator[Session]:
    async with shared.database.workflow() as session:
        yield session


WorkflowSession = Annotated[Session, Depends(_workflow, scope="function")]
