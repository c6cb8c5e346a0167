"""Rules of the audit room. Only administrators see the log; others see an empty one by policy, and are told so here."""

import json
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Response

from api_gateway.audit import repository
from api_gateway.audit.repository import AuditFilter
from api_gateway.audit.schemas import AuditEntry, AuditPage
from api_gateway.csv_files import csv_stream
from api_gateway.database import Session
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from kit.errors import NotPermitted

PAGE = 2_000
HEADER = (
    "at", "actor", "actor_name", "action", "entity", "entity_id", "before", "after", "reason", "ip", "user_agent",
    "request_id",
)  # fmt: skip


async def list_entries(member: Member, page: PageRequest, wanted: AuditFilter) -> AuditPage:
    """Changes, newest first."""
    _require_administrator(member)
    found = await repository.find(
        member.session, member.organization_id, wanted, after=page.after_time(), limit=page.limit + 1
    )
    items, more = cut(found, page.limit)
    return AuditPage(items=items, next_cursor=encode_cursor(items[-1].at, str(items[-1].id)) if more else None)


async def export_entries(member: Member, wanted: AuditFilter) -> Response:
    """Every change that matches, newest first, as CSV."""
    _require_administrator(member)
    first = await _page(member.session, member, wanted, after=(None, None))
    return csv_stream("audit-log.csv", HEADER, _pages(member, wanted, first))


async def _pages(member: Member, wanted: AuditFilter, found: list[AuditEntry]) -> AsyncIterator[list[list[Any]]]:
    while found:
        yield [[_flat(value) for value in _line(entry)] for entry in found]
        if len(found) < PAGE:
            return
        # The request's own transaction has ended with the first byte; who is no administrator by now finds no row.
        async with member.shared.database.person(member.claims.model_dump(mode="json")) as session:
            found = await _page(session, member, wanted, after=(found[-1].at, found[-1].id))


async def _page(session: Session, member: Member, wanted: AuditFilter, *, after: tuple[Any, Any]) -> list[AuditEntry]:
    return await repository.find(session, member.organization_id, wanted, after=after, limit=PAGE)


def _line(entry: AuditEntry) -> list[Any]:
    values = entry.model_dump(mode="json")
    return [values[name] for name in HEADER]


def _require_administrator(member: Member) -> None:
    if member.role not in ("owner", "admin"):
        raise NotPermitted


def _flat(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
