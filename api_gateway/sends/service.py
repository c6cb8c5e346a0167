"""What a workflow does with sends: claim what may leave now, deliver one, settle what is in doubt.

A delivery is two short transactions with the vendor's call between them. The first takes the locks that a stop takes,
asks `decide()`, and writes the intent as `sending`; the second writes down what came of it, and only for whoever still
holds the lease.
"""

import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog

from api_gateway.database import Session
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.port import ACCOUNT_REST_S, SEND_LIMIT_S, Provider, RetryAt
from api_gateway.resources import Resources
from api_gateway.sends import bindings, cut_points, delivery, ledger, repository
from api_gateway.sends.decide import Decision, Defer, Stop
from api_gateway.sends.delivery import Prepared, Unbound
from api_gateway.sends.desk import Desk, recipient
from api_gateway.sends.repository import IntentFacts, Leased
from api_gateway.sends.schemas import (
    ClaimedSend,
    ClaimedSends,
    DeliveryResult,
    SendClaim,
    SettlementResult,
)
from api_gateway.suppressions import repository as suppressions
from api_gateway.suppressions.keys import keys_of
from kit.errors import LeaseLost
from kit.settings import decode_key

ACTOR = "workflow:send-due-messages"
CLAIM_LEASE = timedelta(minutes=5)
SETTLE_LEASE = timedelta(minutes=2)
SEND_LEASE = timedelta(seconds=SEND_LIMIT_S + 40)
"""Longer than everything that happens between the two transactions may take."""
MOST_ROUNDS = 20
MOST_BINDINGS = 20
COUNT_CAP = 10_000
A_DAY = timedelta(days=1)
log = structlog.get_logger(__name__)


async def claim(shared: Resources, wanted: SendClaim) -> ClaimedSends:
    """Lease sends that `decide()` lets through now; what it holds back is put off or stopped on the way."""
    result = ClaimedSends(items=[], deferred=0, stopped=0, remaining=0)
    for _ in range(MOST_ROUNDS):
        missing = wanted.limit - len(result.items)
        if missing <= 0 or not await _claim_some(shared, missing, wanted.campaign_id, result):
            break
    async with shared.database.workflow(actor=ACTOR) as session:
        result.remaining = await repository.count_due(session, campaign_id=wanted.campaign_id, cap=COUNT_CAP)
    cut_points.reached("after_claim")
    return result


async def deliver(shared: Resources, intent_id: UUID, lease_token: UUID) -> DeliveryResult:
    """Send one claimed intent. Repeating the call with the same lease tells what became of it. Raises LeaseLost."""
    prepared = await _prepare(shared, intent_id, lease_token)
    for _ in range(MOST_BINDINGS):
        if not isinstance(prepared, Unbound):
            break
        if (put_off := await delivery.bind(shared, prepared)) is not None:
            return put_off
        # By now it may be the turn of another mailbox, which the vendor does not know either.
        prepared = await _prepare(shared, intent_id, lease_token)
    if isinstance(prepared, Unbound):
        return await delivery.put_off_unbound(shared, prepared, "other mailboxes came first")
    if isinstance(prepared, DeliveryResult):
        return prepared
    cut_points.reached("after_intent_commits")
    outcome = await delivery.hand_over(shared, prepared)
    cut_points.reached("answer_read_not_committed")
    result = await delivery.write_down(shared, prepared, outcome)
    cut_points.reached("committed_not_reported")
    return result


async def settle(shared: Resources, limit: int) -> SettlementResult:
    """Ask the vendors about sends in doubt: each becomes sent, or is planned again, or stays in doubt."""
    async with shared.database.workflow(actor=ACTOR, reason="settle") as session:
        leased = await repository.claim_ambiguous(session, most=limit, lease=SETTLE_LEASE)
    settled, end = 0, time.monotonic() + SETTLE_LEASE.total_seconds()
    vendors: dict[tuple[UUID, str], Provider] = {}
    for one in leased:
        if time.monotonic() > end:
            # A slow vendor: whoever comes next takes up the rest.
            break
        settled += await delivery.look_up(shared, one, vendors)
    async with shared.database.workflow(actor=ACTOR) as session:
        remaining = await repository.count_ambiguous(session)
    return SettlementResult(settled=settled, still_ambiguous=remaining)


async def _claim_some(shared: Resources, most: int, campaign_id: UUID | None, result: ClaimedSends) -> int:
    async with shared.database.workflow(actor=ACTOR, reason="claim") as session:
        leased = await repository.claim(session, most=most, campaign_id=campaign_id, lease=CLAIM_LEASE)
        by_organization: dict[UUID, list[Leased]] = defaultdict(list)
        for one in leased:
            by_organization[one.organization_id].append(one)
        for organization_id, own in by_organization.items():
            found = ClaimedSends(items=[], deferred=0, stopped=0, remaining=0)
            try:
                async with session.connection.transaction():
                    await _judge(shared, session, organization_id, own, found)
            except Exception:
                # Its leases run out and it is asked again; what is wrong with one organization holds up no other.
                log.exception("claim_crashed", organization_id=str(organization_id))
                continue
            result.items += found.items
            result.deferred += found.deferred
            result.stopped += found.stopped
    return len(leased)


async def _judge(
    shared: Resources, session: Session, organization_id: UUID, leased: list[Leased], result: ClaimedSends
) -> None:
    await session.narrow_to(organization_id)
    intents = await repository.facts(session, [one.id for one in leased])
    now = datetime.now(UTC)
    desk = await Desk.laid(session, organization_id, intents, secret=_secret(shared), now=now)
    for intent in sorted(intents, key=lambda intent: intent.next_attempt_at):
        decision, mailbox = desk.judge(intent)
        if isinstance(decision, Defer):
            result.deferred += 1
        elif isinstance(decision, Stop):
            result.stopped += 1
        elif mailbox is not None and intent.lease_token is not None:
            desk.took(intent, mailbox)
            result.items.append(
                ClaimedSend(
                    intent_id=intent.intent_id,
                    lease_token=intent.lease_token,
                    organization_id=organization_id,
                    campaign_id=intent.campaign_id,
                    channel="email" if intent.channel == "email" else "sms",
                )
            )
            continue
        await _hold_back(shared, session, intent, decision, now)


async def _prepare(shared: Resources, intent_id: UUID, lease_token: UUID) -> Prepared | Unbound | DeliveryResult:
    async with shared.database.workflow(actor=ACTOR, reason="deliver") as session:
        organization_id = await repository.organization_of(session, intent_id, lease_token)
        if organization_id is None:
            raise LeaseLost
        await session.narrow_to(organization_id)
        person = await repository.person_of(session, intent_id)
        if person is None:
            raise LeaseLost
        keys = keys_of(person["email_norm"], person["phone_e164"], person["linkedin_norm"])
        await suppressions.lock_for_send(session, organization_id, keys)
        intent = await repository.locked_facts(session, intent_id)
        if intent is None or intent.lease_token != lease_token:
            raise LeaseLost
        if intent.intent_status != "claimed":
            return _already(intent)
        # From here on one send of the organization at a time: as little as possible stands between this and the commit.
        await repository.lock_pace(session, organization_id)
        now = datetime.now(UTC)
        if intent.lease_until is None or intent.lease_until <= now:
            raise LeaseLost
        desk = await Desk.laid(session, organization_id, [intent], secret=_secret(shared), now=now)
        decision, mailbox = desk.judge(intent)
        vendor = None
        if decision.outcome == "send" and mailbox is not None:
            vendor = await delivery.sender_for(session, shared, mailbox)
            if isinstance(vendor, RetryAt):
                decision = Defer(
                    "mailbox_not_connected",
                    f"The {mailbox.provider} account of {mailbox.address} cannot be used: {vendor.reason}.",
                    now + timedelta(seconds=ACCOUNT_REST_S),
                )
                await delivery.tell_account_fault(session, organization_id, mailbox.provider, vendor.reason)
        if mailbox is None or vendor is None or isinstance(vendor, RetryAt) or decision.outcome != "send":
            return await _hold_back(shared, session, intent, decision, now)
        binding = None
        if isinstance(vendor, Instantly):
            binding = await bindings.find(session, intent.campaign_id, mailbox.id)
            if binding is None:
                return Unbound(intent=intent, mailbox=mailbox, vendor=vendor)
        await repository.store_decision(session, intent, decision)
        lease_until = now + SEND_LEASE
        begun = await ledger.begin(
            session,
            intent,
            mailbox_id=mailbox.id,
            provider=mailbox.provider,
            recipient=recipient(intent),
            now=now,
            lease_until=lease_until,
        )
        if not begun:
            raise LeaseLost
        intent = intent.model_copy(
            update={"intent_mailbox_id": mailbox.id, "attempt": intent.attempt + 1, "sending_at": now}
        )
    return Prepared(intent=intent, mailbox=mailbox, vendor=vendor, lease_until=lease_until, binding=binding)


async def _hold_back(
    shared: Resources, session: Session, intent: IntentFacts, decision: Decision, now: datetime
) -> DeliveryResult:
    await repository.store_decision(session, intent, decision)
    if isinstance(decision, Stop):
        mendable = decision.reason == "incomplete"
        await ledger.call_off(session, intent, decision.reason, "pending_review" if mendable else "cancelled")
        await delivery.after_stop(session, intent, decision, day_seconds=shared.settings.sequence_day_seconds)
        return DeliveryResult(intent_id=intent.intent_id, outcome="stopped", reason=decision.reason)
    until = decision.until if isinstance(decision, Defer) else None
    if until is None:
        # A pause or a stop keeps the intent out of every claim; lifted, it must not have to wait any longer.
        until = now if decision.reason in {"campaign_paused", "sending_stopped"} else now + A_DAY
    await ledger.put_off(session, intent, until, decision.reason)
    return DeliveryResult(intent_id=intent.intent_id, outcome="retry", reason=decision.reason, retry_at=until)


def _already(intent: IntentFacts) -> DeliveryResult:
    match intent.intent_status:
        case "sent":
            return DeliveryResult(intent_id=intent.intent_id, outcome="sent", reason="sent_before")
        case "sending" | "ambiguous":
            return DeliveryResult(intent_id=intent.intent_id, outcome="ambiguous", reason="in_flight")
    raise LeaseLost


def _secret(shared: Resources) -> bytes:
    return decode_key(shared.settings.unsubscribe_key.get_secret_value())
