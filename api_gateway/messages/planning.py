"""How a message comes into being: from a step that was written, or as an answer to a reply.

Called inside the caller's transaction, by a workflow session narrowed to the organization or by a member's. Both calls
may be repeated: the step's live message, or the reply's answer, is returned instead of a second one.
"""

import html
import zlib
from datetime import datetime
from typing import Any, Literal, LiteralString
from uuid import UUID

from psycopg.types.json import Json
from pydantic import BaseModel, ConfigDict, Field

from api_gateway.database import Session
from api_gateway.messages import content, repository
from api_gateway.scenarios.variants import LETTERS, letter_of
from kit.errors import Invalid, NotFound

Source = Literal["anthropic", "openai", "rules", "human"]

_STEP_GROUND: LiteralString = """
    select e.organization_id, e.campaign_id, e.prospect_id, e.needs_review, e.mailbox_id, c.approval_policy,
           coalesce(case when p.language in ('fr', 'en') then p.language end, c.language) as language,
           s.kind as step_kind, s.channel as step_channel,
           e.step_position = 0 and cardinality(e.passed_step_ids) = 0 as is_first_step, e.created_at as enrolled_at,
           jsonb_build_object('id', s.id, 'variants', s.variants, 'winner', d.winner, 'winner_at', d.decided_at) as step
    from public.enrollments e
    join public.campaigns c on c.id = e.campaign_id
    join public.prospects p on p.id = e.prospect_id
    join public.scenario_steps s on s.id = %(step_id)s
    left join public.variant_decisions d on d.step_id = s.id and d.since = s.variants_since
    where e.id = %(enrollment_id)s
"""
_REPLY_GROUND: LiteralString = """
    select r.organization_id, r.campaign_id, r.enrollment_id, r.prospect_id,
           coalesce(e.mailbox_id, r.mailbox_id) as mailbox_id, r.channel, r.subject,
           coalesce(
               (select d.language from public.reply_decisions d
                where d.organization_id = r.organization_id and d.reply_id = r.id and d.language in ('fr', 'en')
                order by d.created_at desc limit 1),
               c.language) as language,
           c.booking_url
    from public.replies r
    join public.campaigns c on c.id = r.campaign_id
    join public.enrollments e on e.id = r.enrollment_id
    where r.id = %(reply_id)s
"""
_LIVE: LiteralString = """
    select id, status from public.messages
    where enrollment_id = %(enrollment_id)s and step_id = %(step_id)s and channel = %(channel)s
      and status not in ('cancelled', 'rejected')
"""
_ANSWER: LiteralString = """
    select id, status from public.messages
    where reply_id = %(reply_id)s and kind = 'reply' and status not in ('cancelled', 'rejected')
"""
_INSERT: LiteralString = """
    insert into public.messages
        (organization_id, campaign_id, enrollment_id, prospect_id, step_id, reply_id, mailbox_id, kind, channel, status,
         subject, body, language, variant, source, model, prompt_version, used_facts, approved_by, approved_at)
    values
        (%(organization_id)s, %(campaign_id)s, %(enrollment_id)s, %(prospect_id)s, %(step_id)s, %(reply_id)s,
         %(mailbox_id)s, %(kind)s, %(channel)s, %(status)s, %(subject)s, %(body)s, %(language)s, %(variant)s,
         %(source)s, %(model_name)s, %(prompt_version)s, %(used_facts)s, %(approved_by)s,
         case when %(status)s = 'approved' then clock_timestamp() end)
    returning id, status
"""


class Variant(BaseModel):
    """One text, as ai_service wrote it."""

    model_config = ConfigDict(extra="ignore")

    subject: str | None = None
    body: str
    used_facts: list[Any] = Field(default_factory=list)


class WrittenMessage(BaseModel):
    """The answer of ai_service's `POST /v1/messages`, as far as it is kept."""

    model_config = ConfigDict(extra="ignore")

    variants: list[Variant] = Field(min_length=1)
    source: Source
    model: str | None = None
    prompt_version: str | None = None


class PlannedMessage(BaseModel):
    """What became of it: `approved` is planned in the ledger (or, on LinkedIn, a task); `pending_review` waits."""

    id: UUID
    status: str


class _Ground(BaseModel):
    organization_id: UUID
    campaign_id: UUID
    prospect_id: UUID
    needs_review: bool
    mailbox_id: UUID | None
    approval_policy: str
    language: str
    step_kind: str
    step_channel: str
    is_first_step: bool
    enrolled_at: datetime
    step: dict[str, Any]


class _ReplyGround(BaseModel):
    organization_id: UUID
    campaign_id: UUID
    enrollment_id: UUID
    prospect_id: UUID
    mailbox_id: UUID | None
    channel: str
    subject: str
    language: str
    booking_url: str | None


class StepGone(NotFound):
    code = "step_gone"
    default_detail = "The enrollment or its step is not there any more."


class NoBookingLink(Invalid):
    code = "no_booking_link"
    default_detail = "The campaign has no booking link to send."


async def create_from_step(
    session: Session, *, enrollment_id: UUID, step_id: UUID, written: WrittenMessage
) -> PlannedMessage:
    """Store what was written for a step; by the campaign's approval policy it is planned or waits for a person.

    `automatic`: approved, unless the qualification is disputed or a place in the text was never filled in.
    `review_first`: the first step waits. `review_all`: all wait. Of several texts an enrollment always gets the same
    one; of a step that compares variants the text was asked for by the enrollment's variant, whose letter it bears.
    Raises StepGone.
    """
    ground = await session.row(_Ground, _STEP_GROUND, enrollment_id=enrollment_id, step_id=step_id)
    if ground is None:
        raise StepGone
    existing = await session.row(
        PlannedMessage, _LIVE, enrollment_id=enrollment_id, step_id=step_id, channel=ground.step_channel
    )
    if existing is not None:
        return existing
    number = zlib.crc32(enrollment_id.bytes) % len(written.variants)
    chosen = written.variants[number]
    subject = (chosen.subject or "").strip()
    places = content.missing(ground.step_channel, subject, chosen.body, needs_subject=ground.is_first_step)
    review = (
        ground.needs_review
        or bool(places)
        or ground.approval_policy == "review_all"
        or (ground.approval_policy == "review_first" and ground.is_first_step)
    )
    planned = await session.row(
        PlannedMessage,
        _INSERT,
        organization_id=ground.organization_id,
        campaign_id=ground.campaign_id,
        enrollment_id=enrollment_id,
        prospect_id=ground.prospect_id,
        step_id=step_id,
        reply_id=None,
        mailbox_id=ground.mailbox_id,
        kind=ground.step_kind,
        channel=ground.step_channel,
        status="pending_review" if review else "approved",
        subject=subject,
        body=chosen.body,
        language=ground.language,
        variant=letter_of(ground.step, enrollment_id, ground.enrolled_at) or LETTERS[min(number, len(LETTERS) - 1)],
        source=written.source,
        model_name=written.model,
        prompt_version=written.prompt_version,
        used_facts=Json(chosen.used_facts),
        approved_by=None,
    )
    assert planned is not None  # noqa: S101 - an insert that returns
    await session.execute(
        """
        update public.campaign_progress set last_drafted_at = clock_timestamp()
        where organization_id = %(organization_id)s and campaign_id = %(campaign_id)s
        """,
        organization_id=ground.organization_id,
        campaign_id=ground.campaign_id,
    )
    if planned.status == "approved" and ground.step_channel != "linkedin":
        await repository.plan_send(session, planned.id)
    return planned


async def plan_reply(
    session: Session,
    *,
    reply_id: UUID,
    body: str,
    subject: str | None = None,
    with_booking_link: bool = False,
    source: Source = "rules",
    model: str | None = None,
    prompt_version: str | None = None,
    approved_by: UUID | None = None,
) -> PlannedMessage:
    """Answer a reply: a message of kind `reply`, approved, planned under the step key `reply:<reply_id>`.

    The booking link is put in here, by code, and only here; `subject` is the reply's own when not given. Raises
    NotFound, or NoBookingLink when one is wanted and the campaign has none.
    """
    ground = await session.row(_ReplyGround, _REPLY_GROUND, reply_id=reply_id)
    if ground is None:
        raise NotFound("There is no such reply in this organisation.")
    existing = await session.row(PlannedMessage, _ANSWER, reply_id=reply_id)
    if existing is not None:
        return existing
    text = body.strip()
    if with_booking_link:
        text = with_link(text, ground.booking_url, ground.language)
    planned = await session.row(
        PlannedMessage,
        _INSERT,
        organization_id=ground.organization_id,
        campaign_id=ground.campaign_id,
        enrollment_id=ground.enrollment_id,
        prospect_id=ground.prospect_id,
        step_id=None,
        reply_id=reply_id,
        mailbox_id=ground.mailbox_id,
        kind="reply",
        channel=ground.channel,
        status="approved",
        subject=(subject or "").strip() or answered_subject(ground.subject),
        body=text,
        language=ground.language,
        variant="A",
        source=source,
        model_name=model,
        prompt_version=prompt_version,
        used_facts=Json([]),
        approved_by=approved_by,
    )
    assert planned is not None  # noqa: S101 - an insert that returns
    await repository.plan_send(session, planned.id)
    return planned


def with_link(text: str, booking_url: str | None, language: str) -> str:
    """`text` with the booking link at its end, unless it is in it already. Raises NoBookingLink when there is none."""
    if not booking_url:
        raise NoBookingLink
    if booking_url in html.unescape(text):
        return text
    words = "Choose the time that suits you: " if language == "en" else "Choisissez le créneau qui vous convient : "
    return f"{text}\n\n{words}{booking_url}"


def answered_subject(subject: str) -> str:
    """The subject of an answer to a mail with this one."""
    subject = subject.strip()
    return subject if subject.casefold().startswith(("re:", "re :", "tr:", "aw:")) else f"Re: {subject}".strip()
