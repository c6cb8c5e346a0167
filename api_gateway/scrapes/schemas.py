"""A scrape as n8n drives it."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class ScrapeClaim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    campaign_id: UUID | None = None


class Scrape(BaseModel):
    """A run that the caller holds now."""

    run_id: UUID
    lease_token: UUID
    organization_id: UUID
    campaign_id: UUID
    campaign_name: str


class ScrapeBatch(BaseModel):
    scrapes: list[Scrape]


class ScrapeHold(BaseModel):
    """Which run, and the token that holds it."""

    model_config = ConfigDict(extra="forbid")

    run_id: UUID
    lease_token: UUID


class ScrapeLaunched(BaseModel):
    run_id: UUID
    lease_token: UUID
    container_id: str
    status: Literal["running"] = "running"


class ScrapeProgress(BaseModel):
    """`progress` is 0 to 1. `failed`: ended without success, `message` says how."""

    run_id: UUID
    lease_token: UUID
    status: Literal["running", "finished", "failed"]
    progress: float = Field(ge=0, le=1)
    message: str


class ScrapeCollected(BaseModel):
    """What became of the rows: created + merged + suppressed + rejected = received."""

    run_id: UUID
    lease_token: UUID
    received: int
    created: int
    merged: int
    suppressed: int
    rejected: int


class ScrapeReport(BaseModel):
    model_config = ConfigDict(extra="forbid")

    run_id: UUID
    lease_token: UUID
    outcome: Literal["succeeded", "failed"]
    error: str | None = Field(default=None, max_length=5_000)


class ScrapeReported(BaseModel):
    run_id: UUID
    status: str
