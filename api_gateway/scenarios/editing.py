"""Editing the steps of a scenario that people are in the middle of.

*Not yet past*: steps keep their ids. What a person has passed stays behind them wherever it is put; what they have not
passed still comes, as it is now. A new step before the place where they stand counts as passed, and so does one that
takes the place of a step they have passed: nobody is introduced to us twice. *New only*: the steps are written anew as
the next version; who is enrolled in a launched campaign keeps the version they have.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from api_gateway.scenarios import editing_repository, repository
from api_gateway.scenarios.editing_repository import Standing
from api_gateway.scenarios.schemas import Step, StepChange, StepsEffect, StepsPut, StepsSaved
from api_gateway.scenarios.service import get_scenario
from api_gateway.sends.progress import due_at
from api_gateway.sessions import Member
from api_gateway.workflows.starting import start_after_commit
from kit.errors import Invalid, NotPermitted

_WRITTEN_FROM = ("channel", "kind", "objective", "prompt", "target_length", "cta", "variants")


async def put_steps(member: Member, scenario_id: UUID, wanted: StepsPut) -> StepsSaved:
    """Replace the steps. A step with the id of an existing one stays that step, so that it is not sent twice."""
    session, organization_id = member.session, member.organization_id
    before = (await get_scenario(member, scenario_id)).steps
    kept = [step.id for step in wanted.steps if step.id is not None]
    if len(kept) != len(set(kept)) or not {step.id for step in before}.issuperset(kept):
        raise Invalid("A step names an id that is not one of this scenario's, or names it twice.")
    if not await repository.lock(session, organization_id, scenario_id):
        raise NotPermitted
    await session.because(f"scenario edited: {wanted.applies_to}")
    if wanted.applies_to == "new_only":
        effect = await _write_next_version(member, scenario_id, wanted)
    else:
        effect = await _edit_in_place(member, scenario_id, before, wanted)
    await repository.settle_duration(session, organization_id, scenario_id)
    return StepsSaved(**(await get_scenario(member, scenario_id)).model_dump(), effect=effect)


def passed_after(before: Sequence[UUID], passed: Collection[UUID], after: Sequence[UUID]) -> set[UUID]:
    """Which of the steps `after` an edit are behind a person who had `passed` some of those `before` it."""
    replaced = sum(step in passed and step not in after for step in before)
    last = max((place for place, step in enumerate(after) if step in passed), default=-1)
    behind: set[UUID] = set()
    still_to_come = False
    for place, step in enumerate(after):
        if step in passed:
            behind.add(step)
        elif step in before:
            still_to_come = True
        elif place < last or (replaced > 0 and not still_to_come):
            behind.add(step)
            replaced -= 1
    return behind


async def _write_next_version(member: Member, scenario_id: UUID, wanted: StepsPut) -> StepsEffect:
    session, organization_id = member.session, member.organization_id
    version = await repository.next_version(session, organization_id, scenario_id)
    stay = await editing_repository.keep_version(session, organization_id, scenario_id, version - 1)
    for position, step in enumerate(wanted.steps, start=1):
        await repository.insert_step(session, organization_id, scenario_id, position, step)
    return StepsEffect(applies_to="new_only", kept_earlier_steps=stay)


async def _edit_in_place(member: Member, scenario_id: UUID, before: Sequence[Step], wanted: StepsPut) -> StepsEffect:
    session, organization_id = member.session, member.organization_id
    people = await editing_repository.lock_people(session, organization_id, scenario_id)
    known = {step.id: step for step in before}
    gone = known.keys() - {step.id for step in wanted.steps}
    changed = [step.id for step in wanted.steps if step.id is not None and _reads_differently(known[step.id], step)]
    withdrawn = await editing_repository.withdraw(session, organization_id, list(gone), "step_removed")
    withdrawn += await editing_repository.withdraw(
        session, organization_id, changed, "step_edited", untouched_by_people=True
    )
    await _save(member, scenario_id, wanted)
    after = await repository.steps(session, organization_id, scenario_id)
    effect = StepsEffect(applies_to="not_yet_past", redrafted=len(withdrawn))
    unwritten = set(withdrawn) | {one.id for one in people if one.regenerate_step_id in gone}
    for one in people:
        await _bring_along(member, one, before, after, effect, is_unwritten=one.id in unwritten)
    if unwritten:
        start_after_commit(member.shared, session, organization_id, "advance-scenarios")
    return effect


async def _save(member: Member, scenario_id: UUID, wanted: StepsPut) -> None:
    session, organization_id = member.session, member.organization_id
    await repository.defer_position_check(session)
    kept = [step.id for step in wanted.steps if step.id is not None]
    await repository.delete_steps_except(session, organization_id, scenario_id, kept)
    for position, step in enumerate(wanted.steps, start=1):
        if step.id is None:
            await repository.insert_step(session, organization_id, scenario_id, position, step)
        elif not await repository.update_step(session, organization_id, scenario_id, step.id, position, step):
            raise NotPermitted


async def _bring_along(
    member: Member, one: Standing, before: Sequence[Step], after: Sequence[Step], effect: StepsEffect, *,
    is_unwritten: bool,
) -> None:  # fmt: skip
    passed = {step.id for step in before if step.position <= one.step_position} | set(one.passed_step_ids)
    old_next = next((step for step in before if step.id not in passed), None)
    behind = passed_after([step.id for step in before], passed, [step.id for step in after])
    new_next = next((step for step in after if step.id not in behind), None)
    position = len(after) if new_next is None else new_next.position - 1
    beyond = [step.id for step in after if step.id in behind and step.position > position]
    if (position, beyond) != (one.step_position, one.passed_step_ids):
        await editing_repository.place(member.session, one.id, position, beyond)
    if one.status == "in_sequence" and one.next_step_due_at is not None:
        if new_next is None:
            await editing_repository.end(member.session, one.id)
            effect.ended += 1
        elif old_next is None or (old_next.id, old_next.delay_days) != (new_next.id, new_next.delay_days):
            place = one.place.model_copy(update={"next_delay_days": new_next.delay_days})
            due = due_at(place, one.last_step_at, member.shared.settings.sequence_day_seconds)
            if due != one.next_step_due_at:
                await editing_repository.reschedule(member.session, one.id, due)
                effect.rescheduled += 1
    elif one.status == "qualified" and is_unwritten and new_next is not None:
        await editing_repository.ask_for_message(member.session, one.id, new_next.id)


def _reads_differently(was: Step, now: StepChange) -> bool:
    return any(getattr(was, name) != getattr(now, name) for name in _WRITTEN_FROM)
