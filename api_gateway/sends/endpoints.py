"""Sends: claimed, delivered and settled by a workflow; explained to a person."""

from uuid import UUID

from fastapi import APIRouter

from api_gateway.resources import Shared
from api_gateway.sends import explaining, service
from api_gateway.sends.schemas import (
    ClaimedSends,
    Delivery,
    DeliveryResult,
    ProspectDecisions,
    SendClaim,
    Settlement,
    SettlementResult,
)
from api_gateway.sessions import MemberSession

router = APIRouter(prefix="/prospects")
internal_router = APIRouter(prefix="/sends")


@router.get(
    "/{prospect_id}/decisions",
    operation_id="prospects_decisions",
    summary="Say why this person did or did not get a message, and when the next one may go.",
)
async def show_decisions(member: MemberSession, prospect_id: UUID) -> ProspectDecisions:
    return await explaining.explain(member, prospect_id)


@internal_router.post("/claim", operation_id="sends_claim", summary="Lease the sends that the rules let through now.")
async def claim_sends(shared: Shared, wanted: SendClaim) -> ClaimedSends:
    return await service.claim(shared, wanted)


@internal_router.post(
    "/deliver",
    operation_id="sends_deliver",
    summary="Send one claimed message through its vendor; the same lease again tells what became of it.",
)
async def deliver_send(shared: Shared, wanted: Delivery) -> DeliveryResult:
    return await service.deliver(shared, wanted.intent_id, wanted.lease_token)


@internal_router.post(
    "/settle",
    operation_id="sends_settle",
    summary="Ask the vendors about sends of which nobody knows whether they went out.",
)
async def settle_sends(shared: Shared, wanted: Settlement) -> SettlementResult:
    return await service.settle(shared, wanted.limit)
