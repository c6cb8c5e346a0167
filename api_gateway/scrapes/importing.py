"""Rows of a scrape on their way in: by the same door as the rows of a file, then what only a scrape knows."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from psycopg.types.json import Jsonb

from api_gateway.database import Session
from api_gateway.prospects.intake import Origin, take_rows
from api_gateway.prospects.people import UnreadableCell, email_of, profile_of
from api_gateway.scrapes.repository import Run
from api_gateway.webhooks.events import clean, moment

COUNTS = ("received", "created", "merged", "suppressed", "rejected")
MOST_ACTIVITIES = 10
_PROFILE = ("linkedInProfileUrl", "defaultProfileUrl", "linkedinProfileUrl", "profileUrl", "linkedinUrl")
_POSTS = ("postsLast30Days", "numberOfPostsLast30Days")
_ACTIVITY = ("recentActivity", "recentPosts", "posts")
_JOB = ("jobStartedOn", "jobDateStarted", "startedOn")


async def bring_in(
    session: Session, run: Run, container_id: str, rows: list[dict[str, Any]], *, hash_key: bytes
) -> dict[str, int]:
    """Take `rows` into the run's campaign and say what became of them, by `COUNTS`."""
    origin = Origin(
        source="phantombuster", campaign_id=run.campaign_id, workflow_run_id=run.id, container_id=container_id
    )
    intake = await take_rows(session, run.organization_id, rows, origin, hash_key=hash_key)
    await _note_activity(session, rows)
    return {
        "received": intake.rows,
        "created": intake.created,
        "merged": intake.merged,
        "suppressed": intake.suppressed,
        "rejected": intake.rejected,
    }


async def _note_activity(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """What a person did of late, which no file tells."""
    known: dict[tuple[str | None, str | None], tuple[int | None, list[dict[str, str]], str | None]] = {}
    for row in rows:
        key = (_email(row), _profile(row))
        about = (_posts(row), _activities(row), _day(row))
        if any(key) and any(about):
            known[key] = about
    if not known:
        return
    await session.execute(
        """
        update public.prospects p
        set recent_posts = coalesce(told.posts, p.recent_posts),
            recent_activity = case when told.activity <> '[]' then told.activity else p.recent_activity end,
            job_started_on = coalesce(told.job_started_on, p.job_started_on)
        from unnest(%(emails)s::text[], %(profiles)s::text[], %(posts)s::int[], %(activities)s::jsonb[],
                    %(days)s::date[]) as told (email, profile, posts, activity, job_started_on)
        where p.organization_id = private.workflow_organization_id()
          and (p.email_norm = told.email or (told.email is null and p.linkedin_norm = told.profile))
        """,
        emails=[email for email, _ in known],
        profiles=[profile for _, profile in known],
        posts=[posts for posts, _, _ in known.values()],
        activities=[Jsonb(activities) for _, activities, _ in known.values()],
        days=[day for _, _, day in known.values()],
    )


def _first(row: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((row[name] for name in names if row.get(name) not in (None, "")), None)


def _email(row: Mapping[str, Any]) -> str | None:
    try:
        return email_of(clean(row.get("email"), 320))
    except UnreadableCell:
        return None


def _profile(row: Mapping[str, Any]) -> str | None:
    try:
        return profile_of(clean(_first(row, _PROFILE), 1_000))[1]
    except UnreadableCell:
        return None


def _posts(row: Mapping[str, Any]) -> int | None:
    text = clean(_first(row, _POSTS), 10)
    return min(int(text), 10_000) if text.isascii() and text.isdigit() else None


def _activities(row: Mapping[str, Any]) -> list[dict[str, str]]:
    given = _first(row, _ACTIVITY)
    found = []
    for item in given if isinstance(given, list) else []:
        text = clean(item.get("text") if isinstance(item, dict) else item, 2_000).strip()
        day = moment(item.get("date")) if isinstance(item, dict) else None
        if text:
            found.append({"text": text, **({"date": day.date().isoformat()} if day else {})})
    return found[:MOST_ACTIVITIES]


def _day(row: Mapping[str, Any]) -> str | None:
    """`2025-01` and `2025-01-14` are dates; anything else is none."""
    text = clean(_first(row, _JOB), 20)
    if re.fullmatch(r"\d{4}-\d{2}", text):
        text += "-01"
    day = moment(text)
    return day.date().isoformat() if day else None
