"""Thousands of people with one approved message each, planned in a few statements; for the proofs of size."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import anyio
import httpx2

from api_gateway.providers.instantly import Instantly
from tests.api_gateway.factories import (
    Db,
    insert,
    make_campaign,
    make_mailbox,
    make_tenant,
    one,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import Tenant
from tests.api_gateway.sends.scene import ALWAYS, connect
from tests.api_gateway.sends.vendor import Vendor, until

KEY = "key-of-the-tests"
AN_ORGANIZATION = 500
"""People of one organization. A send counts its organization's last hour, and that must not be what takes time."""
DAY = 86_400.0


@dataclass(frozen=True)
class Crowd:
    """The campaigns of some organizations and those they write to."""

    db: Db
    campaigns: list[UUID]
    emails: list[str]

    def states(self) -> dict[str, int]:
        """How many sends are in which state."""
        rows = self.db.execute(
            "select status, count(*) as n from public.send_intents where campaign_id = any (%s) group by status",
            [self.campaigns],
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
            where campaign_id = any (%s) and status in ('claimed', 'sending', 'ambiguous', 'planned')
              and (lease_until > now() or next_attempt_at > now())
            """,
            [self.campaigns],
        )
        return doubted

    def rows(self) -> dict[UUID, dict[str, Any]]:
        """The ledger as it stands, by intent."""
        rows = self.db.execute("select * from public.send_intents where campaign_id = any (%s)", [self.campaigns])
        return {row["id"]: row for row in rows}


@dataclass(frozen=True)
class _Group:
    """One organization's part of a crowd."""

    tenant: Tenant
    campaign: UUID
    mailbox: UUID
    emails: list[str]


def first_mails(db: Db, count: int) -> Crowd:
    """First mails through Resend, which knows idempotency keys."""
    groups = _groups(db, "resend", count)
    for group in groups:
        _enroll(db, group, status="qualified", step_position=0)
        _plan(db, group, step=0, kind="email")
    return _crowd(db, groups)


def follow_ups(db: Db, instantly: Vendor, count: int) -> Crowd:
    """Follow-ups in threads at Instantly, for which it has no protection: the same call twice is two mails."""
    instantly.control("configure", liveliness=0.0)
    groups = _groups(db, "instantly", count)
    for group in groups:
        instantly.client.post(
            f"{instantly.url}/api/v2/leads/add",
            json={"campaign_id": _bind(db, group, instantly), "leads": [{"email": email} for email in group.emails]},
            headers={"Authorization": f"Bearer {KEY}"},
        ).raise_for_status()
    until(lambda: instantly.health()["tables"].get("emails", 0) >= count, 120)
    # What is to come of them must not happen while the gateway dies.
    instantly.control("configure", day_seconds=DAY)
    mails = {effect["lead_email"]: effect["record"] for effect in instantly.written("email_sent")}
    for group in groups:
        _enroll(db, group, status="in_sequence", step_position=1)
        _thread(db, group, [mails[email] for email in group.emails])
        _plan(db, group, step=1, kind="follow_up")
    return _crowd(db, groups)


def _crowd(db: Db, groups: list[_Group]) -> Crowd:
    # Rows that came in thousands have not been counted yet, and a plan made without a count is a slow one.
    db.execute("analyze public.send_intents, public.messages, public.enrollments, public.prospects")
    return Crowd(db, [group.campaign for group in groups], [email for group in groups for email in group.emails])


def _groups(db: Db, provider: str, count: int) -> list[_Group]:
    return [_group(db, provider, min(AN_ORGANIZATION, count - begun)) for begun in range(0, count, AN_ORGANIZATION)]


def _group(db: Db, provider: str, count: int) -> _Group:
    tenant = make_tenant(db)
    campaign = make_campaign(db, tenant, **ALWAYS)
    mailbox = make_mailbox(db, tenant, provider=provider, daily_cap=2_000, min_gap_seconds=0)
    db.execute(
        "update public.sending_settings set hourly_cap = 10000, mailbox_daily_cap = 2000, min_gap_seconds = 0 "
        "where organization_id = %s",
        [tenant.id],
    )
    connect(db, tenant, provider, KEY)
    return _Group(tenant, campaign, mailbox, [f"{uuid4().hex[:16]}@exemple.example" for _ in range(count)])


def _bind(db: Db, group: _Group, instantly: Vendor) -> str:
    address = one(db, "select address from public.mailboxes where id = %s", group.mailbox)["address"]

    async def make() -> str:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return await Instantly(client, instantly.url, KEY).create_campaign("SaaS", address, "Europe/Paris", 2_000)

    binding = anyio.run(make)
    insert(
        db, "campaign_mailboxes", organization_id=group.tenant.id, campaign_id=group.campaign,
        mailbox_id=group.mailbox, provider_campaign_id=binding, is_chosen=False,
    )  # fmt: skip
    return binding


def _enroll(db: Db, group: _Group, *, status: str, step_position: int) -> None:
    db.execute(
        """
        with who as (
            select email, gen_random_uuid() as id from unnest(%(emails)s::text[]) as e (email)
        ), people as (
            insert into public.prospects (id, organization_id, first_name, last_name, title, email, email_norm)
            select id, %(organization)s, 'Jeanne', 'Durand', 'Directrice', email, email from who
            returning id
        )
        insert into public.enrollments (organization_id, campaign_id, prospect_id, status, step_position, mailbox_id)
        select %(organization)s, %(campaign)s, id, %(status)s, %(position)s, %(mailbox)s from people
        """,
        {
            "emails": group.emails, "organization": group.tenant.id, "campaign": group.campaign, "status": status,
            "position": step_position, "mailbox": group.mailbox,
        },
    )  # fmt: skip


def _thread(db: Db, group: _Group, mails: list[dict[str, Any]]) -> None:
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
            "organization": group.tenant.id,
        },
    )  # fmt: skip


def _plan(db: Db, group: _Group, *, step: int, kind: str) -> None:
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
        {
            "step": step_ids(db, scenario_id(db, group.tenant))[step], "kind": kind, "campaign": group.campaign,
            "organization": group.tenant.id,
        },
    )  # fmt: skip
