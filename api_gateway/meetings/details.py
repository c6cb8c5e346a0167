"""What is known about a meeting beside how it stands: each detail by itself, from the event that counts most for it.

Events come in any order and leave details out. So each detail is a register whose last writer wins: a value with the
stamp of the event that told it (Shapiro et al., A comprehensive study of Convergent and Commutative Replicated Data
Types, 2011, section 3.2.1).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from psycopg.types.json import Jsonb

from api_gateway.meetings.repository import Known, Stamp
from api_gateway.webhooks.events import BookingEvent

ENROLLMENT = "enrollment"
"""Under this name stands by which event's mark the enrollment was found; there is none when an address found it."""


class Detail(NamedTuple):
    stamp: Stamp
    value: Any


Details = Mapping[str, Detail]
_COLUMNS = ("title", "start_at", "end_at", "time_zone", "organizer_email", "video_url", "attendees")


def stamp_of(said: BookingEvent, *, is_whole: bool) -> Stamp:
    """`is_whole`: a booking or a move, which tells a detail better than an event about how the meeting stands."""
    return Stamp(int(is_whole), said.occurred_at, said.rank)


def told_by(said: BookingEvent) -> Details:
    """The details that an event tells. Only a booking or a move tells that there is no link."""
    is_whole = said.kind in {"created", "moved"}
    latest, best = stamp_of(said, is_whole=False), stamp_of(said, is_whole=is_whole)
    told = {
        "title": Detail(latest, said.title),
        "start_at": Detail(latest, said.start_at),
        "end_at": Detail(latest, said.end_at),
        "time_zone": Detail(latest, said.time_zone),
        "organizer_email": Detail(latest, said.organizer_email),
        "video_url": Detail(best, said.video_url),
        # An event about how the meeting stands may name some of those who come.
        "attendees": Detail(best, [dict(attendee) for attendee in said.attendees]),
    }
    return {name: detail for name, detail in told.items() if detail.value or (name == "video_url" and is_whole)}


def known_of(row: Known) -> Details:
    """The details of a row. Of a row from before there were stamps, its last event told all that it holds."""
    if row.detail_stamps:
        stamps = {name: stamp for name, stamp in row.detail_stamps.items() if name in _COLUMNS}
    else:
        last = Stamp(0, row.last_event_at, row.last_event_rank)
        stamps = {name: last for name in _COLUMNS if getattr(row, name)}
    return {name: Detail(stamp, getattr(row, name)) for name, stamp in stamps.items()}


def latest(*known: Details) -> Details:
    """Of each detail the value that counts most."""
    merged: dict[str, Detail] = {}
    for details in known:
        for name, detail in details.items():
            if name not in merged or detail.stamp > merged[name].stamp:
                merged[name] = detail
    return merged


def columns(details: Details, found_by: Stamp | None) -> dict[str, Any]:
    """The same as a row of meetings holds it. `found_by`: whose mark found the enrollment."""
    values: dict[str, Any] = {
        "title": "",
        "time_zone": "UTC",
        "organizer_email": None,
        "video_url": None,
        "attendees": [],
    }
    values.update((name, detail.value) for name, detail in details.items())
    stamps = {name: detail.stamp for name, detail in details.items()}
    if found_by is not None:
        stamps[ENROLLMENT] = found_by
    first: Mapping[str, str] = next(iter(values["attendees"]), {})
    return values | {
        "attendees": Jsonb(values["attendees"]),
        "attendee_email": first.get("email", ""),
        "attendee_name": first.get("name", ""),
        "detail_stamps": Jsonb({name: (level, at.isoformat(), rank) for name, (level, at, rank) in stamps.items()}),
    }
