"""The people of a story as they stand before anything happens: written to, in sequence, two messages sent."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from psycopg import sql

from tests.api_gateway.factories import Db, insert, make_campaign, make_mailbox, scenario_id, step_ids
from tests.api_gateway.people import Tenant
from tests.torture.lines import MAILBOXES, START, Person
from tests.torture.story import RUNS

CHANNELS = {"instantly": "email", "resend": "email", "twilio": "sms"}


def bulk(db: Db, table: str, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many rows with the same columns in one statement."""
    columns = sql.SQL(", ").join(map(sql.Identifier, rows[0]))
    query = sql.SQL("insert into public.{t} ({c}) select {c} from jsonb_populate_recordset(null::public.{t}, %s)")
    db.execute(query.format(t=sql.Identifier(table), c=columns), [json.dumps(rows, default=str)])


def seat(db: Db, tenant: Tenant, people: Sequence[Person]) -> None:
    """Bring `people` into an organization: a campaign for each provider, everybody's two messages sent."""
    steps = step_ids(db, scenario_id(db, tenant))
    for provider, count in MAILBOXES.items():
        campaign = make_campaign(db, tenant, name=provider, status="active")
        mailboxes = [
            make_mailbox(db, tenant, provider=provider, address=f"sdr{number}@{provider}.try-us.example")
            for number in range(count)
        ]
        for number, mailbox in enumerate(mailboxes):
            insert(
                db, "campaign_mailboxes", organization_id=tenant.id, campaign_id=campaign, mailbox_id=mailbox,
                provider_campaign_id=f"campaign-{number}" if provider == "instantly" else None,
            )  # fmt: skip
        theirs = [person for person in people if person.provider == provider]
        _write(db, tenant, campaign, mailboxes, steps[:2], theirs)
    campaign = make_campaign(db, tenant, name="scrapes", source="phantombuster")
    bulk(
        db, "workflow_runs",
        [
            {
                "id": uuid4(), "organization_id": tenant.id, "campaign_id": campaign, "status": "succeeded",
                "workflow_name": "scrape-linkedin-prospects", "container_id": f"c-{number}", "progress": 1,
            }
            for number in range(1, RUNS + 1)
        ],
    )  # fmt: skip


def _write(
    db: Db, tenant: Tenant, campaign: UUID, mailboxes: list[UUID], steps: list[UUID], people: list[Person]
) -> None:
    def named(person: Person, what: str) -> UUID:
        return uuid5(tenant.id, f"{what}:{person.email}")

    def whose(person: Person) -> dict[str, Any]:
        return {
            "organization_id": tenant.id, "campaign_id": campaign, "enrollment_id": person.enrollment(tenant.id),
        }  # fmt: skip

    bulk(
        db, "prospects",
        [
            {
                "id": named(person, "prospect"), "organization_id": tenant.id, "first_name": "Jeanne",
                "email": person.email, "email_norm": person.email, "phone": person.phone, "phone_e164": person.phone,
                "time_zone": "Europe/Paris",
            }
            for person in people
        ],
    )  # fmt: skip
    bulk(
        db, "enrollments",
        [
            {
                "id": person.enrollment(tenant.id), "organization_id": tenant.id, "campaign_id": campaign,
                "prospect_id": named(person, "prospect"), "status": "in_sequence", "step_position": 2,
                "mailbox_id": mailboxes[person.mailbox], "next_step_due_at": START + timedelta(days=3_650),
            }
            for person in people
        ],
    )  # fmt: skip
    sent = [(person, step, START + timedelta(days=step - 1)) for person in people for step in (1, 2)]
    bulk(
        db, "messages",
        [
            {
                **whose(person), "id": named(person, f"message-{step}"), "prospect_id": named(person, "prospect"),
                "step_id": steps[step - 1], "mailbox_id": mailboxes[person.mailbox], "kind": "email",
                "channel": CHANNELS[person.provider], "status": "sent", "subject": "Votre équipe", "body": "Bonjour",
                "source": "rules", "sent_at": at,
                # Instantly names the mail in its events only; the others when they take it.
                "provider_message_id": None if person.provider == "instantly" else person.mail(step),
            }
            for person, step, at in sent
        ],
    )  # fmt: skip
    bulk(
        db, "send_intents",
        [
            {
                **whose(person), "id": uuid4(), "message_id": named(person, f"message-{step}"),
                "step_key": str(steps[step - 1]), "channel": CHANNELS[person.provider], "status": "sent",
                "mailbox_id": mailboxes[person.mailbox], "idempotency_key": f"sm-{uuid4()}", "sending_at": at,
                "sent_at": at, "next_attempt_at": at,
            }
            for person, step, at in sent
        ],
    )  # fmt: skip


# Everything that events change, by names that mean the same in two organizations. What a vendor gives no time for
# (Twilio) has the time of its arrival, which is left out.
_STATE: dict[str, str] = {
    "enrollments": """
        select p.email_norm, e.status, e.stop_reason, e.hold_until, e.provider_reply_to, e.provider_reply_at,
               e.next_step_due_at is null as stopped,
               case when c.name <> 'twilio' then p.last_inbound_at end as heard_at
        from public.enrollments e
        join public.prospects p on p.id = e.prospect_id join public.campaigns c on c.id = e.campaign_id
        where e.organization_id = %(id)s
    """,
    "messages": """
        select p.email_norm, m.channel, s.position, m.status, m.provider_message_id
        from public.messages m join public.prospects p on p.id = m.prospect_id
        left join public.scenario_steps s on s.id = m.step_id where m.organization_id = %(id)s
    """,
    "message_events": """
        select p.email_norm, s.position, v.kind, case when m.channel <> 'sms' then v.occurred_at end, v.details
        from public.message_events v join public.messages m on m.id = v.message_id
        join public.prospects p on p.id = m.prospect_id left join public.scenario_steps s on s.id = m.step_id
        where v.organization_id = %(id)s
    """,
    "replies": """
        select p.email_norm, r.provider_message_id, r.channel, r.subject, r.body_text, r.body_stripped, r.is_automatic,
               r.status, case when r.channel <> 'sms' then r.received_at end, c.channel as thread,
               i.source, i.status as event
        from public.replies r join public.prospects p on p.id = r.prospect_id
        join public.conversations c on c.id = r.conversation_id and c.enrollment_id = r.enrollment_id
        left join public.inbound_events i on i.id = r.inbound_event_id where r.organization_id = %(id)s
    """,
    "reply_decisions": """
        select r.provider_message_id, d.intent, d.action_taken, d.decided_by, d.reasons, d.hold_until
        from public.reply_decisions d join public.replies r on r.id = d.reply_id where d.organization_id = %(id)s
    """,
    "conversations": """
        select p.email_norm, c.channel, c.subject, case when c.channel <> 'sms' then c.last_message_at end
        from public.conversations c join public.prospects p on p.id = c.prospect_id where c.organization_id = %(id)s
    """,
    # Of several reasons the first told is kept: see `stops_told`.
    "suppressions": "select kind, value_norm from public.suppressions where organization_id = %(id)s",
    "meetings": """
        select p.email_norm, c.name as campaign, m.provider, m.booking_uid,
               (select array_agg(uid order by uid) from unnest(m.previous_uids) uid) as previous,
               m.title, m.start_at, m.end_at, m.time_zone, m.status, m.video_url, m.organizer_email, m.attendee_email,
               m.attendee_name, m.attendees, m.cancellation_reason, m.last_event_at, m.last_event_rank, m.detail_stamps
        from public.meetings m left join public.prospects p on p.id = m.prospect_id
        left join public.campaigns c on c.id = m.campaign_id where m.organization_id = %(id)s
    """,
    "mailboxes": """
        select b.address, b.health, sum(d.sent), sum(d.bounced), sum(d.complained)
        from public.mailboxes b left join public.mailbox_days d on d.mailbox_id = b.id
        where b.organization_id = %(id)s group by b.id
    """,
    "campaigns": "select name, status from public.campaigns where organization_id = %(id)s",
    "inbound_events": """
        select source, event_type, occurred_at, status, case when status <> 'handled' then error end, count(*)
        from public.inbound_events where organization_id = %(id)s group by 1, 2, 3, 4, 5
    """,
}


def state_of(db: Db, organization_id: UUID) -> dict[str, list[str]]:
    """What there is after a story, table by table, each row as text, sorted."""
    return {
        table: sorted(str(list(row.values())) for row in db.execute(query, {"id": organization_id}).fetchall())
        for table, query in _STATE.items()
    }


def stops_told(db: Db, organization_id: UUID, people: Sequence[Person]) -> list[str]:
    """Suppressions whose reason is none that the story gives for that person: the first told gives it its name."""
    reasons = {address: person.stops for person in people for address in (person.email, person.phone)}
    rows = db.execute(
        "select value_norm, reason from public.suppressions where organization_id = %s", [organization_id]
    ).fetchall()
    return [str(row) for row in rows if row["reason"] not in reasons.get(row["value_norm"], ())]
