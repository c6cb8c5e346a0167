from uuid import UUID

from fastapi import APIRouter

from api_gateway.scenarios import comparing, editing, service
from api_gateway.scenarios.schemas import (
    Scenario,
    ScenarioCreate,
    ScenarioList,
    ScenarioPatch,
    StepComparisons,
    StepsPut,
    StepsSaved,
)
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, responses

router = APIRouter(prefix="/scenarios")


@router.get("", operation_id="scenarios_list", summary="List the scenarios of the organisation.")
async def list_scenarios(member: MemberSession) -> ScenarioList:
    return await service.list_scenarios(member)


@router.post("", operation_id="scenarios_create", summary="Write a new scenario, or copy one.", status_code=201)
async def create_scenario(member: MemberSession, wanted: ScenarioCreate) -> Scenario:
    return await service.create_scenario(member, wanted)


@router.get("/{scenario_id}", operation_id="scenarios_get", summary="Show a scenario with its steps.")
async def get_scenario(member: MemberSession, scenario_id: UUID) -> Scenario:
    return await service.get_scenario(member, scenario_id)


@router.patch("/{scenario_id}", operation_id="scenarios_update", summary="Rename a scenario or take it out of use.")
async def update_scenario(member: MemberSession, scenario_id: UUID, change: ScenarioPatch) -> Scenario:
    return await service.update_scenario(member, scenario_id, change)


@router.put(
    "/{scenario_id}/steps",
    operation_id="scenarios_put_steps",
    summary="Replace the steps, for enrolments that have not passed them or for new ones only.",
)
async def put_steps(member: MemberSession, scenario_id: UUID, wanted: StepsPut) -> StepsSaved:
    return await editing.put_steps(member, scenario_id, wanted)


@router.get(
    "/{scenario_id}/variants",
    operation_id="scenarios_variants",
    summary="Show how the variants of each step fare, and which has won.",
)
async def get_variants(member: MemberSession, scenario_id: UUID) -> StepComparisons:
    return await comparing.get_comparisons(member, scenario_id)


@router.delete(
    "/{scenario_id}",
    operation_id="scenarios_delete",
    summary="Delete a scenario that no campaign uses.",
    status_code=204,
    responses=responses(Conflict),
)
async def delete_scenario(member: MemberSession, scenario_id: UUID) -> None:
    await service.delete_scenario(member, scenario_id)
