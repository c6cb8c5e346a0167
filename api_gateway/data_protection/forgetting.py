"""The jobs that have vendors forget a person who is gone here, and the report of what each of them did."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from api_gateway.credentials.sealed import CredentialMissing, open_credential
from api_gateway.data_protection import erasing, repository, service, storage, vendors
from api_gateway.data_protection.schemas import VendorStatus
from api_gateway.notifications.repository import raise_alert
from api_gateway.providers.forgetting import Step, Traces
from api_gateway.resources import Resources
from kit.errors import AppError, Conflict, VendorFailed

GIVE_UP_AFTER = timedelta(days=30)
log = structlog.get_logger(__name__)


async def forget(
    shared: Resources, organization_id: UUID, erasure_id: UUID, vendor: str, *, is_last: bool = False
) -> None:
    """Have `vendor` forget, and note what it did. Raises what went wrong, to be tried again, unless `is_last`."""
    async with shared.database.workflow(organization_id, actor="erasure") as session:
        known = await repository.lock_erasure(session, erasure_id)
        if known is None or known.sealed_traces is None:
            return
        traces = erasing.open_traces(shared, organization_id, erasure_id, known.sealed_traces)
    try:
        steps = await _ask(shared, organization_id, vendor, traces)
    except AppError as error:
        is_over = is_last or isinstance(error, Conflict)
        await _note(shared, organization_id, erasure_id, vendor, "failed" if is_over else "pending", error=error)
        if not is_over:
            raise
        return
    was_done = any(step.outcome == "done" for step in steps) or not steps
    await _note(shared, organization_id, erasure_id, vendor, "done" if was_done else "not_offered", steps=steps)


async def take_up(shared: Resources, now: datetime) -> None:
    """Once a day: erasures whose job was lost, vendors that did not answer; after 30 days nobody is asked any more."""
    async with shared.database.workflow(actor="erasure") as session:
        unfinished = await repository.unfinished_erasures(session)
    for one in unfinished:
        organization_id, erasure_id = one["organization_id"], one["id"]
        async with shared.database.workflow(organization_id, actor="erasure") as session:
            if one["status"] == "queued":
                await service.defer_erasing(session, organization_id, erasure_id)
            elif now - one["created_at"] > GIVE_UP_AFTER:
                await repository.give_up(session, erasure_id)
            else:
                for vendor in await repository.unsettled_vendors(session, erasure_id):
                    await service.defer_forgetting(session, organization_id, erasure_id, vendor)
                await repository.settle_erasure(session, erasure_id)


async def _ask(shared: Resources, organization_id: UUID, vendor: str, traces: dict[str, Any]) -> list[Step]:
    if vendor == erasing.STORAGE:
        return await _remove_exports(shared, organization_id, [UUID(one) for one in traces["exports"]])
    provider = vendors.by_hand(vendor)
    if provider is None:
        async with shared.database.workflow(organization_id, actor="erasure") as session:
            credential = await open_credential(session, shared.keyring, vendor)
        provider = vendors.with_key(shared.settings, shared.http, credential)
    if provider is None:
        raise CredentialMissing
    return await provider.forget(_for(vendor, traces))


async def _remove_exports(shared: Resources, organization_id: UUID, exports: list[UUID]) -> list[Step]:
    async with storage.opened(shared.settings) as kept:
        removed = await kept.remove(organization_id, exports)
    async with shared.database.workflow(organization_id, actor="erasure") as session:
        await repository.mark_removed(session, exports)
    return [Step("export_files_deleted", "done", removed)]


def _for(vendor: str, traces: dict[str, Any]) -> Traces:
    """What one vendor is told: nothing that it does not know already."""
    is_sms = vendor == "twilio"
    emails = dict.fromkeys(filter(None, [traces["email_norm"], *traces["also"]]))
    messages = [mail["id"] for mail in traces["mails"] if mail["provider"] == vendor]
    messages += [reply["id"] for reply in traces["replies"] if (reply["channel"] == "sms") == is_sms]
    bookings = [booking for booking in traces["bookings"] if booking["provider"] == vendor]
    return Traces(
        emails=() if is_sms else tuple(emails),
        phones=(traces["phone_e164"],) if is_sms and traces["phone_e164"] else (),
        lead_ids=tuple(traces["leads"]) if vendor == "instantly" else (),
        message_ids=tuple(messages),
        bookings=tuple(booking["uid"] for booking in bookings),
        upcoming_bookings=tuple(booking["uid"] for booking in bookings if booking["is_upcoming"]),
    )


async def _note(
    shared: Resources,
    organization_id: UUID,
    erasure_id: UUID,
    vendor: str,
    status: VendorStatus,
    *,
    steps: list[Step] | None = None,
    error: AppError | None = None,
) -> None:
    async with shared.database.workflow(organization_id, actor="erasure", reason="erasure") as session:
        # One at a time: two that end together would each count the other as still to come.
        await repository.lock_erasure(session, erasure_id)
        await repository.note_vendor(
            session,
            erasure_id,
            vendor,
            status,
            steps=[step.as_json() for step in steps or []],
            error=_without_person(error) if error else None,
        )
        outcome = await repository.settle_erasure(session, erasure_id)
        if outcome == "incomplete":
            await raise_alert(
                session,
                organization_id,
                kind="erasure_incomplete",
                severity="critical",
                title=f"{vendor} still holds data of somebody who was erased",
                detail="It is asked again every day; see data protection, erasures.",
                dedupe_key=f"erasure:{erasure_id}:{vendor}",
                entity="erasures",
                entity_id=erasure_id,
            )
    log.info("vendor_asked_to_forget", erasure_id=str(erasure_id), vendor=vendor, status=status)


def _without_person(error: AppError) -> str:
    """What a vendor says may repeat an address; who it was that did not answer, and with which status, does not."""
    return error.detail.partition(":")[0][:200] if isinstance(error, VendorFailed) else error.code
