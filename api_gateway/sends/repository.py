"""SQL of the sends room: facts for `decide()`, and what was decided."""

from datetime import date, datetime, time, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg.types.json import Json
from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.sends.decide import Decision, Defer, Stop


class Leased(BaseModel):
    """An intent under a lease."""

    id: UUID
    organization_id: UUID
    lease_token: UUID


class IntentFacts(BaseModel):
    """Everything that is known about one planned send, in one row."""

    intent_id: UUID
    organization_id: UUID
    campaign_id: UUID
    enrollment_id: UUID
    message_id: UUID
    channel: str
    intent_status: str
    intent_reason: str | None
    attempt: int
    idempotency_key: str
    lease_token: UUID | None
    lease_until: datetime | None
    next_attempt_at: datetime
    sending_at: datetime | None
    message_status: str
    kind: str
    subject: str
    body: str
    language: str
    step_id: UUID | None
    reply_to_of_answer: str | None
    prospect_id: UUID
    first_name: str
    last_name: str
    title: str | None
    email: str | None
    email_norm: str | None
    email_status: str
    phone_e164: str | None
    linkedin_norm: str | None
    country: str | None
    city: str | None
    prospect_time_zone: str | None
    company_name: str | None
    enrollment_status: str
    hold_until: datetime | None
    mailbox_id: UUID | None
    intent_mailbox_id: UUID | None
    provider_lead_id: str | None
    provider_thread_id: str | None
    provider_reply_to: str | None
    campaign_name: str
    campaign_status: str
    send_days: list[int]
    send_from: time
    send_until: time
    campaign_time_zone: str
    respect_holidays: bool
    email_rule: str
    hourly_cap: int
    organization_stopped: bool
    organization_hourly_cap: int
    mailbox_daily_cap: int
    min_gap_seconds: int
    postal_address: str
    company_event: str | None
    first_subject: str | None


class MailboxRow(BaseModel):
    """A mailbox with what it did on its own local day."""

    id: UUID
    provider: str
    address: str
    display_name: str
    time_zone: str
    health: str
    is_active: bool
    daily_cap: int
    min_gap_seconds: int
    warmup_started_on: date | None
    last_sent_at: datetime | None
    sent_today: int
    options: dict[str, Any]


class Pace(BaseModel):
    """Sends of the last hour. `frees_at`: when the cap will have room again, when it has none; `oldest_leaves_at`: when
    the first of them leaves the hour."""

    campaign_id: UUID | None
    sent: int
    frees_at: datetime | None
    oldest_leaves_at: datetime | None


# Each fact lies in another table; the function joins them by id, once planned and cheap for a whole batch.
_FACTS: LiteralString = "select facts from private.send_facts(%(ids)s) as facts"


async def claim(session: Session, *, most: int, campaign_id: UUID | None, lease: timedelta) -> list[Leased]:
    """Lease due intents of all organizations."""
    return await session.rows(
        Leased,
        "select * from private.claim_send_intents(%(most)s, %(campaign_id)s, %(lease)s)",
        most=most,
        campaign_id=campaign_id,
        lease=lease,
    )


async def count_due(session: Session, *, campaign_id: UUID | None, cap: int) -> int:
    """How many intents are due, counted up to `cap`."""
    due: int = await session.value(
        "select count(*) from private.due_sends(%(campaign_id)s, %(cap)s)", campaign_id=campaign_id, cap=cap
    )
    return due


async def claim_ambiguous(session: Session, *, most: int, lease: timedelta) -> list[Leased]:
    """Lease intents that are to be looked up at their vendor; expired `sending` ones become ambiguous first."""
    return await session.rows(
        Leased,
        "select * from private.claim_ambiguous_intents(%(most)s, %(lease)s)",
        most=most,
        lease=lease,
    )


async def count_ambiguous(session: Session) -> int:
    """How many intents of all organizations are in doubt."""
    count: int = await session.value("select private.count_ambiguous_intents()")
    return count


async def organization_of(session: Session, intent_id: UUID, lease_token: UUID) -> UUID | None:
    """Whose intent this lease is on; None when the lease is not the intent's."""
    found: UUID | None = await session.value(
        "select private.intent_organization(%(id)s, %(token)s)", id=intent_id, token=lease_token
    )
    return found


async def recipient_of(session: Session, intent_id: UUID) -> str | None:
    """The address or number that the vendor was given; None when none was."""
    found: str | None = await session.value("select recipient from public.send_intents where id = %(id)s", id=intent_id)
    return found


async def person_of(session: Session, intent_id: UUID) -> dict[str, Any] | None:
    """The forms under which the person of an intent may be suppressed."""
    rows = await session.dicts(
        """
        select p.email_norm, p.phone_e164, p.linkedin_norm
        from public.send_intents i
        join public.messages m on m.id = i.message_id
        join public.prospects p on p.id = m.prospect_id
        where i.id = %(id)s
        """,
        id=intent_id,
    )
    return rows[0] if rows else None


async def facts(session: Session, intent_ids: list[UUID]) -> list[IntentFacts]:
    """The facts of each intent of the organization that the session is narrowed to."""
    return [IntentFacts.model_validate(row) for row in await session.values(_FACTS, ids=intent_ids)]


async def locked_facts(session: Session, intent_id: UUID) -> IntentFacts | None:
    """The facts of one intent, with the intent and its message held until the end of the transaction."""
    message_id = await session.value(
        "select message_id from public.send_intents where id = %(id)s for update", id=intent_id
    )
    if message_id is None:
        return None
    await session.execute("select from public.messages where id = %(id)s for update", id=message_id)
    found = await facts(session, [intent_id])
    return found[0] if found else None


async def open_facts_of_prospect(session: Session, prospect_id: UUID) -> list[IntentFacts]:
    """The facts of what is planned for a person, soonest first."""
    ids = await session.values(
        """
        select i.id from public.send_intents i
        join public.messages m on m.id = i.message_id
        where m.prospect_id = %(prospect_id)s and i.status in ('planned', 'claimed')
        """,
        prospect_id=prospect_id,
    )
    return sorted(await facts(session, ids), key=lambda intent: intent.next_attempt_at)


async def lock_pace(session: Session, organization_id: UUID) -> None:
    """Let one send of the organization at a time count and take its place under the caps."""
    await session.execute(
        "select pg_advisory_xact_lock(hashtextextended('pace:' || %(id)s::text, 0))", id=organization_id
    )


async def mailboxes(session: Session, organization_id: UUID, now: datetime) -> list[MailboxRow]:
    """All mailboxes of the organization, least used first."""
    return await session.rows(
        MailboxRow,
        """
        select b.id, b.provider, b.address, b.display_name, b.time_zone, b.health, b.is_active, b.daily_cap,
               b.min_gap_seconds, b.warmup_started_on, b.last_sent_at, b.options,
               (select count(*) from public.send_intents i
                where i.organization_id = b.organization_id and i.mailbox_id = b.id
                  and i.status in ('sending', 'sent', 'ambiguous')
                  and i.sending_at >= date_trunc('day', %(now)s at time zone b.time_zone) at time zone b.time_zone
               ) as sent_today
        from public.mailboxes b
        where b.organization_id = %(organization_id)s
        order by sent_today, b.last_sent_at nulls first, b.id
        """,
        organization_id=organization_id,
        now=now,
    )


async def used_mailboxes(session: Session, enrollment_ids: list[UUID]) -> dict[tuple[UUID, str], UUID]:
    """The account that each person was first written to from, by enrollment and channel."""
    rows = await session.dicts(
        """
        select distinct on (i.enrollment_id, i.channel) i.enrollment_id, i.channel, i.mailbox_id
        from public.send_intents i
        where i.organization_id = (select private.workflow_organization_id()) and i.enrollment_id = any (%(ids)s)
          and i.mailbox_id is not null and i.status in ('sending', 'sent', 'ambiguous')
        order by i.enrollment_id, i.channel, i.sending_at
        """,
        ids=enrollment_ids,
    )
    return {(row["enrollment_id"], row["channel"]): row["mailbox_id"] for row in rows}


async def chosen_mailboxes(session: Session, campaign_ids: list[UUID]) -> dict[UUID, set[UUID]]:
    """The mailboxes that a campaign was restricted to, for those campaigns that were."""
    rows = await session.dicts(
        """
        select campaign_id, mailbox_id from public.campaign_mailboxes
        where campaign_id = any (%(ids)s) and is_chosen
        """,
        ids=campaign_ids,
    )
    chosen: dict[UUID, set[UUID]] = {}
    for row in rows:
        chosen.setdefault(row["campaign_id"], set()).add(row["mailbox_id"])
    return chosen


async def paces(
    session: Session, organization_id: UUID, campaign_caps: dict[UUID, int], organization_cap: int, now: datetime
) -> dict[UUID | None, Pace]:
    """Sends of the last hour: of each campaign, and under None of the whole organization."""
    rows = await session.rows(
        Pace,
        """
        with recent as (
            select campaign_id, sending_at from public.send_intents
            where organization_id = %(organization_id)s and sending_at > %(now)s - interval '1 hour'
              and status in ('sending', 'sent', 'ambiguous')
        ), wanted as (
            select * from unnest(%(ids)s::uuid[], %(caps)s::int[]) as w (campaign_id, cap)
        )
        select w.campaign_id, (select count(*) from recent r where r.campaign_id = w.campaign_id) as sent,
               (select r.sending_at from recent r where r.campaign_id = w.campaign_id
                order by r.sending_at desc offset greatest(w.cap - 1, 0) limit 1) + interval '1 hour' as frees_at,
               (select min(r.sending_at) from recent r where r.campaign_id = w.campaign_id) + interval '1 hour'
                   as oldest_leaves_at
        from wanted w
        union all
        select null, (select count(*) from recent),
               (select sending_at from recent order by sending_at desc
                offset greatest(%(organization_cap)s - 1, 0) limit 1) + interval '1 hour',
               (select min(sending_at) from recent) + interval '1 hour'
        """,
        organization_id=organization_id,
        now=now,
        ids=list(campaign_caps),
        caps=list(campaign_caps.values()),
        organization_cap=organization_cap,
    )
    return {row.campaign_id: row for row in rows}


async def store_decision(session: Session, intent: IntentFacts, decision: Decision) -> None:
    """Keep what was decided. The same wait told again updates its row, so that waiting does not pile up."""
    until = decision.until if isinstance(decision, Defer) else None
    details = {"missing": list(decision.details)} if isinstance(decision, Stop) and decision.details else {}
    if isinstance(decision, Defer):
        told = await session.execute(
            """
            update public.send_decisions d
            set until_at = %(until)s, explanation = %(explanation)s, decided_at = clock_timestamp()
            from (
                select id, outcome, reason from public.send_decisions
                where organization_id = %(organization_id)s and message_id = %(message_id)s
                order by decided_at desc limit 1
            ) latest
            where d.id = latest.id and latest.outcome = 'defer' and latest.reason = %(reason)s
            """,
            organization_id=intent.organization_id,
            message_id=intent.message_id,
            reason=decision.reason,
            explanation=decision.explanation,
            until=until,
        )
        if told:
            return
    await note_decision(
        session,
        organization_id=intent.organization_id,
        enrollment_id=intent.enrollment_id,
        prospect_id=intent.prospect_id,
        message_id=intent.message_id,
        outcome=decision.outcome,
        reason=decision.reason,
        explanation=decision.explanation,
        until=until,
        details=details,
    )


async def note_decision(
    session: Session,
    *,
    organization_id: UUID,
    enrollment_id: UUID,
    prospect_id: UUID,
    message_id: UUID | None,
    outcome: str,
    reason: str,
    explanation: str,
    until: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one decision, of `decide()` or about a step that was passed over."""
    await session.execute(
        """
        insert into public.send_decisions
            (organization_id, enrollment_id, prospect_id, message_id, outcome, reason, explanation, until_at, details)
        values (%(organization_id)s, %(enrollment_id)s, %(prospect_id)s, %(message_id)s, %(outcome)s, %(reason)s,
                %(explanation)s, %(until)s, %(details)s)
        """,
        organization_id=organization_id,
        enrollment_id=enrollment_id,
        prospect_id=prospect_id,
        message_id=message_id,
        outcome=outcome,
        reason=reason,
        explanation=explanation,
        until=until,
        details=Json(details or {}),
    )
