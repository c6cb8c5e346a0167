"""The way of an enrollment through its scenario: which step is next, and when it falls due."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from api_gateway.database import Session
from api_gateway.sends.calendar import add_business_days, holiday_country, zone_named, zone_of
from api_gateway.settings import DAY_SECONDS

OPEN = frozenset({"qualified", "in_sequence"})


class Place(BaseModel):
    """Where an enrollment stands once the step asked about is behind it: every step up to `position` and those in
    `passed_step_ids`, the step that comes next, and the clocks that count."""

    organization_id: UUID
    status: str
    position: int
    passed_step_ids: list[UUID]
    next_delay_days: int | None
    time_zone: str
    send_days: list[int]
    respect_holidays: bool
    country: str | None
    city: str | None
    prospect_time_zone: str | None


async def step_done(
    session: Session,
    *,
    enrollment_id: UUID,
    step_id: UUID | None,
    at: datetime,
    day_seconds: float,
    reason: str = "step_done",
) -> None:
    """A step was sent, done by hand, or passed over at the instant `at`: plan the next one, or end the sequence.

    `day_seconds`: how long one day of a scenario lasts; with 86,400 the delay counts real business days of the
    campaign. Nothing is planned for a person whose sequence has ended meanwhile.
    """
    place = await _place(session, enrollment_id, step_id)
    if place is None:
        return
    due = due_at(place, at, day_seconds)
    await session.because(reason)
    if place.status == "qualified":
        await _move(session, enrollment_id, "in_sequence")
    status = "in_sequence" if place.status == "qualified" else place.status
    await session.execute(
        """
        update public.enrollments
        set step_position = %(position)s, passed_step_ids = %(passed)s, last_step_at = %(at)s,
            regenerate_step_id = null, next_step_due_at = %(due)s
        where id = %(id)s
        """,
        id=enrollment_id,
        position=place.position,
        passed=place.passed_step_ids,
        at=at,
        due=due if status in OPEN else None,
    )
    if due is None and status == "in_sequence":
        await _move(session, enrollment_id, "completed")


def due_at(place: Place, at: datetime, day_seconds: float) -> datetime | None:
    """When the step after `place` falls due; None when there is none."""
    if place.next_delay_days is None:
        return None
    if day_seconds != DAY_SECONDS:
        return at + timedelta(seconds=place.next_delay_days * day_seconds)
    zone = zone_named(place.prospect_time_zone) or zone_named(zone_of(place.country, place.city))
    return add_business_days(
        at,
        place.next_delay_days,
        days=frozenset(place.send_days),
        zone=ZoneInfo(place.time_zone),
        country=holiday_country(place.country, zone.key if zone else place.time_zone)
        if place.respect_holidays
        else None,
    )


async def end_sequence(session: Session, *, enrollment_id: UUID, status: str, reason: str) -> None:
    """Move a person whose sequence is open to a final `status`; nothing more is planned for them."""
    await session.because(reason)
    await session.execute(
        """
        update public.enrollments
        set status = case when status = 'qualified' and %(status)s = 'completed' then 'rejected' else %(status)s end,
            next_step_due_at = null, stop_reason = %(reason)s
        where id = %(id)s and status in ('qualified', 'in_sequence')
        """,
        id=enrollment_id,
        status=status,
        reason=reason,
    )


async def _place(session: Session, enrollment_id: UUID, step_id: UUID | None) -> Place | None:
    return await session.row(
        Place,
        """
        with own as (
            select e.organization_id, e.status, e.prospect_id, e.scenario_version, e.step_position,
                   array_remove(e.passed_step_ids || %(step_id)s::uuid, null) as behind,
                   coalesce(e.scenario_id, c.scenario_id) as scenario,
                   c.time_zone as campaign_zone, c.send_days, c.respect_holidays
            from public.enrollments e
            join public.campaigns c on c.id = e.campaign_id
            where e.id = %(id)s
        )
        select own.organization_id, own.status, p.country, p.city, p.time_zone as prospect_time_zone,
               own.campaign_zone as time_zone, own.send_days, own.respect_holidays, next.delay_days as next_delay_days,
               coalesce(next.position - 1, ahead.last, own.step_position) as position,
               case when next.id is null then '{}' else own.behind end as passed_step_ids
        from own
        join public.prospects p on p.id = own.prospect_id
        left join lateral (
            select s.id, s.position, s.delay_days
            from private.steps_ahead(
                own.organization_id, own.scenario, own.scenario_version, own.step_position, own.behind) s
            limit 1
        ) next on true
        left join lateral (
            select max(s.position) as last
            from private.steps_ahead(own.organization_id, own.scenario, own.scenario_version, own.step_position, '{}') s
        ) ahead on true
        """,
        id=enrollment_id,
        step_id=step_id,
    )


async def _move(session: Session, enrollment_id: UUID, status: str) -> None:
    await session.execute(
        "update public.enrollments set status = %(status)s where id = %(id)s", id=enrollment_id, status=status
    )
