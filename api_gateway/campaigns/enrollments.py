"""Enrollments: one person in one campaign, and where a person may move them."""

from typing import Any
from uuid import UUID

from api_gateway.campaigns import enrollment_repository
from api_gateway.campaigns.launching import start_enriching
from api_gateway.campaigns.schemas import EnrichmentRetry, Enrollment, EnrollmentMove, EnrollmentPage
from api_gateway.campaigns.service import get_campaign
from api_gateway.database import Session
from api_gateway.fields import EnrollmentStatus
from api_gateway.pagination import PageRequest, cut, encode_cursor
from api_gateway.sessions import Member
from kit.errors import Conflict, NotFound, NotPermitted

# Where a person may move an enrollment by hand: a part of the edges that the table itself allows. What the workflows
# find out (enriched, bounced, unsubscribed …) is not a person's to say.
MOVES: dict[str, tuple[EnrollmentStatus, ...]] = {
    "found": ("rejected",),
    "enriching": ("rejected",),
    "enriched": ("rejected",),
    "qualifying": ("rejected",),
    "qualified": ("rejected", "nurture"),
    "nurture": ("qualified", "rejected"),
    "rejected": ("qualified",),
    "in_sequence": ("replied", "meeting_scheduled", "completed", "not_interested"),
    "replied": ("in_sequence", "meeting_scheduled", "completed", "not_interested"),
    "meeting_scheduled": ("replied", "completed", "not_interested"),
    "completed": ("replied", "meeting_scheduled", "not_interested"),
    "not_interested": ("replied", "meeting_scheduled"),
}


class MoveRefused(Conflict):
    code = "move_refused"
    default_detail = "An enrolment cannot be moved there from where it is."


class NotFailed(Conflict):
    code = "enrichment_not_failed"
    default_detail = "Only a person whose enrichment failed three times can be tried again."


async def list_enrollments(
    member: Member, page: PageRequest, *, campaign_id: UUID | None, status: Any, min_score: int | None
) -> EnrollmentPage:
    """Enrollments, newest first."""
    rows = await enrollment_repository.find(
        member.session,
        member.organization_id,
        campaign_id=campaign_id,
        status=status,
        min_score=min_score,
        after=page.after_time(),
        limit=page.limit + 1,
    )
    rows, more = cut(rows, page.limit)
    items = [_enrollment(row) for row in rows]
    return EnrollmentPage(
        items=items, next_cursor=encode_cursor(items[-1].created_at, str(items[-1].id)) if more else None
    )


async def move_enrollment(member: Member, enrollment_id: UUID, move: EnrollmentMove) -> Enrollment:
    """Move an enrollment by hand. MoveRefused says where it may go instead."""
    present = await _get(member.session, member.organization_id, enrollment_id)
    if move.status not in present.allowed_moves:
        where = ", ".join(present.allowed_moves) or "nowhere"
        raise MoveRefused(f"From {present.status} it can go to: {where}.")
    await member.session.because(move.reason or "moved by hand")
    touched = await enrollment_repository.move(
        member.session, member.organization_id, enrollment_id, from_status=present.status, to_status=move.status
    )
    if not touched:
        raise NotPermitted
    return await _get(member.session, member.organization_id, enrollment_id)


async def retry_enrollment(member: Member, enrollment_id: UUID) -> Enrollment:
    """Try again to find out about a person after three failures. NotFailed when that is not why they stand still."""
    present = await _get(member.session, member.organization_id, enrollment_id)
    if member.role == "viewer":
        raise NotPermitted
    await member.session.because("enrichment tried again by a person")
    touched = await enrollment_repository.retry_enrichment(
        member.session, member.organization_id, enrollment_id=enrollment_id
    )
    if not touched:
        raise NotFailed
    start_enriching(member, present.campaign_id)
    return await _get(member.session, member.organization_id, enrollment_id)


async def retry_campaign(member: Member, campaign_id: UUID) -> EnrichmentRetry:
    """Try again for everybody of a campaign of whom nothing could be found out."""
    await get_campaign(member, campaign_id)
    if member.role == "viewer":
        raise NotPermitted
    await member.session.because("enrichment tried again by a person")
    retried = await enrollment_repository.retry_enrichment(
        member.session, member.organization_id, campaign_id=campaign_id
    )
    if retried:
        start_enriching(member, campaign_id)
    return EnrichmentRetry(retried=retried)


async def _get(session: Session, organization_id: UUID, enrollment_id: UUID) -> Enrollment:
    row = await enrollment_repository.get(session, organization_id, enrollment_id)
    if row is None:
        raise NotFound("There is no such enrolment in this organisation.")
    return _enrollment(row)


def _enrollment(row: dict[str, Any]) -> Enrollment:
    return Enrollment.model_validate({**row, "allowed_moves": MOVES.get(row["status"], ())})
