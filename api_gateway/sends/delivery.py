"""Handing one message to its vendor, writing down what came of it, and asking about what is in doubt."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import structlog

from api_gateway.credentials.sealed import CredentialMissing, open_credential
from api_gateway.database import Session
from api_gateway.mailboxes import deliverability
from api_gateway.notifications.repository import raise_alert
from api_gateway.providers import registry
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.port import (
    SEND_LIMIT_S,
    Ambiguous,
    Failed,
    NotThere,
    Outcome,
    Provider,
    RetryAt,
    Sent,
    Unknown,
)
from api_gateway.resources import Resources
from api_gateway.sends import bindings, ledger, letter, progress, repository
from api_gateway.sends.decide import Stop
from api_gateway.sends.desk import as_begun
from api_gateway.sends.repository import IntentFacts, Leased, MailboxRow
from api_gateway.sends.schemas import DeliveryResult
from api_gateway.suppressions.service import suppress_prospect
from api_gateway.webhooks.registering import status_callback
from kit.errors import VendorFailed
from kit.sealing import SealBroken
from kit.settings import decode_key

ACTOR = "workflow:send-due-messages"
MOST_ATTEMPTS = 20
MOST_BACK_OFF = 16
BIND_AGAIN = timedelta(minutes=1)
LOOK_UPS_UNTIL_ALERT = timedelta(minutes=10)
"""A doubt that will be older than this when it is looked at again goes to a person."""
CALL_TAKES = timedelta(seconds=SEND_LIMIT_S)
"""A call that begins less than this before its lease ends might be accepted after somebody else has looked for it."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Prepared:
    """A send that has begun: its intent is `sending`, committed, under the lease that it carries."""

    intent: IntentFacts
    mailbox: MailboxRow
    vendor: Provider
    lease_until: datetime
    binding: str | None


@dataclass(frozen=True)
class Unbound:
    """A send that may go, to a vendor that does not know its campaign yet. Nothing has begun."""

    intent: IntentFacts
    mailbox: MailboxRow
    vendor: Instantly


async def bind(shared: Resources, unbound: Unbound) -> DeliveryResult | None:
    """Make the campaign known to the vendor; it takes a while, so the send is decided anew after it. None: made."""
    try:
        await bindings.ensure(shared, unbound.vendor, unbound.intent, unbound.mailbox)
    except VendorFailed as error:
        return await put_off_unbound(shared, unbound, error.detail)
    return None


async def put_off_unbound(shared: Resources, unbound: Unbound, why: str) -> DeliveryResult:
    """Plan the send again in a minute."""
    intent, until, reason = unbound.intent, datetime.now(UTC) + BIND_AGAIN, f"campaign_not_bound: {why}"
    async with shared.database.workflow(intent.organization_id, actor=ACTOR, reason="not_bound") as session:
        await ledger.put_off(session, intent, until, reason)
    return DeliveryResult(intent_id=intent.intent_id, outcome="retry", reason=reason, retry_at=until)


async def sender_for(session: Session, shared: Resources, mailbox: MailboxRow) -> Provider | RetryAt:
    """The client behind a mailbox, opened with the customer's key; RetryAt when there is no usable key."""
    try:
        credential = await open_credential(session, shared.keyring, mailbox.provider)
    except CredentialMissing:
        return RetryAt(0, "no key is stored", account_fault=True)
    except SealBroken:
        return RetryAt(0, "the stored key cannot be opened", account_fault=True)
    callback = await status_callback(session, shared, "twilio") if mailbox.provider == "twilio" else None
    return registry.sender(shared.settings, shared.http, credential, callback) or RetryAt(0, "it cannot send")


async def hand_over(shared: Resources, prepared: Prepared) -> Outcome:
    """The vendor's call, within the lease and never after it: a process that was frozen may wake when its send is long
    somebody else's. Whatever goes wrong before anything left is a retry; after that, ambiguous."""
    message = letter.compose(
        prepared.intent,
        prepared.mailbox,
        binding=prepared.binding,
        public_url=shared.settings.public_url,
        secret=decode_key(shared.settings.unsubscribe_key.get_secret_value()),
    )
    left = prepared.lease_until - datetime.now(UTC)
    if left < CALL_TAKES:
        return RetryAt(0.0, "too_late_to_begin")
    try:
        async with asyncio.timeout(left.total_seconds()):
            return await prepared.vendor.deliver(message)
    except TimeoutError:
        return Ambiguous("lease_ran_out")
    except Exception as error:
        # A fault of ours in the middle of a call: it may have left.
        log.exception("delivery_crashed", intent_id=str(prepared.intent.intent_id))
        return Ambiguous(f"crashed:{type(error).__name__}", settle_after_s=30.0)


async def write_down(shared: Resources, prepared: Prepared, outcome: Outcome) -> DeliveryResult:
    """The second transaction. When the lease is lost meanwhile, nothing is written: whoever has it now settles it."""
    intent = prepared.intent
    now = datetime.now(UTC)
    async with shared.database.workflow(intent.organization_id, actor=ACTOR, reason="delivered") as session:
        match outcome:
            case Sent():
                held = await ledger.finish(
                    session, intent, outcome, at=now, day_seconds=shared.settings.sequence_day_seconds
                )
                result = DeliveryResult(intent_id=intent.intent_id, outcome="sent", reason="accepted")
            case RetryAt() if intent.attempt < MOST_ATTEMPTS or outcome.account_fault or outcome.vendor_wide:
                until = now + timedelta(seconds=_back_off(outcome, intent.attempt))
                held = await ledger.release(session, intent, "planned", reason=outcome.reason, next_attempt_at=until)
                if held and outcome.account_fault:
                    await tell_account_fault(session, intent.organization_id, prepared.mailbox.provider, outcome.reason)
                result = DeliveryResult(
                    intent_id=intent.intent_id, outcome="retry", reason=outcome.reason, retry_at=until
                )
            case RetryAt() | Failed():
                if isinstance(outcome, Failed) and outcome.ends is not None:
                    await _end_for_good(session, intent, outcome.ends)
                held = await ledger.release(session, intent, "failed", reason=outcome.reason, next_attempt_at=now)
                if held and isinstance(outcome, Failed) and outcome.ends == "bounced":
                    await ledger.note_bounce(session, intent, at=now, reason=outcome.reason)
                    await deliverability.note_failure(session, intent.organization_id, intent.message_id, "bounced")
                result = DeliveryResult(intent_id=intent.intent_id, outcome="failed", reason=outcome.reason)
            case Ambiguous():
                until = now + timedelta(seconds=outcome.settle_after_s)
                held = await ledger.release(session, intent, "ambiguous", reason=outcome.reason, next_attempt_at=until)
                result = DeliveryResult(
                    intent_id=intent.intent_id, outcome="ambiguous", reason=outcome.reason, retry_at=until
                )
    if not held:
        log.warning("send_lease_lost", intent_id=str(intent.intent_id), outcome=result.outcome)
        return DeliveryResult(intent_id=intent.intent_id, outcome="ambiguous", reason="lease_lost")
    return result


async def look_up(shared: Resources, leased: Leased, vendors: dict[tuple[UUID, str], Provider]) -> bool:
    """Settle one ambiguous intent by asking its vendor; False when it stays in doubt.

    `vendors`: the clients of one round of look-ups by organization and provider, which may keep what they have read.
    """
    async with shared.database.workflow(leased.organization_id, actor=ACTOR, reason="settle") as session:
        intent = await repository.locked_facts(session, leased.id)
        if intent is None or intent.lease_token != leased.lease_token or intent.intent_status != "ambiguous":
            return False
        intent = as_begun(intent, await repository.recipient_of(session, leased.id))
        await ledger.mark_in_doubt(session, intent)
        mailboxes = await repository.mailboxes(session, leased.organization_id, datetime.now(UTC))
        mailbox = next((box for box in mailboxes if box.id == intent.intent_mailbox_id), None)
        vendor: Provider | RetryAt = RetryAt(0, "its mailbox is gone")
        if mailbox is not None:
            whose = (leased.organization_id, mailbox.provider)
            vendor = vendors.get(whose) or await sender_for(session, shared, mailbox)
            if not isinstance(vendor, RetryAt):
                vendors[whose] = vendor
        binding = await bindings.find(session, intent.campaign_id, mailbox.id) if mailbox is not None else None
    if mailbox is None or isinstance(vendor, RetryAt):
        finding: Sent | NotThere | Unknown = Unknown("the vendor cannot be asked", 300.0)
    elif isinstance(vendor, Instantly) and intent.provider_lead_id is None and binding is None:
        finding = NotThere()
    else:
        try:
            message = letter.compose(
                intent,
                mailbox,
                binding=binding,
                public_url=shared.settings.public_url,
                secret=decode_key(shared.settings.unsubscribe_key.get_secret_value()),
            )
            finding = await vendor.look_up(message)
        except Exception as error:
            # One answer that nobody foresaw must not keep the doubts behind it from being looked at.
            log.exception("look_up_crashed", intent_id=str(intent.intent_id))
            finding = Unknown(f"crashed:{type(error).__name__}", 300.0)
    return await _write_finding(shared, intent, finding)


async def after_stop(session: Session, intent: IntentFacts, decision: Stop, *, day_seconds: float) -> None:
    """What a final no means for the person's sequence: without this the step would be written again and again."""
    if intent.kind == "reply" or decision.reason in {"incomplete", "not_approved", "campaign_not_active"}:
        return
    if decision.reason == "no_address":
        # Another channel may still reach them.
        await progress.step_done(
            session,
            enrollment_id=intent.enrollment_id,
            step_id=intent.step_id,
            at=datetime.now(UTC),
            day_seconds=day_seconds,
            reason="step_passed_over:no_address",
        )
        return
    status = "completed"
    if decision.reason == "suppressed":
        status = "unsubscribed" if "unsubscribed" in decision.explanation else status
    await progress.end_sequence(
        session, enrollment_id=intent.enrollment_id, status=status, reason=f"send_stopped:{decision.reason}"
    )


async def tell_account_fault(session: Session, organization_id: UUID, provider: str, reason: str) -> None:
    """Raise, or count up, the alert that an account cannot be used."""
    await raise_alert(
        session,
        organization_id,
        kind="sending_account",
        severity="critical",
        title=f"Nothing can be sent through {provider}",
        detail=f"{provider}: {reason}. Check the key and the plan in the settings.",
        dedupe_key=f"sending_account:{provider}",
    )


async def _end_for_good(session: Session, intent: IntentFacts, reason: Literal["replied_stop", "bounced"]) -> None:
    """What the vendor's refusal says of a person counts as if they had told us."""
    await suppress_prospect(
        session,
        organization_id=intent.organization_id,
        prospect_id=intent.prospect_id,
        reason=reason,
        source=f"vendor:{intent.channel}",
    )


async def _write_finding(shared: Resources, intent: IntentFacts, finding: Sent | NotThere | Unknown) -> bool:
    now = datetime.now(UTC)
    async with shared.database.workflow(intent.organization_id, actor=ACTOR, reason="settled") as session:
        match finding:
            case Sent():
                return await ledger.finish(
                    session,
                    intent,
                    finding,
                    at=intent.sending_at or now,
                    day_seconds=shared.settings.sequence_day_seconds,
                    found=True,
                )
            case NotThere():
                return await ledger.release(
                    session, intent, "planned", reason="not_at_vendor", next_attempt_at=now, was="ambiguous"
                )
            case Unknown():
                until = now + timedelta(seconds=finding.after_s)
                await ledger.release(
                    session, intent, "ambiguous", reason=finding.reason, next_attempt_at=until, was="ambiguous"
                )
                age = now - (intent.sending_at or now) + timedelta(seconds=finding.after_s)
                if age > LOOK_UPS_UNTIL_ALERT:
                    await _tell_in_doubt(session, intent)
                return False


async def _tell_in_doubt(session: Session, intent: IntentFacts) -> None:
    await raise_alert(
        session,
        intent.organization_id,
        kind="send_in_doubt",
        severity="warning",
        title="Nobody can tell whether a message went out",
        detail=f"The message to {intent.email or intent.phone_e164} may or may not have left. Look at the vendor and "
        "settle it on the message's page.",
        dedupe_key=f"send_in_doubt:{intent.intent_id}",
        entity="messages",
        entity_id=intent.message_id,
    )


def _back_off(outcome: RetryAt, attempt: int) -> float:
    factor = 1 if outcome.account_fault or outcome.is_told else min(2 ** min(max(0, attempt - 1), 8), MOST_BACK_OFF)
    return outcome.after_s * factor * random.uniform(1.0, 1.3)  # noqa: S311 - spreads retries, guards nothing
