"""Files that people bring in. One file is one transaction: it is taken in as a whole or, when we fail, not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from itertools import islice
from uuid import UUID

from fastapi import UploadFile

from api_gateway.campaigns import repository as campaigns
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.prospects import import_repository
from api_gateway.prospects.columns import FIELDS
from api_gateway.prospects.import_schemas import ImportPage, ImportPreview, ImportReport
from api_gateway.prospects.intake import BATCH, Intake, Origin, take_in
from api_gateway.prospects.people import Person, person_of
from api_gateway.prospects.reading import Sheet, open_sheet
from api_gateway.prospects.schemas import LawfulBasis
from api_gateway.sessions import Member
from api_gateway.workflows.starting import start_after_commit
from kit.errors import Conflict, Invalid, NotFound
from kit.settings import decode_key

PREVIEW_ROWS = 10


class CampaignClosed(Conflict):
    code = "campaign_closed"
    default_detail = "The campaign is completed or archived; nobody can be added to it."


async def import_file(
    member: Member,
    file: UploadFile,
    *,
    campaign_id: UUID | None,
    mapping: str | None,
    lawful_basis: LawfulBasis = "legitimate_interest",
) -> ImportReport:
    """Read a CSV file, take its people in, enrol them, and report every row that could not be read.

    `lawful_basis` is stored with each of them; who was known before keeps theirs and gets another source.

    Raises TooLarge, NotCsv or NoHeader for a file that is none, NotFound for a campaign of others.
    """
    session, organization_id = member.session, member.organization_id
    campaign = None if campaign_id is None else await campaigns.get(session, organization_id, campaign_id)
    if campaign_id is not None and campaign is None:
        raise NotFound("There is no such campaign in this organisation.")
    if campaign is not None and campaign["status"] in ("completed", "archived"):
        raise CampaignClosed
    intake = Intake()
    wanted = _wanted(mapping)
    sheet = await asyncio.to_thread(open_sheet, file.file, intake.lose, wanted=wanted)
    import_id = await import_repository.create(
        session,
        organization_id,
        file_name=_file_name(file),
        campaign_id=campaign_id,
        imported_by=member.user_id,
        layout=sheet.layout,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
    )
    origin = Origin(source="csv", campaign_id=campaign_id, import_id=import_id, lawful_basis=lawful_basis)
    key = decode_key(member.shared.settings.unsubscribe_key.get_secret_value())
    await take_in(session, organization_id, _batches(sheet, intake), origin, hash_key=key, intake=intake)
    await import_repository.finish(session, organization_id, import_id, intake)
    if campaign is not None and campaign["status"] == "active":
        start_after_commit(
            member.shared, session, organization_id, "enrich-and-qualify-prospects", campaign_id=str(campaign_id)
        )
    return await get_import(member, import_id)


async def preview_file(member: Member, file: UploadFile, *, mapping: str | None) -> ImportPreview:
    """Show how a file would be read; nothing is kept."""
    del member  # Only somebody of an organization may ask; nothing of it is used.
    intake = Intake()
    wanted = _wanted(mapping)

    def read() -> tuple[Sheet, list[dict[str, str]]]:
        sheet = open_sheet(file.file, intake.lose, wanted=wanted)
        rows = []
        for line, cells in islice(sheet.rows, PREVIEW_ROWS):
            person_of(line, cells, intake.problems)
            rows.append(cells)
        return sheet, rows

    sheet, rows = await asyncio.to_thread(read)
    return ImportPreview(
        layout=sheet.layout,
        encoding=sheet.encoding,
        delimiter=sheet.delimiter,
        columns=sheet.header,
        mapping={sheet.header[index]: name for index, (name, _) in sheet.mapping.items()},
        fields=list(FIELDS),
        rows=rows,
        problems=intake.problems,
    )


async def get_import(member: Member, import_id: UUID) -> ImportReport:
    """The report of an import."""
    report = await import_repository.get(member.session, member.organization_id, import_id)
    if report is None:
        raise NotFound("There is no such import in this organisation.")
    return report


async def list_imports(member: Member, page: PageRequest) -> ImportPage:
    """Imports, newest first."""
    found = await import_repository.find(
        member.session, member.organization_id, after=page.after_time(), limit=page.limit + 1
    )
    items, more = cut(found, page.limit)
    return ImportPage(items=items, next_cursor=encode_cursor(items[-1].created_at, str(items[-1].id)) if more else None)


async def _batches(sheet: Sheet, intake: Intake) -> AsyncIterator[Sequence[Person]]:
    """People, batch by batch. Reading is work for the processor, so that it is done beside the event loop."""

    def read() -> list[Person] | None:
        people: list[Person] = []
        rows = list(islice(sheet.rows, BATCH))
        if not rows:
            return None
        for line, cells in rows:
            person = person_of(line, cells, intake.problems)
            if person is None:
                intake.rejected += 1
            else:
                people.append(person)
        intake.rows += len(rows)
        return people

    while (people := await asyncio.to_thread(read)) is not None:
        yield people


def _wanted(mapping: str | None) -> dict[str, str]:
    if not mapping:
        return {}
    try:
        wanted = json.loads(mapping)
    except ValueError as error:
        raise Invalid("mapping must be a JSON object from column name to field.") from error
    if not isinstance(wanted, dict) or not set(map(str, wanted.values())) <= set(FIELDS):
        raise Invalid(f"mapping must name for a column one of: {', '.join(FIELDS)}.")
    return {str(name): str(field) for name, field in wanted.items()}


def _file_name(file: UploadFile) -> str:
    return (file.filename or "file.csv").replace("\0", "")[-200:]
