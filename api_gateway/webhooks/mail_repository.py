"""SQL of mail events: whom they are about, and what they leave."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.suppressions import repository as suppressions
from api_gateway.suppressions.keys import UnreadableAddress, keys_of, normalized
from api_gateway.webhooks.events import IncomingReply, MailEvent

MOST_SEARCHED = 50_000
MOST_KEYS = 20
# Programs fold the header, drop the brackets and change the case.
_OUR_KEY = re.compile(r"(?i)(?<![\w.+-])(sm-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@")
_FINAL_RECIPIENT = re.compile(r"(?im)^(?:final|original)-recipient:\s*rfc822;\s*<?([^\s<>;]+@[^\s<>;]+)>?\s*$")


class Target(BaseModel):
    """The enrollment that an event is about, locked, and the message when it names one that we know."""

    organization_id: UUID
    campaign_id: UUID
    enrollment_id: UUID
    prospect_id: UUID
    message_id: UUID | None = None


_BY_MESSAGE: LiteralString = """
    select enrollment_id from public.messages
    where organization_id = private.workflow_organization_id() and provider_message_id = %(message_id)s
    limit 1
"""
# The Message-ID of what we send by Resend or SMTP holds the send's own key.
_BY_THREAD: LiteralString = """
    select i.enrollment_id from public.send_intents i
    where i.organization_id = private.workflow_organization_id() and i.idempotency_key = any (%(keys)s)
    order by i.sending_at desc nulls last
    limit 1
"""
_BY_CAMPAIGN: LiteralString = """
    select e.id
    from public.campaign_mailboxes b
    join public.enrollments e on e.organization_id = b.organization_id and e.campaign_id = b.campaign_id
    join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
    where b.organization_id = private.workflow_organization_id() and b.provider_campaign_id = %(campaign_id)s
      and p.email_norm = %(address)s
    limit 1
"""
# Whoever answers answers what they were sent last.
_BY_ADDRESS: LiteralString = """
    select m.enrollment_id
    from public.prospects p
    join public.messages m on m.organization_id = p.organization_id and m.prospect_id = p.id
    where p.organization_id = private.workflow_organization_id()
      and case when %(channel)s = 'sms' then p.phone_e164 = %(address)s else p.email_norm = %(address)s end
      and m.channel = %(channel)s and m.status in ('sending', 'sent', 'ambiguous')
    order by coalesce(m.sent_at, m.created_at) desc, m.id
    limit 1
"""
_LOCK: LiteralString = """
    select e.organization_id, e.campaign_id, e.id as enrollment_id, e.prospect_id
    from public.enrollments e
    join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id and p.erased_at is null
    where e.id = %(id)s
    for update of e
"""
# The vendor's id names the message; before it is known to us, the step does. Any other mail is none of ours.
_MESSAGE: LiteralString = """
    select m.id
    from public.messages m
    left join public.scenario_steps s on s.organization_id = m.organization_id and s.id = m.step_id
    where m.organization_id = private.workflow_organization_id() and m.enrollment_id = %(enrollment_id)s
      and m.channel = %(channel)s and m.status in ('approved', 'scheduled', 'sending', 'sent', 'ambiguous', 'failed')
      and (%(message_id)s::text is null or m.provider_message_id = %(message_id)s
           or (m.provider_message_id is null and (%(step)s::int is null or s.position = %(step)s)))
    order by m.provider_message_id is not distinct from %(message_id)s::text desc,
             s.position is not distinct from %(step)s::int desc,
             s.position nulls last, m.created_at, m.id
    limit 1
"""


def answered_keys(reply: IncomingReply) -> list[str]:
    """The keys of our own sends that a mail names: in In-Reply-To and References, or in what a report gives back."""
    headers = {name.lower(): value for name, value in reply.headers.items()}
    named = f"{headers.get('in-reply-to', '')} {headers.get('references', '')}"
    found = _OUR_KEY.findall(named) or (_OUR_KEY.findall(reply.text[:MOST_SEARCHED]) if _is_report(headers) else [])
    return list(dict.fromkeys(key.lower() for key in found))[:MOST_KEYS]


def _normal(address: str, channel: str) -> str:
    """An address in the form in which people's are kept; what is no address stays as it is."""
    try:
        return normalized("phone" if channel == "sms" else "email", address).value if address else address
    except UnreadableAddress:
        return address


def _addressee(said: MailEvent) -> str:
    """Whom a reply is about: its sender or, of a mail server's report, whom it could not reach."""
    if said.reply is None:
        return said.address
    headers = {name.lower(): value for name, value in said.reply.headers.items()}
    if not _is_report(headers) and said.address.partition("@")[0] not in {"mailer-daemon", "postmaster"}:
        return said.address
    failed = headers.get("x-failed-recipients") or next(iter(_FINAL_RECIPIENT.findall(said.reply.text)), "")
    return failed.partition(",")[0].strip().lower() or said.address


def _is_report(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").lower()
    return "multipart/report" in kind or "delivery-status" in kind or "auto-submitted" in headers


async def find_target(session: Session, said: MailEvent) -> Target | None:
    """Who and what `said` is about, with the enrollment locked for the rest of the transaction."""
    enrollment_id = None
    if said.reply is not None and (keys := answered_keys(said.reply)):
        enrollment_id = await session.value(_BY_THREAD, keys=keys)
    if said.provider_message_id and said.kind != "reply":
        enrollment_id = await session.value(_BY_MESSAGE, message_id=said.provider_message_id)
    if enrollment_id is None and said.provider_campaign_id:
        enrollment_id = await session.value(
            _BY_CAMPAIGN, campaign_id=said.provider_campaign_id, address=_normal(said.address, "email")
        )
    elif enrollment_id is None and said.address:
        enrollment_id = await session.value(
            _BY_ADDRESS, address=_normal(_addressee(said), said.channel), channel=said.channel
        )
    if enrollment_id is None:
        return None
    await _lock_person(session, enrollment_id)
    target = await session.row(Target, _LOCK, id=enrollment_id)
    if target is None or said.kind in {"reply", "label", "unsubscribed"}:
        return target
    message_id = await session.value(
        _MESSAGE,
        enrollment_id=enrollment_id,
        channel=said.channel,
        message_id=said.provider_message_id,
        step=said.step,
    )
    return target.model_copy(update={"message_id": message_id})


async def _lock_person(session: Session, enrollment_id: UUID) -> None:
    """The locks that a send takes first as well, so that the two never wait for each other crosswise."""
    rows = await session.dicts(
        """
        select p.organization_id, p.email_norm, p.phone_e164, p.linkedin_norm
        from public.enrollments e
        join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
        where e.id = %(id)s
        """,
        id=enrollment_id,
    )
    for row in rows:
        keys = keys_of(row["email_norm"], row["phone_e164"], row["linkedin_norm"])
        await suppressions.lock(session, row["organization_id"], keys)


async def prospect_of(session: Session, address: str) -> UUID | None:
    """Whose e-mail address it is, written to or not."""
    prospect_id: UUID | None = await session.value(
        """
        select id from public.prospects
        where organization_id = private.workflow_organization_id() and email_norm = %(address)s and erased_at is null
        limit 1
        """,
        address=_normal(address, "email"),
    )
    return prospect_id


async def insert_message_event(session: Session, **values: Any) -> bool:
    """Whether the event was new."""
    return bool(
        await session.execute(
            """
            insert into public.message_events (organization_id, message_id, campaign_id, kind, occurred_at, details)
            values (%(organization_id)s, %(message_id)s, %(campaign_id)s, %(kind)s, %(occurred_at)s, %(details)s)
            on conflict do nothing
            """,
            **values,
        )
    )


async def note_thread(
    session: Session,
    *,
    enrollment_id: UUID | None,
    message_id: UUID | None,
    provider_message_id: str | None,
    at: datetime,
) -> None:
    """Remember the vendor's id of a message that went out, and that an enrollment's next mail answers the latest."""
    if provider_message_id is None:
        return
    if message_id is not None:
        await session.execute(
            """
            update public.messages set provider_message_id = %(provider_message_id)s
            where id = %(id)s and provider_message_id is distinct from %(provider_message_id)s
            """,
            id=message_id,
            provider_message_id=provider_message_id,
        )
    if enrollment_id is None:
        return
    await session.execute(
        """
        update public.enrollments e set provider_reply_to = %(provider_message_id)s, provider_reply_at = %(at)s
        where e.id = %(id)s
          and (e.provider_reply_to is null or (%(at)s::timestamptz, %(provider_message_id)s::text) > (
              coalesce(e.provider_reply_at, (
                  select m.sent_at from public.messages m
                  where m.organization_id = e.organization_id and m.provider_message_id = e.provider_reply_to limit 1
              ), '-infinity'), e.provider_reply_to))
        """,
        id=enrollment_id,
        provider_message_id=provider_message_id,
        at=at,
    )


async def note_declined(session: Session, enrollment_id: UUID) -> None:
    """Somebody said no at the vendor."""
    await session.execute(
        """
        update public.enrollments set stop_reason = 'declined_at_vendor'
        where id = %(id)s and stop_reason is distinct from 'declined_at_vendor'
        """,
        id=enrollment_id,
    )


async def last_sent_before(session: Session, enrollment_id: UUID, channel: str, at: datetime) -> UUID | None:
    """The message that a report of that moment is about."""
    message_id: UUID | None = await session.value(
        """
        select id from public.messages
        where enrollment_id = %(id)s and channel = %(channel)s and status = 'sent' and sent_at <= %(at)s
        order by sent_at desc, id limit 1
        """,
        id=enrollment_id,
        channel=channel,
        at=at,
    )
    return message_id


async def has_failed(session: Session, message_id: UUID, kind: str) -> bool:
    """Whether this was told of the message before, whichever way."""
    known: bool = await session.value(
        "select exists (select from public.message_events where message_id = %(id)s and kind = %(kind)s)",
        id=message_id,
        kind=kind,
    )
    return known
