"""Thousands of people with one approved message each, planned in a few statements; for the proofs of size."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx2

from api_gateway.providers.instantly import Instantly
from tests.api_gateway.factories import Db, make_campaign, make_mailbox, make_tenant, scenario_id, step_ids
from tests.api_gateway.people import Tenant
from tests.api_gateway.sends.scene import ALWAYS, connect
from tests.api_gateway.sends.vendor import Vendor, until

KEY = "key-of-the-tests"
MAILBOXES = 4
LEADS_A_CALL = 1_000
DAY = 86_400.0


@dataclass(frozen=True)
class Crowd:
    """One campaign and those it writes to."""

    db: Db
    tenant: Tenant
    campaign: UUID
    emails: list[str]

    def states(self) -> dict[str, int]:
        """How many sends are in which state."""
        rows = self.db.execute(
            "select status, count(*) as n from public.send_intents where campaign_id = %s group by status",
            [self.campaign],
        )
        return {row["status"]: row["n"] for row in rows}

    def let_leases_run_out(self) -> int:
        """What time would do when nobody comes back. Answers how many sends were on their way."""
        doubted = self.states().get("sending", 0)
        self.db.execute(
            """
            update public.send_intents
            set lease_until = least(lease_until, now() - interval '1 s'),
                next_attempt_at = least(next_attempt_at, now())
            where campaign_id = %s and status in ('claimed', 'sending', 'ambiguous', 'planned')
              and (lease_until > now() or next_attempt_at > now())
            """,
            [self.campaign],
        )
        return doubted

    def rows(self) -> dict[UUID, dict[str, Any]]:
        """The ledger as it stands, by intent."""
        rows = self.db.execute("select * from public.send_intents where campaign_id = %s", [self.campaign])
        return {row["id"]: row for row in rows}


def first_mails(db: Db, count: int) -> Crowd:
    """First mails through Resend, which knows idempotency keys."""
    tenant, campaign, mailboxes = _campaign(db, "resend")
    emails = _addresses(count)
    _enroll(db, tenant, campaign, mailboxes, emails, status="qualified", step_position=0)
    _plan(db, tenant, campaign, step_ids(db, scenario_id(db, tenant))[0], "email")
    return Crowd(db, tenant, campaign, emails)


def follow_ups(db: Db, instantly: Vendor, count: int) -> Crowd:
    """Follow-ups in threads at Instantly, for which it has no protection: the same call twice is two mails."""
    tenant, campaign, mailboxes = _campaign(db, "instantly")
    emails = _addresses(count)
    instantly.control("configure", liveliness=0.0)
    bindings = _bind(db, tenant, campaign, mailboxes, instantly)
    for number, binding in enumerate(bindings):
        theirs = [{"email": email} for email in emails[number::MAILBOXES]]
        for at in range(0, len(theirs), LEADS_A_CALL):
            instantly.client.post(
                f"{instantly.url}/api/v2/leads/add",
                json={"campaign_id": binding, "leads": theirs[at : at + LEADS_A_CALL]},
                headers={"Authorization": f"Bearer {KEY}"},
            ).raise_for_status()
    until(lambda: instantly.health()["tables"].get("emails", 0) >= count, 120)
    # What is to come of them must not happen while the gateway dies.
    instantly.control("configure", day_seconds=DAY)
    _enroll(db, tenant, campaign, mailboxes, emails, status="in_sequence", step_position=1)
    _thread(db, tenant, [effect["record"] for effect in instantly.written("email_sent")])
    _plan(db, tenant, campaign, step_ids(db, scenario_id(db, tenant))[1], "follow_up")
    return Crowd(db, tenant, campaign, emails)


def _campaign(db: Db, provider: str) -> tuple[Tenant, UUID, list[UUID]]:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant, **ALWAYS)
    mailboxes = [
        make_mailbox(db, tenant, provider=provider, daily_cap=2_000, min_gap_seconds=0) for _ in range(MAILBOXES)
    ]
    db.execute(
        "update public.sending_settings set hourly_cap = 10000, mailbox_daily_cap = 2000, min_gap_seconds = 0 "
        "where organization_id = %s",
        [tenant.id],
    )
    connect(db, tenant, provider, KEY)
    return tenant, campaign, mailboxes


def _addresses(count: int) -> list[str]:
    return [f"{uuid4().hex[:16]}@exemple.example" for _ in range(count)]


def _bind(db: Db, tenant: Tenant, campaign: UUID, mailboxes: list[UUID], instantly: Vendor) -> list[str]:
    async def make(address: str) -> str:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await Instantly(client, instantly.url, KEY).create_campaign("SaaS", address, "Europe/Paris", 2_000)

    bindings = []
    for mailbox in mailboxes:
        row = db.execute("select address from public.mailboxes where id = %s", [mailbox]).fetchone()
        assert row is not None
        bindings.append(anyio.run(make, row["address"]))
        db.execute(
            "insert into public.campaign_mailboxes (organization_id, campaign_id, mailbox_id, provider_campaign_id, "
            "is_chosen) values (%s, %s, %s, %s, false)",
            [tenant.id, campaign, mailbox, bindings[-1]],
        )
    return bindings


def _enroll(
    db: Db, tenant: Tenant, campaign: UUID, mailboxes: list[UUID], emails: list[str], *, status: str, step_position: int
) -> None:
    db.execute(
        """
        with who as (
            select email, at, gen_random_uuid() as id from unnest(%(emails)s::text[]) with ordinality as e (email, at)
        ), people as (
            insert into public.prospects (id, organization_id, first_name, last_name, title, email, email_norm)
            select id, %(organization)s, 'Jeanne', 'Durand', 'Directrice', email, email from who
            returning id
        )
        insert into public.enrollments (organization_id, campaign_id, prospect_id, status, step_position, mailbox_id)
        select %(organization)s, %(campaign)s, w.id, %(status)s, %(position)s,
               (%(mailboxes)s::uuid[])[1 + (w.at - 1) %% %(spread)s]
        from who w join people p on p.id = w.id
        """,
        {
            "emails": emails, "organization": tenant.id, "campaign": campaign, "status": status,
            "position": step_position, "mailboxes": mailboxes, "spread": len(mailboxes),
        },
    )  # fmt: skip


def _thread(db: Db, tenant: Tenant, mails: list[dict[str, Any]]) -> None:
    """What the webhooks of the first mails would have told."""
    db.execute(
        """
        update public.enrollments e
        set provider_lead_id = m.lead_id, provider_thread_id = m.thread_id, provider_reply_to = m.id,
            provider_reply_at = now()
        from unnest(%(leads)s::text[], %(threads)s::text[], %(ids)s::text[], %(emails)s::text[])
             as m (lead_id, thread_id, id, email)
        join public.prospects p on p.organization_id = %(organization)s and p.email_norm = m.email
        where e.prospect_id = p.id
        """,
        {
            "leads": [mail["lead_id"] for mail in mails], "threads": [mail["thread_id"] for mail in mails],
            "ids": [mail["id"] for mail in mails], "emails": [mail["lead"] for mail in mails],
            "organization": tenant.id,
        },
    )  # fmt: skip


def _plan(db: Db, tenant: Tenant, campaign: UUID, step: UUID, kind: str) -> None:
    db.execute(
        """
        with written as (
            insert into public.messages (organization_id, campaign_id, enrollment_id, prospect_id, step_id, kind,
                                         channel, status, subject, body, source)
            select organization_id, campaign_id, id, prospect_id, %(step)s, %(kind)s, 'email', 'approved', 'Suite',
                   'Je reviens vers vous.', 'rules'
            from public.enrollments where campaign_id = %(campaign)s
            returning id, enrollment_id
        )
        insert into public.send_intents (organization_id, campaign_id, enrollment_id, message_id, step_key, channel,
                                         idempotency_key)
        select %(organization)s, %(campaign)s, enrollment_id, id, %(step)s::text, 'email', 'sm-' || gen_random_uuid()
        from written
        """,
        {"step": step, "kind": kind, "campaign": campaign, "organization": tenant.id},
    )
    # Rows that came in thousands have not been counted yet, and a plan made without a count is a slow one.
    db.execute("analyze public.send_intents, public.messages, public.enrollments, public.prospects")
