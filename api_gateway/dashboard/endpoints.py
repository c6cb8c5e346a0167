from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api_gateway.dashboard import service
from api_gateway.dashboard.schemas import ActivityPage, DashboardStats, Funnel
from api_gateway.pagination import Paging
from api_gateway.sessions import MemberSession

router = APIRouter(prefix="/dashboard")


@router.get("/stats", operation_id="dashboard_stats", summary="Show the figures, health and what waits for a person.")
async def get_stats(member: MemberSession, days: Annotated[int, Query(ge=1, le=365)] = 30) -> DashboardStats:
    return await service.get_stats(member, days)


@router.get("/activity", operation_id="dashboard_activity", summary="Show what happened, newest first.")
async def list_activity(member: MemberSession, page: Paging, campaign_id: UUID | None = None) -> ActivityPage:
    return await service.list_activity(member, page, campaign_id=campaign_id)


@router.get("/funnel", operation_id="dashboard_funnel", summary="Show how many people reached each stage.")
async def get_funnel(member: MemberSession, campaign_id: UUID | None = None) -> Funnel:
    return await service.get_funnel(member, campaign_id)
