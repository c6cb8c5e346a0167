"""Why did, or didn't, this person get a message; and when is the next one?"""

from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from api_gateway.database import Session
from api_gateway.sends import repository
from api_gateway.sends.decide import Defer
from api_gateway.sends.desk import Desk
from api_gateway.sends.schemas import ProspectDecisions, SendDecision
from api_gateway.sessions import Member
from kit.errors import NotFound
from kit.settings import decode_key

MOST_DECISIONS = 200


class ProspectNotFound(NotFound):
    code = "prospect_not_found"
    default_detail = "There is no such prospect in this organisation."


class _Next(NamedTuple):
    at: datetime | None
    reason: str


async def explain(member: Member, prospect_id: UUID) -> ProspectDecisions:
    """Stored decisions, newest first, and what `decide()` says this moment about what is planned."""
    known = await member.session.value(
        "select id from public.prospects where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=member.organization_id,
        id=prospect_id,
    )
    if known is None:
        raise ProspectNotFound
    coming = await _planned(member, prospect_id) or await _falling_due(
        member.session, member.organization_id, prospect_id
    )
    return ProspectDecisions(
        items=await _stored(member.session, member.organization_id, prospect_id),
        next_at=coming.at if coming else None,
        next_reason=coming.reason if coming else None,
    )


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


async def _planned(member: Member, prospect_id: UUID) -> _Next | None:
    """The message that is planned soonest, judged now."""
    now = datetime.now(UTC)
    secret = decode_key(member.shared.settings.unsubscribe_key.get_secret_value())
    # Members may not read leases; the facts of a send hold one.
    async with member.shared.database.workflow(member.organization_id, actor="gateway", reason="explain") as session:
        intents = await repository.open_facts_of_prospect(session, prospect_id)
        desk = await Desk.laid(session, member.organization_id, intents, secret=secret, now=now)
    if not intents:
        return None
    soonest = intents[0]
    decision, _ = desk.judge(soonest)
    if isinstance(decision, Defer):
        at = None if decision.until is None else max(decision.until, soonest.next_attempt_at)
        return _Next(at, decision.explanation)
    if decision.outcome == "stop":
        return _Next(None, decision.explanation)
    return _Next(max(now, soonest.next_attempt_at), decision.explanation)


async def _falling_due(session: Session, organization_id: UUID, prospect_id: UUID) -> _Next | None:
    """The next step of a sequence, when no message is planned yet."""
    rows = await session.dicts(
        """
        select e.step_position + 1 as position, greatest(e.next_step_due_at, e.hold_until) as at, e.hold_until
        from public.enrollments e
        where e.organization_id = %(organization_id)s and e.prospect_id = %(prospect_id)s
          and e.status in ('qualified', 'in_sequence') and e.next_step_due_at is not null
        order by 2
        limit 1
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )
    if not rows:
        return None
    row = rows[0]
    if row["hold_until"] is not None and row["hold_until"] == row["at"]:
        return _Next(row["at"], "The person is away; the sequence waits.")
    return _Next(row["at"], f"Step {row['position']} is written when it falls due.")
