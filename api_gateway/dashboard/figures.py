"""The arithmetic of the dashboard, without a database."""

import math
from collections.abc import Sequence
from datetime import datetime

from api_gateway.dashboard.schemas import Figure, Health, HealthPart, VendorState, WorkflowState

Z_95 = 1.959964
REVIEW_HOURS = 4
MINIMUM_SENDS = 20


def figure(value: int, previous: int) -> Figure:
    """A count beside the one of the period before."""
    change = round((value - previous) * 100 / previous, 1) if previous else None
    return Figure(value=value, previous=previous, change_percent=change)


def rate(part: int, whole: int) -> float | None:
    """A share between 0 and 1; None of nothing."""
    return round(min(1.0, part / whole), 4) if whole else None


def wilson(part: int, whole: int) -> tuple[float, float] | None:
    """The 95 % interval of a share (Wilson score, 1927), which stays inside 0 and 1 for small samples."""
    if not whole:
        return None
    share = min(1.0, part / whole)
    z2 = Z_95 * Z_95
    centre = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    spread = Z_95 * math.sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return round(max(0.0, centre - spread), 4), round(min(1.0, centre + spread), 4)


def health(
    *,
    sent: int,
    bounced: int,
    workflows: Sequence[WorkflowState],
    vendors: Sequence[VendorState],
    open_reviews: int,
    oldest_review_at: datetime | None,
    active_campaigns: int,
    now: datetime,
) -> Health:
    """Five parts, 100 points: deliverability 30, workflows 25, vendors 15, review queue 15, activity 15."""
    parts = [
        _deliverability(sent, bounced),
        _workflows(workflows),
        _vendors(vendors),
        _review_queue(open_reviews, oldest_review_at, now),
        HealthPart(
            name="activity",
            points=15 if active_campaigns else 0,
            max_points=15,
            explanation=f"{active_campaigns} campaigns are running.",
        ),
    ]
    return Health(score=sum(part.points for part in parts), parts=parts)


def _deliverability(sent: int, bounced: int) -> HealthPart:
    if sent < MINIMUM_SENDS:
        return HealthPart(
            name="deliverability",
            points=30,
            max_points=30,
            explanation=f"Only {sent} messages were sent: too few to judge.",
        )
    percent = bounced * 100 / sent
    # Full points up to 2 % bounces, none from 5 % on, where sending is paused.
    points = round(30 * min(1.0, max(0.0, (5 - percent) / 3)))
    return HealthPart(
        name="deliverability", points=points, max_points=30, explanation=f"{percent:.1f} % of {sent} messages bounced."
    )


def _workflows(workflows: Sequence[WorkflowState]) -> HealthPart:
    known = [one for one in workflows if one.state != "never_run"]
    well = [one for one in known if one.state == "healthy"]
    points = round(25 * len(well) / len(known)) if known else 25
    return HealthPart(
        name="workflows",
        points=points,
        max_points=25,
        explanation=f"{len(well)} of {len(known)} workflows that have run are well.",
    )


def _vendors(vendors: Sequence[VendorState]) -> HealthPart:
    active = [one for one in vendors if one.state != "inactive"]
    well = [one for one in active if one.state != "failing"]
    points = round(15 * len(well) / len(active)) if active else 0
    return HealthPart(
        name="vendors",
        points=points,
        max_points=15,
        explanation=f"{len(well)} of {len(active)} connected services accept their key."
        if active
        else "No service is connected.",
    )


def _review_queue(open_reviews: int, oldest: datetime | None, now: datetime) -> HealthPart:
    hours = 0.0 if oldest is None else (now - oldest).total_seconds() / 3600
    points = 15 if hours <= REVIEW_HOURS else max(0, round(15 * (1 - (hours - REVIEW_HOURS) / 44)))
    return HealthPart(
        name="review_queue",
        points=points,
        max_points=15,
        explanation=f"{open_reviews} replies wait for a person, the oldest for {hours:.0f} h.",
    )
