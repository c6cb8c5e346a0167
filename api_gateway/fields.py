"""Field types that several rooms use, with the limits that the tables hold."""

from datetime import time
from functools import cache
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

Channel = Literal["linkedin", "email", "sms"]
Language = Literal["fr", "en"]
Tone = Literal["professional", "friendly", "direct", "formal"]
EnrollmentStatus = Literal[
    "found", "enriching", "enriched", "qualifying", "qualified", "nurture", "rejected", "in_sequence", "replied",
    "meeting_scheduled", "completed", "not_interested", "unsubscribed", "bounced",
]  # fmt: skip

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Score = Annotated[int, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]


@cache
def _time_zones() -> frozenset[str]:
    # `localtime` is whatever the server's own clock shows, and no name to the database.
    return frozenset(available_timezones() - {"localtime"})


def _is_time_zone(value: str) -> str:
    if value not in _time_zones():
        raise ValueError("must be an IANA time zone, such as Europe/Paris")
    return value


def _is_wall_time(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("must be a time of day without an offset, such as 09:00")
    return value.replace(microsecond=0)


def _distinct_days(value: list[int]) -> list[int]:
    return sorted(set(value))


TimeZone = Annotated[str, AfterValidator(_is_time_zone), Field(examples=["Europe/Paris"], max_length=64)]
# Not JSON Schema's `time`, which has an offset: this is a time of day wherever the reader is.
_WALL_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
WallTime = Annotated[
    time,
    AfterValidator(_is_wall_time),
    WithJsonSchema({"type": "string", "pattern": _WALL_TIME, "examples": ["09:00:00"]}),
]
SendDays = Annotated[
    list[Annotated[int, Field(ge=1, le=7)]],
    AfterValidator(_distinct_days),
    Field(min_length=1, max_length=7, description="ISO weekdays, 1 = Monday.", examples=[[1, 2, 3, 4, 5]]),
]
Words = Annotated[
    list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]], Field(max_length=200)
]
