"""Why did, or didn't, this person get a message; and when is the next one?"""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.sends import repository
from api_gateway.sends.decide import CampaignFacts, Defer, Stop, campaign_says
from api_gateway.sends.desk import Desk
from api_gateway.sends.progress import OPEN
from api_gateway.sends.repository import IntentFacts
from api_gateway.sends.schemas import ProspectDecisions, SendDecision
from api_gateway.sessions import Member
from api_gateway.suppressions.keys import Key, keys_of
from api_gateway.suppressions.service import suppressed_reason
from kit.errors import NotFound
from kit.settings import decode_key

MOST_DECISIONS = 200


class ProspectNotFound(NotFound):
    code = "prospect_not_found"
    default_detail = "There is no such prospect in this organisation."


class _Next(NamedTuple):
    at: datetime | None
    reason: str


class _Place(BaseModel):
    """Where a person stands in one campaign. `open_*` and `refused`: the message that the sequence waits for."""

    campaign_status: str
    is_stopped: bool
    status: str
    position: int
    due_at: datetime | None
    hold_until: datetime | None
    open_status: str | None
    open_channel: str | None
    refused: str | None
    is_answering: bool


_MESSAGES = {
    "draft": "A draft waits until somebody has read and approved it.",
    "pending_review": "A draft waits until somebody has read and approved it.",
    "sending": "A message is on its way.",
    "ambiguous": "Nobody can tell yet whether the last message went out; until that is settled nothing more is sent.",
}
_BEFORE = frozenset({"found", "enriching", "enriched", "qualifying"})
_NO_MESSAGES = {
    "nurture": "The person is kept for later: not qualified enough to be written to now.",
    "rejected": "The person was set aside; no sequence runs for them.",
    "completed": "The sequence has come to its end.",
}


async def explain(member: Member, prospect_id: UUID) -> ProspectDecisions:
    """Stored decisions, newest first, and what `decide()` says this moment about what is planned."""
    rows = await member.session.dicts(
        """
        select email_norm, phone_e164, linkedin_norm from public.prospects
        where organization_id = %(organization_id)s and id = %(id)s
        """,
        organization_id=member.organization_id,
        id=prospect_id,
    )
    if not rows:
        raise ProspectNotFound
    coming = await _coming(member, prospect_id, keys_of(**rows[0]))
    return ProspectDecisions(
        items=await _stored(member.session, member.organization_id, prospect_id),
        next_at=coming.at,
        next_reason=coming.reason,
    )


async def _coming(member: Member, prospect_id: UUID, keys: list[Key]) -> _Next:
    """When the next message may go, of whatever campaign is first; why none may, when none may."""
    now = datetime.now(UTC)
    secret = decode_key(member.shared.settings.unsubscribe_key.get_secret_value())
    # Members may not read leases; the facts of a send hold one.
    session = member.session
    async with session.as_workflow(member.organization_id, actor="gateway", reason="explain"):
        suppressed = await suppressed_reason(session, organization_id=member.organization_id, keys=keys, secret=secret)
        intents = await repository.open_facts_of_prospect(session, prospect_id)
        desk = await Desk.laid(session, member.organization_id, intents, secret=secret, now=now)
    if suppressed is not None:
        return _Next(None, f"On the suppression list: {suppressed}.")
    found = [_planned(desk, intent) for intent in intents]
    found += [
        said
        for place in await _places(member.session, member.organization_id, prospect_id)
        if (said := _of_place(place, now)) is not None
    ]
    if not found:
        return _Next(None, "The person is in no campaign.")
    dated = [one for one in found if one.at is not None]
    return min(dated, key=lambda one: one.at or now) if dated else found[0]


def _planned(desk: Desk, intent: IntentFacts) -> _Next:
    """A message that is planned, judged now."""
    decision, _ = desk.judge(intent)
    if isinstance(decision, Stop):
        return _Next(None, decision.explanation)
    until = decision.until if isinstance(decision, Defer) else desk.now
    return _Next(None if until is None else max(until, intent.next_attempt_at), decision.explanation)


def _of_place(place: _Place, now: datetime) -> _Next | None:
    """What a campaign has in store for the person; None when it is a message that is planned."""
    if place.open_status is not None:
        if place.open_channel == "linkedin" and place.open_status == "approved":
            return _Next(None, "A message on LinkedIn waits to be sent by hand and marked as done.")
        reason = _MESSAGES.get(place.open_status)
        return None if reason is None else _Next(None, reason)
    if place.is_answering:
        return _Next(None, "A reply of theirs waits to be answered.")
    if place.status in OPEN | _BEFORE:
        return _running(place, now)
    ended = place.status.replace("_", " ")
    return _Next(None, _NO_MESSAGES.get(place.status, f"The sequence has ended for this person: {ended}."))


def _running(place: _Place, now: datetime) -> _Next:
    no = campaign_says(CampaignFacts(status=place.campaign_status, organization_stopped=place.is_stopped))
    if no is None and place.campaign_status != "active":
        no = Stop("campaign_not_active", f"The campaign is {place.campaign_status}.")
    if no is not None:
        return _Next(None, no.explanation)
    if place.status in _BEFORE:
        return _Next(None, "The person is still being researched and qualified.")
    return _falling_due(place, now)


def _falling_due(place: _Place, now: datetime) -> _Next:
    if place.due_at is None:
        if place.refused is not None:
            return _Next(None, f"The last message was refused for good, and somebody may try it again: {place.refused}")
        return _Next(None, "The next message is not written yet.")
    if place.hold_until is not None and place.hold_until > max(now, place.due_at):
        return _Next(place.hold_until, "The person is away; the sequence waits.")
    return _Next(max(place.due_at, now), f"Step {place.position} is written when it falls due.")


async def _stored(session: Session, organization_id: UUID, prospect_id: UUID) -> list[SendDecision]:
    return await session.rows(
        SendDecision,
        """
        select d.id, d.enrollment_id, c.id as campaign_id, c.name as campaign_name, d.message_id, d.outcome, d.reason,
               d.explanation, d.until_at, d.details, d.decided_at
        from public.send_decisions d
        join public.enrollments e on e.id = d.enrollment_id
        join public.campaigns c on c.id = e.campaign_id
        where d.organization_id = %(organization_id)s and d.prospect_id = %(prospect_id)s
        order by d.decided_at desc, d.id desc
        limit %(most)s
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        most=MOST_DECISIONS,
    )


async def _places(session: Session, organization_id: UUID, prospect_id: UUID) -> list[_Place]:
    """Each campaign that the person is in, those that still run for them first."""
    return await session.rows(
        _Place,
        """
        select c.status as campaign_status, o.sending_stopped_at is not null as is_stopped, e.status,
               e.step_position + 1 as position, e.next_step_due_at as due_at, e.hold_until,
               m.status as open_status, m.channel as open_channel,
               (select coalesce(f.failure_reason, 'no reason was given') from public.messages f
                where f.organization_id = e.organization_id and f.enrollment_id = e.id and f.status = 'failed'
                order by f.created_at desc limit 1) as refused,
               exists (select from public.replies r
                       where r.organization_id = e.organization_id and r.enrollment_id = e.id
                         and r.status in ('received', 'deciding', 'queued_for_review')) as is_answering
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        join public.organizations o on o.id = e.organization_id
        left join lateral (
            select m.status, m.channel from public.messages m
            where m.organization_id = e.organization_id and m.enrollment_id = e.id
              and m.status in ('draft', 'pending_review', 'approved', 'scheduled', 'sending', 'ambiguous')
            order by m.created_at desc limit 1
        ) m on true
        where e.organization_id = %(organization_id)s and e.prospect_id = %(prospect_id)s
        order by (e.status in ('qualified', 'in_sequence')) desc, e.created_at desc
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )
