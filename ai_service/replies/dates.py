"""The day on which somebody who is out of office is back, read from the text in French, English or German."""

import re
from datetime import date, timedelta

from kit.text import folded

DEFAULT_HOLD_DAYS = 7
FARTHEST_DAYS = 400

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv january jan januar",
            "fevrier fevr february feb februar",
            "mars march mar marz maerz",
            "avril avr april apr",
            "mai may",
            "juin june jun juni",
            "juillet juil july jul juli",
            "aout august aug",
            "septembre sept september sep",
            "octobre oct october oktober okt",
            "novembre nov november",
            "decembre dec december dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
_MONTH = "(" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\b\.?"
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:er|st|nd|rd|th|\.)?(?: of)? {_MONTH}(?:,? (\d{{4}}))?")
_MONTH_DAY = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (\d{{4}}))?")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_NUMERIC = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        ("lundi monday montag", "mardi tuesday dienstag", "mercredi wednesday mittwoch", "jeudi thursday donnerstag",
         "vendredi friday freitag", "samedi saturday samstag", "dimanche sunday sonntag")
    )
    for name in names.split()
}  # fmt: skip
_BACK = re.compile(
    r"\b(retour|de retour|reviens|revien\w*|rentre|reprends|reprise|joignable a (?:partir|nouveau)|a partir du|des le|"
    r"back|return\w*|available again|as of|from|wieder (?:da|im|erreichbar)|zuruck|ab dem)\b"
)
_UNTIL = re.compile(r"\b(jusqu'?(?:au|a|en)?|until|till|through|thru|bis(?: zum| einschliesslich)?|au)\b")


def next_business_day(day: date) -> date:
    """The first Monday-to-Friday day after `day`."""
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def hold_until(text: str, *, received_on: date, american: bool = False) -> tuple[date, bool]:
    """The first day to write again, and whether the text names it.

    The latest future day named by the text plus one business day; seven days from `received_on` when it names none.
    `american` reads 12/03 as 3 December; otherwise days come first.
    """
    if named := named_return(text, received_on=received_on, american=american):
        return next_business_day(named), True
    return received_on + timedelta(days=DEFAULT_HOLD_DAYS), False


def named_return(text: str, *, received_on: date, american: bool = False) -> date | None:
    """The day that the text names as the end of the absence or the day of return; None when it names none."""
    plain = folded(text)
    days = _dates(plain, received_on, american)
    future = [(at, day) for at, day in days if 0 <= (day - received_on).days <= FARTHEST_DAYS]
    for cue in (_BACK, _UNTIL):
        near = [day for at, day in future for match in cue.finditer(plain[:at]) if at - match.end() <= 40]
        if near:
            return max(near)
    if future:
        return max(day for _, day in future)
    return _weekday(plain, received_on)


def _weekday(plain: str, received_on: date) -> date | None:
    for cue in (_BACK, _UNTIL):
        for match in cue.finditer(plain):
            after = re.findall(r"[a-z]+", plain[match.end() : match.end() + 40])[:5]
            for word in after:
                if word in _WEEKDAYS:
                    return received_on + timedelta(days=(_WEEKDAYS[word] - received_on.weekday() - 1) % 7 + 1)
    if re.search(r"\b(demain|tomorrow|morgen wieder)\b", plain) and _BACK.search(plain):
        return received_on + timedelta(days=1)
    if re.search(r"\b(semaine prochaine|next week|nachste woche)\b", plain):
        return received_on + timedelta(days=7 - received_on.weekday())
    return None


def _dates(plain: str, received_on: date, american: bool) -> list[tuple[int, date]]:
    found: list[tuple[int, date]] = []

    def add(at: int, year: str | None, month: int, day: int) -> None:
        full = int(year) if year else received_on.year
        full += 2000 if full < 100 else 0
        try:
            read = date(full, month, day)
        except ValueError:
            return
        # "Back on 4 January", written in December, means the next one.
        if not year and (received_on - read).days > 60:
            read = read.replace(year=full + 1) if (month, day) != (2, 29) else date(full + 1, 3, 1)
        found.append((at, read))

    for match in _ISO.finditer(plain):
        add(match.start(), match[1], int(match[2]), int(match[3]))
    for match in _DAY_MONTH.finditer(plain):
        add(match.start(), match[3], _MONTHS[match[2]], int(match[1]))
    for match in _MONTH_DAY.finditer(plain):
        add(match.start(), match[3], _MONTHS[match[1]], int(match[2]))
    for match in _NUMERIC.finditer(plain):
        first, second = int(match[1]), int(match[2])
        day, month = (second, first) if (american and first <= 12) or second > 12 else (first, second)
        add(match.start(), match[3], month, day)
    # "Du 20 au 31 décembre": the first day carries no month of its own and is not needed.
    return found
