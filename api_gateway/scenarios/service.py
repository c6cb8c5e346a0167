"""Rules of the scenarios room."""

from collections.abc import Sequence
from uuid import UUID

from api_gateway.database import changed
from api_gateway.scenarios import repository
from api_gateway.scenarios.schemas import (
    Scenario,
    ScenarioCreate,
    ScenarioList,
    ScenarioPatch,
    ScenarioSummary,
    StepFields,
)
from api_gateway.sessions import Member
from kit.errors import Conflict, Invalid, NotFound, NotPermitted


class ScenarioInUse(Conflict):
    code = "scenario_in_use"
    default_detail = "Campaigns use this scenario; take it out of use instead of deleting it."


async def list_scenarios(member: Member) -> ScenarioList:
    """The house's five first, then the organization's own."""
    return ScenarioList(items=await repository.list_all(member.session, member.organization_id))


async def get_scenario(member: Member, scenario_id: UUID) -> Scenario:
    """A scenario with its steps in order."""
    summary = await _summary(member, scenario_id)
    steps = await repository.steps(member.session, member.organization_id, scenario_id)
    return Scenario(**summary.model_dump(), steps=steps)


async def create_scenario(member: Member, wanted: ScenarioCreate) -> Scenario:
    """Write a scenario, from steps or as a copy. Invalid with both or neither."""
    if (wanted.copy_of is None) == (not wanted.steps):
        raise Invalid("Give steps, or copy_of with the scenario to copy.")
    session, organization_id = member.session, member.organization_id
    steps: Sequence[StepFields] = wanted.steps
    if wanted.copy_of is not None:
        await _summary(member, wanted.copy_of)
        steps = [
            StepFields(**step.model_dump(exclude={"id", "position"}))
            for step in await repository.steps(session, organization_id, wanted.copy_of)
        ]
    created = await repository.create(session, organization_id, name=wanted.name, description=wanted.description)
    for position, step in enumerate(steps, start=1):
        await repository.insert_step(session, organization_id, created, position, step)
    await repository.settle_duration(session, organization_id, created)
    return await get_scenario(member, created)


async def update_scenario(member: Member, scenario_id: UUID, change: ScenarioPatch) -> Scenario:
    """Rename, describe, or take out of use."""
    await _summary(member, scenario_id)
    if (changes := changed(change)) and not await repository.update(
        member.session, member.organization_id, scenario_id, changes
    ):
        raise NotPermitted
    return await get_scenario(member, scenario_id)


async def delete_scenario(member: Member, scenario_id: UUID) -> None:
    """Delete a scenario that no campaign uses."""
    if (await _summary(member, scenario_id)).campaign_count:
        raise ScenarioInUse
    if not await repository.delete(member.session, member.organization_id, scenario_id):
        raise NotPermitted


async def _summary(member: Member, scenario_id: UUID) -> ScenarioSummary:
    summary = await repository.get(member.session, member.organization_id, scenario_id)
    if summary is None:
        raise NotFound("There is no such scenario in this organisation.")
    return summary
