"""Why did, or didn't, this person get a message; and when is the next one?"""

from datetime import UTC, datetime
from uuid import UUID

from api_gateway.database import Session
from api_gateway.sends import repository
from api_gateway.sends.decide import Defer
from api_gateway.sends.desk import Desk
from api_gateway.sends.schemas import NextSend, NextStep, ProspectDecisions, SendDecision
from api_gateway.sessions import Member
from kit.errors import NotFound
from kit.settings import decode_key

MOST_DECISIONS = 200


class ProspectNotFound(NotFound):
    code = "prospect_not_found"
    default_detail = "There is no such prospect in this organisation."


async def explain(member: Member, prospect_id: UUID) -> ProspectDecisions:
    """Stored decisions, newest first, and what `decide()` says this moment about what is planned."""
    known = await member.session.value(
        "select id from public.prospects where organization_id = %(organization_id)s and id = %(id)s",
        organization_id=member.organization_id,
        id=prospect_id,
    )
    if known is None:
        raise ProspectNotFound
    return ProspectDecisions(
        items=await _stored(member.session, member.organization_id, prospect_id),
        next_sends=await _next_sends(member, prospect_id),
        next_steps=await _next_steps(member.session, member.organization_id, prospect_id),
    )


async def _stored(session: Session, organization_id: UUID, prospect_id: UUID) -> list[SendDecision]:
    return await session.rows(
        SendDecision,
        """
        select d.id, d.enrollment_id, c.id as campaign_id, c.name as campaign_name, d.message_id, d.outcome, d.reason,
               d.explanation, d.until_at, coalesce(d.details -> 'missing', '[]') as missing, d.decided_at
        from public.send_decisions d
        join public.enrollments e on e.organization_id = d.organization_id and e.id = d.enrollment_id
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        where d.organization_id = %(organization_id)s and d.prospect_id = %(prospect_id)s
        order by d.decided_at desc, d.id desc
        limit %(most)s
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
        most=MOST_DECISIONS,
    )


async def _next_sends(member: Member, prospect_id: UUID) -> list[NextSend]:
    now = datetime.now(UTC)
    secret = decode_key(member.shared.settings.unsubscribe_key.get_secret_value())
    # Members may not read leases; the facts of a send hold one.
    async with member.shared.database.workflow(member.organization_id, actor="gateway", reason="explain") as session:
        intents = await repository.open_facts_of_prospect(session, member.organization_id, prospect_id)
        desk = await Desk.laid(session, member.organization_id, intents, secret=secret, now=now)
    found = []
    for intent in intents:
        decision, _ = desk.judge(intent)
        until = decision.until if isinstance(decision, Defer) else None
        found.append(
            NextSend(
                message_id=intent.message_id,
                campaign_id=intent.campaign_id,
                campaign_name=intent.campaign_name,
                outcome=decision.outcome,
                reason=decision.reason,
                explanation=decision.explanation,
                at=max(until, intent.next_attempt_at) if until else intent.next_attempt_at,
            )
        )
    return found


async def _next_steps(session: Session, organization_id: UUID, prospect_id: UUID) -> list[NextStep]:
    return await session.rows(
        NextStep,
        """
        select c.id as campaign_id, c.name as campaign_name, e.status as enrollment_status,
               e.step_position + 1 as step_position, e.next_step_due_at as due_at, e.hold_until, e.stop_reason
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        where e.organization_id = %(organization_id)s and e.prospect_id = %(prospect_id)s
        order by e.created_at
        """,
        organization_id=organization_id,
        prospect_id=prospect_id,
    )
