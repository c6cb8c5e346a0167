"""Clocks of other people: their time zone, their public holidays, the next moment at which a window is open.

All instants are aware datetimes in UTC. A window is a set of ISO weekdays and two times of day, `[opens, closes)`, read
on a wall clock. Openings are searched on the wall clock itself, so a jump of the clock neither skips nor doubles one.
"""

import importlib.resources
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import holidays

SEARCH_DAYS = 400
# Where nearly everybody of a country with several zones lives in one of them.
_MAIN_ZONES = {
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent",
}  # fmt: skip
# Older names that tzdata links to a zone of another country, or that name no place at all.
_OLD_NAMES = {
    "Africa/Asmera": "ER", "Africa/Timbuktu": "ML", "America/Coral_Harbour": "CA", "America/Virgin": "VI",
    "Antarctica/South_Pole": "AQ", "Atlantic/Jan_Mayen": "SJ", "Iceland": "IS", "Pacific/Ponape": "FM",
    "Pacific/Truk": "FM", "Pacific/Yap": "FM",
    **dict.fromkeys(("CET", "EET", "EST", "HST", "MET", "MST", "WET"), None),
}  # fmt: skip


@dataclass(frozen=True)
class Window:
    """When a campaign may write: ISO weekdays (1 = Monday) and `[opens, closes)` on the wall clock."""

    days: frozenset[int]
    opens: time
    closes: time


@cache
def _zone_table() -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    # tzdata's own table of countries: {country: {city: zone}} and {zone: country}.
    table = (importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    cities: dict[str, dict[str, str]] = defaultdict(dict)
    countries: dict[str, str] = {}
    for line in table.splitlines():
        if line.startswith("#"):
            continue
        country, _, zone = line.split("\t")[:3]
        cities[country][zone.rpartition("/")[2].replace("_", " ").casefold()] = zone
        countries[zone] = country
    return dict(cities), countries


@cache
def _links() -> dict[str, str]:
    # tzdata's older names of its zones: {US/Eastern: America/New_York}.
    source = (importlib.resources.files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="utf-8")
    links = (line.split() for line in source.splitlines() if line.startswith("L "))
    return {name: zone for _, zone, name in links}


@cache
def zone_named(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name; None when there is none of that name."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def zone_of(country: str | None, city: str | None) -> str | None:
    """The IANA zone of a place; None when the country has several and the city does not tell which."""
    country = (country or "").upper()
    zones = _zone_table()[0].get(country, {})
    if city and (named := zones.get(city.strip().casefold())):
        return named
    if len(zones) == 1:
        return next(iter(zones.values()))
    return _MAIN_ZONES.get(country)


def country_of(zone: str) -> str | None:
    """The ISO country that a zone lies in, by its present name or an older one, as far as tzdata says."""
    countries = _zone_table()[1]
    if zone in _OLD_NAMES:
        return _OLD_NAMES[zone]
    return countries.get(zone) or countries.get(_links().get(zone, ""))


def holiday_country(country: str | None, zone: str) -> str | None:
    """Whose public holidays count: the country's when its calendar is known, else those of where the zone lies."""
    known = (country or "").upper()
    return known if known in _calendars() else country_of(zone)


@cache
def _calendars() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())


@lru_cache(maxsize=512)
def _holidays_of(country: str, year: int) -> frozenset[date]:
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_holiday(country: str | None, day: date) -> bool:
    """Whether `day` is a public holiday of the whole of `country`."""
    return country is not None and day in _holidays_of(country, day.year)


def _allows_day(window: Window, day: date, country: str | None) -> bool:
    return day.isoweekday() in window.days and not is_holiday(country, day)


def is_open(window: Window, zone: ZoneInfo, country: str | None, at: datetime) -> bool:
    """Whether the wall clock in `zone` stands inside the window at the instant `at`, on no holiday of `country`."""
    local = at.astimezone(zone)
    return window.opens <= local.time() < window.closes and _allows_day(window, local.date(), country)


def next_open(window: Window, zone: ZoneInfo, country: str | None, after: datetime) -> datetime | None:
    """The first instant at or after `after` at which the window is open; None when there is none within 400 days."""
    if is_open(window, zone, country, after):
        return after
    first_day = after.astimezone(zone).date() - timedelta(days=1)
    for offset in range(SEARCH_DAYS):
        day = first_day + timedelta(days=offset)
        if not _allows_day(window, day, country):
            continue
        for candidate in sorted(_openings(window, zone, day)):
            if candidate > after and is_open(window, zone, country, candidate):
                return candidate
    return None


def _openings(window: Window, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    for fold in (0, 1):
        yield datetime.combine(day, window.opens, zone).replace(fold=fold).astimezone(UTC)
    yield from _clock_changes(zone, day)


def _clock_changes(zone: ZoneInfo, day: date) -> Iterator[datetime]:
    """The instants of `day` at which the clock jumps: a window may open in the middle of itself."""
    # No zone is further than 14 hours from UTC, and none jumps twice within six hours.
    start = int(datetime.combine(day, time.min, UTC).timestamp()) - 15 * 3600
    for low in range(start, start + 54 * 3600, 6 * 3600):
        jump = _first_jump(zone, low, low + 6 * 3600)
        if jump is not None and datetime.fromtimestamp(jump, zone).date() == day:
            yield datetime.fromtimestamp(jump, UTC)


def _first_jump(zone: ZoneInfo, low: int, high: int) -> int | None:
    def offset(second: int) -> timedelta | None:
        return datetime.fromtimestamp(second, zone).utcoffset()

    before = offset(low)
    if offset(high) == before:
        return None
    return low + bisect_left(range(low, high), x=True, key=lambda second: offset(second) != before)


def day_bounds(zone: ZoneInfo, at: datetime) -> tuple[datetime, datetime]:
    """First instant of the local day that `at` falls into, and first instant of the next one."""
    today = at.astimezone(zone).date()
    return _midnight(zone, today), _midnight(zone, today + timedelta(days=1))


def _midnight(zone: ZoneInfo, day: date) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def add_business_days(
    start: datetime, count: int, *, days: frozenset[int], zone: ZoneInfo, country: str | None
) -> datetime:
    """The same time of day `count` business days later: weekdays in `days` in `zone`, no holiday of `country`."""
    local = start.astimezone(zone)
    day = local.date()
    left = count
    window = Window(days=days, opens=time.min, closes=time.max)
    # A campaign of one weekday has 52 days a year less its holidays: eight days are enough for each that is counted.
    for _ in range(SEARCH_DAYS + 8 * count):
        if left <= 0:
            break
        day += timedelta(days=1)
        left -= _allows_day(window, day, country)
    return datetime.combine(day, local.time(), zone).astimezone(UTC)
