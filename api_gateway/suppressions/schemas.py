"""The suppression list as the panel sees it."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api_gateway.pagination import Page

SuppressionKind = Literal["email", "domain", "phone", "linkedin"]
SuppressionReason = Literal["unsubscribed", "bounced", "complained", "replied_stop", "manual", "imported", "erased"]


class Suppression(BaseModel):
    """An address of any kind that nothing is sent to. After an erasure `value` is a keyed hash, never the address."""

    id: UUID
    kind: SuppressionKind
    value: str
    is_hashed: bool
    reason: SuppressionReason
    source: str
    note: str | None
    created_at: datetime


class SuppressionPage(Page[Suppression]):
    """Suppressions, newest first."""


class SuppressionCreate(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"kind": "domain", "value": "example.com", "note": "Client"}}
    )

    kind: SuppressionKind
    value: str = Field(min_length=1, max_length=500, description="As a person writes it; it is normalised here.")
    note: str | None = Field(default=None, max_length=1_000)


class SuppressionProblem(BaseModel):
    line: int
    reason: str


class SuppressionImport(BaseModel):
    """What became of an imported list."""

    added: int
    already_there: int
    rejected: int
    problems: list[SuppressionProblem] = Field(description="The first 1,000 rows that could not be read.")
