from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession
from api_gateway.webhooks import inbox, service
from api_gateway.webhooks.schemas import (
    EndpointCreate,
    EventReplay,
    EventStatus,
    InboundEndpointList,
    InboundEventDetail,
    InboundEventPage,
    InboxHealth,
    NewEndpoint,
    ReplayResult,
    RotatedSecret,
    SecretRotation,
    Source,
)
from kit.errors import Conflict, VendorFailed, responses

router = APIRouter(prefix="/webhooks")
webhook_router = inbox.webhook_router


@router.get("/events", operation_id="webhooks_list_events", summary="List what vendors delivered, newest first.")
async def list_events(
    member: MemberSession,
    page: Paging,
    status: Annotated[list[EventStatus] | None, Query()] = None,
    source: Source | None = None,
    event_type: Annotated[str | None, Query(max_length=200)] = None,
    received_from: datetime | None = None,
    received_until: datetime | None = None,
) -> InboundEventPage:
    return await service.list_events(
        member, page, status=status, source=source, event_type=event_type,
        received_from=received_from, received_until=received_until,
    )  # fmt: skip


@router.get("/events/health", operation_id="webhooks_health", summary="Count events by source and status.")
async def inbox_health(member: MemberSession) -> InboxHealth:
    return await service.inbox_health(member)


@router.post(
    "/events/replay",
    operation_id="webhooks_replay_events",
    summary="Handle events again: some, a filter, a time range.",
)
async def replay_events(member: MemberSession, wanted: EventReplay) -> ReplayResult:
    return await service.replay_events(member, wanted)


@router.get("/events/{event_id}", operation_id="webhooks_get_event", summary="Show an event with what was delivered.")
async def get_event(member: MemberSession, event_id: UUID) -> InboundEventDetail:
    return await service.get_event(member, event_id)


@router.post("/events/{event_id}/replay", operation_id="webhooks_replay_event", summary="Handle one event again.")
async def replay_event(member: MemberSession, event_id: UUID) -> ReplayResult:
    return await service.replay_event(member, event_id)


@router.get("/endpoints", operation_id="webhooks_list_endpoints", summary="List the vendors' ways in.")
async def list_endpoints(member: MemberSession) -> InboundEndpointList:
    return await service.list_endpoints(member)


@router.post(
    "/endpoints",
    operation_id="webhooks_create_endpoint",
    summary="Open a way in for a vendor whose webhook a person sets up by hand.",
    status_code=201,
    responses=responses(Conflict, VendorFailed),
)
async def create_endpoint(member: MemberSession, wanted: EndpointCreate) -> NewEndpoint:
    return await service.create_endpoint(member, wanted)


@router.post(
    "/endpoints/{endpoint_id}/rotate",
    operation_id="webhooks_rotate_secret",
    summary="Give a way in a new secret; the one before is taken for a day as well.",
    responses=responses(Conflict),
)
async def rotate_secret(member: MemberSession, endpoint_id: UUID, wanted: SecretRotation) -> RotatedSecret:
    return await service.rotate_secret(member, endpoint_id, wanted)


@router.delete(
    "/endpoints/{endpoint_id}",
    operation_id="webhooks_retire_endpoint",
    summary="Close a vendor's way in.",
    status_code=204,
)
async def retire_endpoint(member: MemberSession, endpoint_id: UUID) -> None:
    await service.retire_endpoint(member, endpoint_id)
