from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api_gateway.pagination import Page

ExportStatus = Literal["queued", "ready", "failed", "removed"]
ErasureStatus = Literal["queued", "erased", "done", "incomplete"]
VendorStatus = Literal["pending", "done", "not_offered", "failed"]
ReportStatus = Literal["announced", "approved", "acted"]
ItemStatus = Literal["due", "held", "erased", "spared"]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class ExportFile(BaseModel):
    """One of the two files. Whoever has the address can read it until `expires_at`; ask again for a new one."""

    format: Literal["json", "html"]
    url: str
    expires_at: datetime


class DataExportSummary(BaseModel):
    id: UUID
    prospect_id: UUID | None
    status: ExportStatus
    requested_by: UUID | None
    counts: dict[str, int] = Field(description="Rows of each table that are in the files.")
    error: str | None = Field(description="Why it failed, and what to do.")
    ready_at: datetime | None
    kept_until: datetime | None = Field(description="Then the files are removed by themselves.")
    created_at: datetime


class DataExport(DataExportSummary):
    """A copy of everything about one person. `files` are there while it is `ready`."""

    files: list[ExportFile]


class DataExportPage(Page[DataExportSummary]):
    """Exports, newest first."""


class ErasureRequest(BaseModel):
    """Nothing brings an erased person back, so their address is typed once more."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"confirmation": "jeanne@example.com"}})

    confirmation: str = Field(
        min_length=1,
        max_length=500,
        description="The person's e-mail address; without one, their LinkedIn profile or telephone number.",
    )


class VendorStep(BaseModel):
    """One thing that a vendor was asked for. `outcome` is `not_offered` when its API cannot do it."""

    act: str = Field(examples=["leads_deleted"])
    outcome: Literal["done", "not_offered"]
    count: int


class VendorReport(BaseModel):
    """What a vendor did about an erasure. Holds nothing about the person."""

    vendor: str
    status: VendorStatus
    steps: list[VendorStep]
    attempts: int
    error: str | None
    settled_at: datetime | None


class Erasure(BaseModel):
    """That somebody was erased: never who it was.

    `queued`: nothing of theirs leaves any more · `erased`: gone here, vendors still being asked · `done`: gone
    everywhere that can be asked · `incomplete`: a vendor did not answer; it is asked again every day for 30 days.
    """

    id: UUID
    cause: Literal["request", "retention"]
    status: ErasureStatus
    requested_by: UUID | None
    counts: dict[str, int] = Field(description="Rows of each table that were deleted or emptied.")
    error: str | None
    created_at: datetime
    erased_at: datetime | None
    completed_at: datetime | None
    vendors: list[VendorReport]


class ErasurePage(Page[Erasure]):
    """Erasures, newest first."""


class RetentionSettingsFields(BaseModel):
    """How long people are kept after the last contact that came from them."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"retention_months": 36}})

    retention_months: int = Field(default=36, ge=1, le=60, description="Since their last contact.")
    notice_days: int = Field(default=30, ge=1, le=90, description="Days between a report and what it announces.")


class RetentionSettings(RetentionSettingsFields):
    updated_at: datetime | None = Field(description="Null while nobody has changed the defaults.")


class RetentionReport(BaseModel):
    """People who have been silent for too long. Nothing happens to them before `acts_at`, or an early approval."""

    id: UUID
    status: ReportStatus
    retention_months: int
    people_count: int
    due_count: int
    held_count: int
    erased_count: int
    spared_count: int = Field(description="People who gave a sign of life after the report.")
    acts_at: datetime
    approved_by: UUID | None
    approved_at: datetime | None
    acted_at: datetime | None
    created_at: datetime


class RetentionReportPage(Page[RetentionReport]):
    """Reports, newest first."""


class RetentionItem(BaseModel):
    """A person in a report. Name and address are empty once they are erased."""

    id: UUID
    report_id: UUID
    prospect_id: UUID
    first_name: str | None
    last_name: str | None
    email: str | None
    last_contact_at: datetime
    counted_from: Literal["contact", "collection"] = Field(
        description="`contact`: they wrote, clicked or booked then. `collection`: they never did; we have them since."
    )
    status: ItemStatus
    hold_reason: str | None
    held_by: UUID | None
    held_at: datetime | None


class RetentionItemPage(Page[RetentionItem]):
    """The people of a report, longest silence first."""


class RetentionHold(BaseModel):
    """Keep somebody in spite of the clock, for a reason that can be shown, such as a contract."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"reason": "Client sous contrat"}})

    reason: Reason
