"""The report of a file that a person brought in."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_gateway.pagination import Page

Layout = Literal["linkedin_connections", "sales_navigator", "apollo", "hubspot", "generic"]


class ImportProblem(BaseModel):
    """A row that was not taken, or a cell that was not. `line` is the line in the file, the header being line 1."""

    line: int
    column: str | None
    reason: str


class ImportReport(BaseModel):
    """One file and what became of its rows: `created` + `merged` + `rejected` + `suppressed` = `rows_total`."""

    id: UUID
    file_name: str
    campaign_id: UUID | None
    layout: Layout | None
    encoding: str | None
    delimiter: str | None
    status: Literal["running", "succeeded", "failed"]
    rows_total: int
    created_count: int = Field(description="New prospects.")
    merged_count: int = Field(description="Rows of someone already known, here or earlier in the file.")
    rejected_count: int = Field(description="Rows that could not be read; each is in `problems`.")
    suppressed_count: int = Field(description="Rows of people who must not be written to.")
    problems: list[ImportProblem] = Field(description="The first 1,000.")
    error: str | None
    created_at: datetime
    finished_at: datetime | None


class ImportPage(Page[ImportReport]):
    """Imports, newest first."""


class ImportPreview(BaseModel):
    """How a file would be read: which column means what, its first rows, and what is wrong with them."""

    layout: Layout
    encoding: str
    delimiter: str
    columns: list[str]
    mapping: dict[str, str] = Field(description="Our field for each column that is understood.")
    fields: list[str] = Field(description="Every field that a column can be mapped to.")
    rows: list[dict[str, str]] = Field(description="The first ten rows, by our fields.")
    problems: list[ImportProblem]
