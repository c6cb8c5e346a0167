"""People and organizations as the panel sees them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from api_gateway.fields import Language, Line, Name, TimeZone
from api_gateway.sessions import Role


class OwnOrganization(BaseModel):
    """An organization with the role that the caller has in it."""

    id: UUID
    name: str
    role: Role


class Me(BaseModel):
    """The caller and where they belong."""

    user_id: UUID
    email: str
    full_name: str
    locale: Language
    organizations: list[OwnOrganization]


class MePatch(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"full_name": "Léa Martin", "locale": "fr"}}
    )

    full_name: Line | None = None
    locale: Language | None = None


class OrganizationCreate(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Atelier Nord", "locale": "fr"}})

    name: Name
    locale: Language = "fr"
    time_zone: TimeZone = "Europe/Paris"


class Organization(BaseModel):
    """An organization. While `sending_stopped_at` is set nothing leaves in its name."""

    id: UUID
    name: str
    role: Role
    locale: Language
    time_zone: str
    sending_stopped_at: datetime | None
    sending_stopped_by_name: str | None = Field(description="Who stopped it; null when they have left, or it was us.")
    sending_stopped_reason: str | None
    created_at: datetime


class OrganizationPatch(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"name": "Atelier Nord SAS"}})

    name: Name | None = None
    locale: Language | None = None
    time_zone: TimeZone | None = None


class SendingStop(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Message à revoir"}})

    reason: Line = ""


class TeamMember(BaseModel):
    """A person of the organization."""

    membership_id: UUID
    user_id: UUID
    email: str | None
    full_name: str
    role: Role
    status: Literal["active", "suspended"]
    created_at: datetime


class Team(BaseModel):
    items: list[TeamMember]


class TeamMemberPatch(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"role": "admin"}})

    role: Role | None = None
    status: Literal["active", "suspended"] | None = None


class Invitation(BaseModel):
    """An open hand to one address."""

    id: UUID
    email: str
    role: Literal["admin", "member", "viewer"]
    status: Literal["open", "accepted", "revoked", "expired"]
    expires_at: datetime
    created_at: datetime


class InvitationList(BaseModel):
    items: list[Invitation]


class InvitationCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"email": "paul@example.com", "role": "member"}}
    )

    email: EmailStr
    role: Literal["admin", "member", "viewer"] = "member"


class NewInvitation(Invitation):
    """The link is shown this once: only a hash of its token is kept."""

    url: str


class InvitationAcceptance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=20, max_length=200)
