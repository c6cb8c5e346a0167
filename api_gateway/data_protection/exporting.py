"""The job that puts everything about a person into two files in Storage."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from api_gateway.data_protection import identity, rendering, repository, storage
from api_gateway.resources import Resources
from api_gateway.suppressions.keys import with_hashes
from kit.errors import AppError
from kit.settings import decode_key

KEPT_FOR = timedelta(days=7)
LIMIT_S = 120.0
FORMAT = "sales-machine.person/1"
log = structlog.get_logger(__name__)


async def export(shared: Resources, organization_id: UUID, export_id: UUID, *, is_last: bool = False) -> None:
    """Make an export's files. Raises what went wrong, to be tried again, unless `is_last`: then it is noted."""
    try:
        await _export(shared, organization_id, export_id)
    except AppError as error:
        if not is_last:
            raise
        async with shared.database.workflow(organization_id, actor="export") as session:
            await repository.fail_export(session, export_id, error.detail)


async def remove_old(shared: Resources, now: datetime) -> int:
    """Delete the files whose time is up; answers of how many exports."""
    async with shared.database.workflow(actor="export") as session:
        old = await repository.exports_to_remove(session, now)
    if not old:
        return 0
    async with storage.opened(shared.settings) as kept:
        for one in old:
            await kept.remove(one["organization_id"], [one["id"]])
            async with shared.database.workflow(one["organization_id"], actor="export") as session:
                await repository.mark_removed(session, [one["id"]])
    return len(old)


async def _export(shared: Resources, organization_id: UUID, export_id: UUID) -> None:
    now = datetime.now(UTC)
    async with shared.database.workflow(organization_id, actor="export", reason="data_export") as session:
        await session.allow_seconds(LIMIT_S)
        wanted = await repository.export(session, organization_id, export_id)
        if wanted is None or wanted.status != "queued" or wanted.prospect_id is None:
            return
        whose = await repository.organization(session, organization_id)
        traces = await repository.traces(session, wanted.prospect_id)
        if traces is None:
            return
        secret = decode_key(shared.settings.unsubscribe_key.get_secret_value())
        keys = with_hashes(identity.keys_of(traces), secret, organization_id)
        tables = await repository.rows_of_person(
            session, wanted.prospect_id, identity.pattern_of(traces), [key.value for key in keys]
        )
    tables = [(name, [_readable(row) for row in rows]) for name, rows in tables]
    counts = {name: len(rows) for name, rows in tables if rows}
    about = {"format": FORMAT, "organization": whose.name, "made_at": now.isoformat()}
    page = rendering.as_html(
        tables, language=whose.locale, organization=whose.name, made_at=now, time_zone=whose.time_zone
    )
    async with storage.opened(shared.settings) as kept:
        await kept.put(organization_id, export_id, {"json": rendering.as_json(about, tables), "html": page})
        async with shared.database.workflow(organization_id, actor="export", reason="data_export") as session:
            if await repository.is_erased(session, wanted.prospect_id):
                # The person was erased while this ran: what was just written goes again.
                await kept.remove(organization_id, [export_id])
                await repository.mark_removed(session, [export_id])
                return
            await repository.finish_export(session, export_id, counts, kept_for=KEPT_FOR)
    log.info("person_exported", export_id=str(export_id), rows=sum(counts.values()))


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    """An event's bytes as the text that they are."""
    if not isinstance(row.get("raw_body"), str):
        return row
    try:
        return {**row, "raw_body": base64.b64decode(row["raw_body"]).decode("utf-8", "replace")}
    except binascii.Error:
        return row
