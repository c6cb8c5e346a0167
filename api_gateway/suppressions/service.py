"""Whom nothing is sent to: the list, and the one way onto it."""

import asyncio
import csv
import io
from collections.abc import Sequence
from uuid import UUID

from fastapi import Response, UploadFile

from api_gateway.database import AlreadyExists, Session
from api_gateway.pagination import COUNT_CAP, PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from api_gateway.suppressions import repository
from api_gateway.suppressions.importing import read_list
from api_gateway.suppressions.keys import Key, keys_of, normalized, with_hashes
from api_gateway.suppressions.schemas import (
    Suppression,
    SuppressionCreate,
    SuppressionImport,
    SuppressionKind,
    SuppressionPage,
    SuppressionReason,
)
from kit.errors import NotFound, NotPermitted, TooLarge

MOST_BYTES = 10 * 1024 * 1024
SECONDS_ALLOWED = 120


class SuppressionNotFound(NotFound):
    code = "suppression_not_found"
    default_detail = "There is no such entry on the list."


async def suppress(
    session: Session,
    *,
    organization_id: UUID,
    keys: Sequence[Key],
    reason: SuppressionReason,
    source: str,
    note: str | None = None,
) -> list[UUID]:
    """Put `keys` on the list and take back everything that was planned for the people behind them.

    Holds the same locks as a send: once this transaction is committed, no send of theirs can begin. Works in a member's
    and in a narrowed workflow session. Answers the ids of the rows that are new.
    """
    if not keys:
        return []
    await repository.lock(session, organization_id, keys)
    added = await repository.insert(session, organization_id, keys, reason=reason, source=source, note=note)
    await repository.stop_people(session, organization_id, keys, reason=reason)
    return added


async def suppress_prospect(
    session: Session,
    *,
    organization_id: UUID,
    prospect_id: UUID,
    reason: SuppressionReason,
    source: str,
    note: str | None = None,
) -> list[UUID]:
    """Suppress a person by every address of theirs that we know, but never their whole company's domain."""
    known = await repository.keys_of_prospect(session, prospect_id)
    if known is None:
        return []
    keys = [
        key
        for key in keys_of(known["email_norm"], known["phone_e164"], known["linkedin_norm"])
        # A dead address says nothing about the person's other ones, nor about the address that it is a plus-address of.
        if key.value == known["email_norm"] or (key.kind != "domain" and reason != "bounced")
    ]
    return await suppress(session, organization_id=organization_id, keys=keys, reason=reason, source=source, note=note)


async def suppressed_reason(
    session: Session, *, organization_id: UUID, keys: Sequence[Key], secret: bytes
) -> str | None:
    """Why nothing may be sent to whom `keys` name, hashed entries included; None when it may.

    A send calls :func:`repository.lock_for_send` with the same keys first.
    """
    found = await repository.reasons(session, organization_id, with_hashes(keys, secret, organization_id))
    return next(iter(found.values()), None)


async def list_suppressions(
    member: Member, page: PageRequest, *, kind: SuppressionKind | None, q: str | None
) -> SuppressionPage:
    """The list, newest first; `q` is the beginning of an address."""
    rows, total = await repository.page(
        member.session, member.organization_id, page, kind=kind, q=q.strip().casefold() if q else None
    )
    items, more = cut(rows, page.limit)
    return SuppressionPage(
        items=items,
        next_cursor=encode_cursor(items[-1].created_at, items[-1].id) if more else None,
        total=min(total, COUNT_CAP),
        total_is_capped=total > COUNT_CAP,
    )


async def create_suppression(member: Member, wanted: SuppressionCreate) -> Suppression:
    """Add one address by hand; AlreadyExists when it is on the list."""
    key = normalized(wanted.kind, wanted.value)
    added = await suppress(
        member.session,
        organization_id=member.organization_id,
        keys=[key],
        reason="manual",
        source="person",
        note=wanted.note,
    )
    created = await repository.find(member.session, member.organization_id, key)
    if not added or created is None:
        raise AlreadyExists("This address is on the list already.")
    return created


async def import_suppressions(member: Member, file: UploadFile) -> SuppressionImport:
    """Add a text or CSV file, read as :mod:`importing` says. TooLarge, or UnsupportedFormat for what is no text."""
    if file.file.seek(0, io.SEEK_END) > MOST_BYTES:
        raise TooLarge("The list is larger than 10 MB; split it.")
    # Reading is work for the processor, so that it is done beside the event loop.
    found = await asyncio.to_thread(read_list, file.file)
    await member.session.allow_seconds(SECONDS_ALLOWED)
    added = await suppress(
        member.session,
        organization_id=member.organization_id,
        keys=sorted(found.keys),
        reason="imported",
        source="import",
        note=(file.filename or "").replace("\0", "")[:200] or None,
    )
    return SuppressionImport(
        added=len(added),
        already_there=len(found.keys) - len(added),
        rejected=found.rejected,
        problems=found.problems,
    )


async def export_suppressions(member: Member) -> Response:
    """The whole list as CSV; cells that a spreadsheet would run as a formula are made harmless."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["kind", "value", "reason", "source", "note", "created_at"])
    for row in await repository.every(member.session, member.organization_id):
        cells = [row.kind, row.value, row.reason, row.source, row.note or "", row.created_at.isoformat()]
        writer.writerow([_harmless(cell) for cell in cells])
    return Response(
        "\ufeff" + text.getvalue(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="suppressions.csv"'},
    )


async def delete_suppression(member: Member, suppression_id: UUID, reason: str | None) -> None:
    """Take an address off the list. SuppressionNotFound, or NotPermitted below administrator."""
    if reason:
        await member.session.because(reason)
    if await repository.delete(member.session, member.organization_id, suppression_id):
        return
    if await repository.exists(member.session, member.organization_id, suppression_id):
        raise NotPermitted
    raise SuppressionNotFound


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
