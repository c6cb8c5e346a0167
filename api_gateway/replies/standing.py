"""Where an enrollment stands, computed from facts instead of from the order in which they came.

`unsubscribed` and `bounced` are never left by what is learnt here. Every other state after the first message follows
from the replies with their decisions, the meetings, and a "no" that somebody noted at the vendor. Whoever changes one
of these calls :func:`settle`; the same facts give the same state.
"""

from datetime import datetime
from typing import LiteralString
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session

FINAL = frozenset({"unsubscribed", "bounced"})
_BEFORE_SEQUENCE = frozenset({"found", "enriching", "enriched", "qualifying", "nurture", "rejected"})
_FROM_ANSWER = frozenset({"replied", "meeting_scheduled", "not_interested"})


class Facts(BaseModel):
    """What is known. Times are event times. `declined_at`: the person's newest reply said no."""

    status: str
    stop_reason: str | None
    has_next_step: bool
    replied_at: datetime | None
    declined_at: datetime | None
    meeting_status: str | None
    meeting_at: datetime | None


_FACTS: LiteralString = """
    select e.status, e.stop_reason, e.next_step_due_at is not null as has_next_step,
           answer.received_at as replied_at,
           case when answer.action_taken = 'stopped' then answer.received_at end as declined_at,
           meeting.status as meeting_status, meeting.last_event_at as meeting_at
    from public.enrollments e
    left join lateral (
        select r.received_at, d.action_taken
        from public.replies r
        left join lateral (
            select d.action_taken from public.reply_decisions d
            where d.organization_id = r.organization_id and d.reply_id = r.id
            order by d.created_at desc limit 1
        ) d on true
        where r.organization_id = e.organization_id and r.enrollment_id = e.id
          and not r.is_automatic and d.action_taken is distinct from 'held'
        order by r.received_at desc, r.id desc limit 1
    ) answer on true
    left join lateral (
        select m.status, m.last_event_at
        from public.meetings m
        where m.organization_id = e.organization_id and m.enrollment_id = e.id
        order by m.status in ('scheduled', 'reschedule_requested') desc, m.last_event_at desc, m.id limit 1
    ) meeting on true
    where e.id = %(id)s
    for update of e
"""


async def settle(session: Session, enrollment_id: UUID) -> str | None:
    """Bring the enrollment to the state that its facts demand, and say which; None when there is no such enrollment."""
    facts = await session.row(Facts, _FACTS, id=enrollment_id)
    if facts is None:
        return None
    wanted = state_of(facts)
    for status in _way(facts.status, wanted):
        await session.execute(
            "update public.enrollments set status = %(status)s where id = %(id)s", id=enrollment_id, status=status
        )
    return wanted


def state_of(facts: Facts) -> str:
    """The state that `facts` demand. Pure."""
    if facts.status in FINAL or facts.status in _BEFORE_SEQUENCE:
        return facts.status
    meeting_stands = facts.meeting_status in {"scheduled", "reschedule_requested"}
    if meeting_stands and not (facts.declined_at and facts.meeting_at and facts.declined_at > facts.meeting_at):
        return "meeting_scheduled"
    if facts.declined_at or facts.stop_reason == "declined_at_vendor":
        return "not_interested"
    if facts.replied_at or facts.meeting_status:
        return "completed" if facts.meeting_status == "completed" else "replied"
    if facts.status not in _FROM_ANSWER:
        return facts.status
    return "in_sequence" if facts.has_next_step else "completed"


def _way(current: str, wanted: str) -> list[str]:
    """The states to pass through; some moves are allowed only over another."""
    if current == wanted:
        return []
    if current == "qualified" and wanted != "in_sequence":
        return ["in_sequence", wanted]
    over_replied = {
        ("meeting_scheduled", "in_sequence"), ("not_interested", "in_sequence"), ("not_interested", "completed"),
        ("completed", "in_sequence"),
    }  # fmt: skip
    return ["replied", wanted] if (current, wanted) in over_replied else [wanted]
