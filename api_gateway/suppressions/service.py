"""Whom nothing is sent to: the list, and the one way onto it."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

from charset_normalizer import from_bytes
from fastapi import Response, UploadFile

from api_gateway.database import AlreadyExists, Session
from api_gateway.pagination import COUNT_CAP, PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from api_gateway.suppressions import repository
from api_gateway.suppressions.keys import Key, UnreadableAddress, keys_of, normalized, recognized, with_hashes
from api_gateway.suppressions.schemas import (
    Suppression,
    SuppressionCreate,
    SuppressionImport,
    SuppressionKind,
    SuppressionPage,
    SuppressionProblem,
    SuppressionReason,
)
from kit.errors import NotFound, NotPermitted, TooLarge, UnsupportedFormat

MOST_BYTES = 10 * 1024 * 1024
MOST_PROBLEMS = 1_000
_HEADERS = frozenset(
    {"email", "e-mail", "mail", "address", "adresse", "adresse e-mail", "domain", "domaine", "phone", "téléphone",
     "telephone", "linkedin", "linkedin url", "value", "valeur", "kind", "type"}
)  # fmt: skip


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
        if key.kind == "email" or (key.kind != "domain" and reason != "bounced")
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
    """Add a text or CSV file: in each row the first cell that is an address counts; the header is passed over."""
    content = await file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise TooLarge("The list is larger than 10 MB; split it.")
    keys, problems, rejected = _read(_decoded(content))
    added = await suppress(
        member.session,
        organization_id=member.organization_id,
        keys=sorted(keys),
        reason="imported",
        source="import",
        note=(file.filename or "")[:200] or None,
    )
    return SuppressionImport(
        added=len(added), already_there=len(keys) - len(added), rejected=rejected, problems=problems
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


def _decoded(content: bytes) -> str:
    best = from_bytes(content).best()
    text = str(best) if best is not None else ""
    if not text.strip() or "\x00" in text:
        raise UnsupportedFormat("The file is empty or holds no text; save the list as CSV.")
    return text.lstrip("\ufeff")


def _read(text: str) -> tuple[set[Key], list[SuppressionProblem], int]:
    keys: set[Key] = set()
    problems: list[SuppressionProblem] = []
    rejected = 0
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1):
        cells = [cell.strip() for cell in row if cell.strip()]
        if not cells or (number == 1 and any(cell.casefold() in _HEADERS for cell in cells)):
            continue
        key = next((found for cell in cells if (found := _recognized(cell)) is not None), None)
        if key is not None:
            keys.add(key)
            continue
        rejected += 1
        if len(problems) < MOST_PROBLEMS:
            problems.append(SuppressionProblem(line=number, reason=f"No address in “{cells[0][:80]}”."))
    return keys, problems, rejected


def _recognized(cell: str) -> Key | None:
    try:
        return recognized(cell)
    except UnreadableAddress:
        return None


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
