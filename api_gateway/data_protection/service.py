"""Exports and erasures as administrators ask for them. The work itself is done by jobs: exporting.py, erasing.py."""

from collections.abc import Sequence
from uuid import UUID

from api_gateway import jobs
from api_gateway.data_protection import repository, storage
from api_gateway.data_protection.repository import Person
from api_gateway.data_protection.schemas import (
    DataExport,
    DataExportPage,
    DataExportSummary,
    Erasure,
    ErasurePage,
    ErasureRequest,
    ExportFile,
)
from api_gateway.database import Session
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from api_gateway.suppressions import service as suppressions
from api_gateway.suppressions.keys import Kind, UnreadableAddress, normalized, personal_keys
from kit.errors import Conflict, Invalid, NotFound, NotPermitted

EXPORT = "export_person"
ERASE = "erase_person"
FORGET = "forget_at_vendor"
ACT = "act_on_retention_report"


class NoSuchProspect(NotFound):
    default_detail = "There is no such prospect in this organisation."


class NoSuchExport(NotFound):
    code = "data_export_not_found"
    default_detail = "There is no such export in this organisation."


class NoSuchErasure(NotFound):
    code = "erasure_not_found"
    default_detail = "There is no such erasure in this organisation."


class NotConfirmed(Invalid):
    code = "erasure_not_confirmed"
    default_detail = "What was typed is not this person's address; nothing was erased."


class ErasureUnderWay(Conflict):
    code = "erasure_under_way"
    default_detail = "This person's erasure was asked for already; see the list of erasures."


class NothingToRetry(Conflict):
    code = "nothing_to_retry"
    default_detail = "No vendor of this erasure can be asked again: all have answered, or it was more than 30 days ago."


async def create_export(member: Member, prospect_id: UUID) -> DataExport:
    """Have a person's data put together by a job. NoSuchProspect, NotPermitted, StorageNotSet."""
    require_administrator(member)
    if await repository.person(member.session, member.organization_id, prospect_id) is None:
        raise NoSuchProspect
    storage.require(member.shared.settings)
    export_id = await repository.insert_export(member.session, member.organization_id, prospect_id, member.user_id)
    await jobs.defer(
        member.session,
        EXPORT,
        lock=f"export:{export_id}",
        organization_id=str(member.organization_id),
        export_id=str(export_id),
    )
    return await get_export(member, export_id)


async def list_exports(member: Member, page: PageRequest, *, prospect_id: UUID | None) -> DataExportPage:
    """Exports, newest first. NotPermitted below administrator."""
    require_administrator(member)
    rows = await repository.exports(
        member.session,
        member.organization_id,
        prospect_id=prospect_id,
        after=page.after_time(),
        limit=page.limit + 1,
    )
    items, more = cut(rows, page.limit)
    return DataExportPage(items=items, next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None)


async def get_export(member: Member, export_id: UUID) -> DataExport:
    """One export; its files while they are there. NoSuchExport, NotPermitted, StorageNotSet."""
    require_administrator(member)
    found = await repository.export(member.session, member.organization_id, export_id)
    if found is None:
        raise NoSuchExport
    return DataExport(**found.model_dump(), files=await _files(member, found))


async def _files(member: Member, found: DataExportSummary) -> list[ExportFile]:
    if found.status != "ready":
        return []
    async with storage.opened(member.shared.settings) as kept:
        return await kept.addresses(member.organization_id, found.id)


async def create_erasure(member: Member, prospect_id: UUID, wanted: ErasureRequest) -> Erasure:
    """Stop everything of a person's at once and have a job erase them.

    From the moment that this transaction holds, no send of theirs can begin: it takes the unsubscribe's locks.
    NoSuchProspect, NotPermitted, NotConfirmed, ErasureUnderWay.
    """
    require_administrator(member)
    found = await repository.person(member.session, member.organization_id, prospect_id)
    if found is None:
        raise NoSuchProspect
    if not _is_confirmed(found, wanted.confirmation):
        raise NotConfirmed
    erasure_id = await repository.insert_erasure(member.session, member.organization_id, prospect_id, member.user_id)
    if erasure_id is None:
        raise ErasureUnderWay
    await suppressions.suppress(
        member.session,
        organization_id=member.organization_id,
        keys=personal_keys(found.email_norm, found.phone_e164, found.linkedin_norm),
        reason="erased",
        source="person",
    )
    await defer_erasing(member.session, member.organization_id, erasure_id)
    return await get_erasure(member, erasure_id)


async def list_erasures(member: Member, page: PageRequest, *, status: Sequence[str] | None) -> ErasurePage:
    """Erasures, newest first. NotPermitted below administrator."""
    require_administrator(member)
    rows = await repository.erasures(
        member.session, member.organization_id, status=status, after=page.after_time(), limit=page.limit + 1
    )
    items, more = cut(rows, page.limit)
    return ErasurePage(items=items, next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None)


async def get_erasure(member: Member, erasure_id: UUID) -> Erasure:
    """One erasure. NoSuchErasure, NotPermitted."""
    require_administrator(member)
    found = await repository.erasure(member.session, member.organization_id, erasure_id)
    if found is None:
        raise NoSuchErasure
    return found


async def retry_erasure(member: Member, erasure_id: UUID) -> Erasure:
    """Ask the vendors again that failed. NoSuchErasure, NotPermitted, NothingToRetry."""
    found = await get_erasure(member, erasure_id)
    failed = [vendor.vendor for vendor in found.vendors if vendor.status == "failed"]
    if not failed or not await repository.may_ask_again(member.session, erasure_id):
        raise NothingToRetry
    for vendor in failed:
        await defer_forgetting(member.session, member.organization_id, erasure_id, vendor)
    return found


async def defer_erasing(session: Session, organization_id: UUID, erasure_id: UUID) -> None:
    """Have a person erased once the session is committed."""
    await jobs.defer(
        session,
        ERASE,
        lock=f"erasure:{erasure_id}",
        organization_id=str(organization_id),
        erasure_id=str(erasure_id),
    )


async def defer_forgetting(session: Session, organization_id: UUID, erasure_id: UUID, vendor: str) -> None:
    """Have one vendor asked once the session is committed."""
    await jobs.defer(
        session,
        FORGET,
        lock=f"erasure:{erasure_id}:{vendor}",
        organization_id=str(organization_id),
        erasure_id=str(erasure_id),
        vendor=vendor,
    )


async def defer_acting(session: Session, organization_id: UUID, report_id: UUID) -> None:
    """Have a retention report acted upon once the session is committed."""
    await jobs.defer(
        session,
        ACT,
        lock=f"retention:{report_id}",
        organization_id=str(organization_id),
        report_id=str(report_id),
    )


def require_administrator(member: Member) -> None:
    """NotPermitted below administrator: others see empty lists by policy, and are told so here."""
    if member.role not in ("owner", "admin"):
        raise NotPermitted


def _is_confirmed(found: Person, typed: str) -> bool:
    """The address; where there is none the profile or the number; where there is nothing at all the name."""
    expected: tuple[tuple[Kind, str | None], ...] = (
        ("email", found.email_norm), ("linkedin", found.linkedin_norm), ("phone", found.phone_e164),
    )  # fmt: skip
    known = next(((kind, value) for kind, value in expected if value), None)
    if known is None:
        name = " ".join(f"{found.first_name} {found.last_name}".split())
        return " ".join(typed.split()).casefold() == name.casefold()
    kind, value = known
    try:
        return normalized(kind, typed).value == value
    except UnreadableAddress:
        return False
