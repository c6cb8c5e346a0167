"""SQL of editing a scenario: the people in the middle of it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.sends.progress import Place


class Standing(BaseModel):
    """Where a person stands in the scenario, and the clocks that their delays are counted by."""

    id: UUID
    status: str
    step_position: int
    passed_step_ids: list[UUID]
    next_step_due_at: datetime | None
    last_step_at: datetime
    regenerate_step_id: UUID | None
    place: Place


async def lock_people(session: Session, organization_id: UUID, scenario_id: UUID) -> list[Standing]:
    """Everyone who follows the scenario and whom an edit may concern, held until the end of the transaction."""
    return await session.rows(
        Standing,
        """
        select e.id, e.status, e.step_position, e.passed_step_ids, e.next_step_due_at, e.regenerate_step_id,
               coalesce(e.last_step_at, (
                   select max(m.sent_at) from public.messages m
                   where m.organization_id = e.organization_id and m.enrollment_id = e.id),
                   e.updated_at) as last_step_at,
               jsonb_build_object(
                   'organization_id', e.organization_id, 'status', e.status, 'position', e.step_position,
                   'passed_step_ids', e.passed_step_ids, 'next_delay_days', null, 'time_zone', c.time_zone,
                   'send_days', c.send_days, 'respect_holidays', c.respect_holidays, 'country', p.country,
                   'city', p.city, 'prospect_time_zone', p.time_zone) as place
        from public.enrollments e
        join public.campaigns c on c.organization_id = e.organization_id and c.id = e.campaign_id
        join public.prospects p on p.organization_id = e.organization_id and p.id = e.prospect_id
        where e.organization_id = %(organization_id)s and coalesce(e.scenario_id, c.scenario_id) = %(scenario_id)s
          and e.scenario_version is null
          and (e.step_position > 0 or e.next_step_due_at is not null or e.status = 'qualified')
        order by e.id
        for update of e
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
    )


async def keep_version(session: Session, organization_id: UUID, scenario_id: UUID, version: int) -> int:
    """Keep everyone of launched campaigns who followed the scenario on this version of it; how many that are."""
    return await session.execute(
        """
        update public.enrollments e set scenario_version = %(version)s
        from public.campaigns c
        where c.organization_id = e.organization_id and c.id = e.campaign_id and c.status <> 'draft'
          and e.organization_id = %(organization_id)s and coalesce(e.scenario_id, c.scenario_id) = %(scenario_id)s
          and e.scenario_version is null
        """,
        organization_id=organization_id,
        scenario_id=scenario_id,
        version=version,
    )


async def withdraw(
    session: Session, organization_id: UUID, step_ids: list[UUID], reason: str, *, untouched_by_people: bool = False
) -> list[UUID]:
    """Take back messages of these steps that have not left, and their place in the ledger; whose they were."""
    return await session.values(
        """
        with open as (
            update public.messages m set status = 'cancelled', cancelled_reason = %(reason)s
            where m.organization_id = %(organization_id)s and m.step_id = any (%(steps)s)
              and m.status in ('draft', 'pending_review', 'approved', 'scheduled')
              and not (%(untouched)s and (m.approved_by is not null or exists (
                  select from public.message_revisions r
                  where r.organization_id = m.organization_id and r.message_id = m.id)))
            returning m.id, m.organization_id, m.enrollment_id
        ), recalled as (
            update public.send_intents i set status = 'cancelled', reason = %(reason)s
            from open o
            where i.organization_id = o.organization_id and i.message_id = o.id and i.status in ('planned', 'claimed')
        )
        select enrollment_id from open
        """,
        organization_id=organization_id,
        steps=step_ids,
        reason=reason,
        untouched=untouched_by_people,
    )


async def place(session: Session, enrollment_id: UUID, position: int, passed: list[UUID]) -> None:
    """Put a person where they stand among the steps as they are now."""
    await session.execute(
        "update public.enrollments set step_position = %(position)s, passed_step_ids = %(passed)s where id = %(id)s",
        id=enrollment_id,
        position=position,
        passed=passed,
    )


async def reschedule(session: Session, enrollment_id: UUID, due: datetime | None) -> None:
    """The next step falls due at another time."""
    await session.execute(
        "update public.enrollments set next_step_due_at = %(due)s where id = %(id)s", id=enrollment_id, due=due
    )


async def end(session: Session, enrollment_id: UUID) -> None:
    """Nothing is left of the scenario for this person."""
    await session.execute(
        """
        update public.enrollments
        set status = 'completed', next_step_due_at = null, regenerate_step_id = null, stop_reason = 'no_step_left'
        where id = %(id)s and status = 'in_sequence'
        """,
        id=enrollment_id,
    )


async def ask_for_message(session: Session, enrollment_id: UUID, step_id: UUID) -> None:
    """Have the workflow write this step's message."""
    await session.execute(
        "update public.enrollments set regenerate_step_id = %(step_id)s where id = %(id)s",
        id=enrollment_id,
        step_id=step_id,
    )
