"""The job that erases a person here. What vendors hold is asked of them afterwards, by forgetting.py.

In one transaction under the unsubscribe's locks: everything planned is taken back, every row about the person is
deleted or emptied, their addresses become hashes that keep them from coming back, and by what the vendors know them is
sealed until the vendors have answered.
"""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog

from api_gateway.data_protection import identity, repository, service
from api_gateway.database import Session
from api_gateway.jobs import Wait
from api_gateway.resources import Resources
from api_gateway.suppressions import repository as suppression_repository
from api_gateway.suppressions import service as suppressions
from api_gateway.suppressions.keys import hashed
from kit.sealing import associated_data
from kit.settings import decode_key

# Every text of the organization is read: two minutes for a million rows.
LIMIT_S = 3600.0
WAIT_S = 2.0
STORAGE = "storage"
log = structlog.get_logger(__name__)


async def erase(shared: Resources, organization_id: UUID, erasure_id: UUID) -> None:
    """Erase a person; a second call does nothing. Raises Wait while a message of theirs is on its way to a vendor."""
    async with shared.database.workflow(organization_id, actor="erasure", reason="erasure") as session:
        await session.allow_seconds(LIMIT_S)
        open_erasure = await repository.lock_erasure(session, erasure_id)
        if open_erasure is None or open_erasure.status != "queued":
            return
        traces = await repository.traces(session, open_erasure.prospect_id)
        assert traces is not None  # noqa: S101 - a queued erasure's person is there
        keys = identity.keys_of(traces)
        await suppressions.suppress(
            session, organization_id=organization_id, keys=keys, reason="erased", source=open_erasure.cause
        )
        # From here on nothing can begin; what began before is let to its end, so that the vendor is asked to forget it.
        if until := await repository.sending_until(session, open_erasure.prospect_id):
            raise Wait(min(WAIT_S, (until - datetime.now(UTC)).total_seconds()), "a message is on its way to a vendor")
        secret = decode_key(shared.settings.unsubscribe_key.get_secret_value())
        left = [hashed(key, secret, organization_id) for key in keys]
        await suppression_repository.insert(
            session, organization_id, left, reason="erased", source="erasure", note=None
        )
        exports = await repository.exports_of_person(session, open_erasure.prospect_id)
        counts = await repository.erase(session, erasure_id, identity.pattern_of(traces), [key.value for key in keys])
        traces["exports"] = [str(one) for one in exports]
        vendors = vendors_of(traces)
        await repository.note_erased(
            session, erasure_id, counts, _sealed(shared, organization_id, erasure_id, traces) if vendors else None
        )
        await _have_vendors_forget(session, organization_id, erasure_id, vendors)
    log.info("person_erased", erasure_id=str(erasure_id), rows=sum(counts.values()), vendors=vendors)


def vendors_of(traces: dict[str, Any]) -> list[str]:
    """Who outside has something of the person's."""
    found = {*traces["providers"], *traces["models"], *(booking["provider"] for booking in traces["bookings"])}
    if traces["leads"]:
        found.add("instantly")
    if any(reply["channel"] == "sms" for reply in traces["replies"]):
        found.add("twilio")
    if traces["containers"]:
        found.add("phantombuster")
    if traces["exports"]:
        found.add(STORAGE)
    return sorted(found - {"linkedin"})


def open_traces(shared: Resources, organization_id: UUID, erasure_id: UUID, sealed: str) -> dict[str, Any]:
    """By what the vendors know somebody who is gone here. SealBroken when the key is gone too."""
    traces: dict[str, Any] = json.loads(shared.keyring.open(sealed, associated=_place(organization_id, erasure_id)))
    return traces


def _sealed(shared: Resources, organization_id: UUID, erasure_id: UUID, traces: dict[str, Any]) -> str:
    return shared.keyring.seal(json.dumps(traces), associated=_place(organization_id, erasure_id))


def _place(organization_id: UUID, erasure_id: UUID) -> str:
    return associated_data(organization_id, "erasures", "sealed_traces", erasure_id)


async def _have_vendors_forget(session: Session, organization_id: UUID, erasure_id: UUID, vendors: list[str]) -> None:
    await repository.add_vendors(session, organization_id, erasure_id, vendors)
    for vendor in vendors:
        await service.defer_forgetting(session, organization_id, erasure_id, vendor)
    if not vendors:
        await repository.settle_erasure(session, erasure_id)
