"""What the workflows report about themselves."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class RunReport(BaseModel):
    """One execution of a workflow that serves every organisation."""

    model_config = ConfigDict(extra="forbid")

    workflow_name: str = Field(min_length=1, max_length=100)
    status: Literal["succeeded", "failed"]
    processed: int = Field(default=0, ge=0, le=1_000_000)
    failed: int = Field(default=0, ge=0, le=1_000_000)
    message: str = Field(default="", max_length=1_000)


class RunReported(BaseModel):
    """The execution is counted."""

    workflow_name: str


class ErrorReport(BaseModel):
    """What n8n's error workflow knows of an execution that broke off."""

    model_config = ConfigDict(extra="forbid")

    workflow_id: str = Field(min_length=1, max_length=100)
    workflow_name: str = Field(min_length=1, max_length=200)
    execution_id: str | None = Field(default=None, max_length=100)
    node: str | None = Field(default=None, max_length=200)
    message: str = Field(max_length=5_000)
    started_by: str | None = Field(default=None, max_length=100)


class ErrorReported(BaseModel):
    """`attempts`: failures in a row; after the third one the organisations that it concerns are alerted."""

    error_id: UUID
    attempts: int
    alert_raised: bool
