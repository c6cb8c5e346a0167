"""What rules alone settle about a reply, before any model is asked: automatic mail, delivery failures, and "stop".

Automatic mail is recognised as RFC 3834 says (Auto-Submitted, Precedence) and by what mail servers put into subjects.
An out-of-office note holds the sequence until the date it names and one business day more, or seven days. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_day_names, get_month_names

from kit import opt_out
from kit.text import folded

DEFAULT_HOLD_DAYS = 7
LONGEST_HOLD_DAYS = 366
LONGEST_MATCHED = 20_000


@dataclass(frozen=True)
class OutOfOffice:
    """`until`: the first day on which the sequence may go on; `names_date`: whether the mail said when."""

    until: date
    names_date: bool


@dataclass(frozen=True)
class DeliveryFailure:
    """`code`: enhanced status (RFC 3463) such as 5.1.1, or "" when none is given; `permanent`: nobody is there."""

    code: str
    permanent: bool


@dataclass(frozen=True)
class Acknowledgement:
    """A machine confirms that it has received something: neither an answer nor an absence."""


@dataclass(frozen=True)
class Unsubscribe:
    """The person asked to be left alone; `phrase` is how."""

    phrase: str


Verdict = OutOfOffice | DeliveryFailure | Acknowledgement | Unsubscribe


def judge(
    *, subject: str, words: str, text: str, headers: Mapping[str, str], is_automatic: bool, received_on: date
) -> Verdict | None:
    """The verdict of the rules; None when somebody has to read it.

    `words`: the person's own (no quotes, no signature); `text`: the whole mail; `headers` by lower-case name;
    `is_automatic`: the vendor said so; `received_on`: the day of the mail.
    """
    plain_subject = folded(subject)
    plain_text = folded(text[:LONGEST_MATCHED])
    if report := _delivery_report(plain_subject, plain_text, headers):
        return report
    if "disposition-notification" in headers.get("content-type", "").lower():
        return Acknowledgement()
    if is_automatic or _is_automatic(plain_subject, headers):
        if not _ABSENT.search(f"{plain_subject} {plain_text}"):
            # Of somebody who left, the machine that answers often asks for it.
            if words.strip() and (stop := _unsubscribe("", words)):
                return stop
            if _ACKNOWLEDGEMENT.search(plain_text):
                return Acknowledgement()
        return _out_of_office(words or text, subject, received_on)
    return _unsubscribe(subject, words)


_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def _unsubscribe(subject: str, words: str) -> Unsubscribe | None:
    # Some programs put the wish into the subject (RFC 2369) and leave the body empty.
    words = _QUOTED.sub("", words)
    phrase = opt_out.wish(words if words.strip() else re.sub(r"(?i)^\s*(?:re|aw|tr|fw)\s*:", "", subject))
    return Unsubscribe(phrase) if phrase else None


_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:(?:re|tr|fw|aw) ?: ?)*(?:reponse automatique|message automatique|absence du bureau|absence ?(?::|jusqu)|"
    r"absente? (?:du|jusqu)|automatic reply|auto(?:mated|matic)?[- ]?(?:reply|response)|out of (?:the )?office|ooo\b|"
    r"abwesenheit|automatische antwort)"
)
_ABSENT = re.compile(
    r"\b(?:absen[tc]\w*|conges?\b|vacances|de retour|hors du bureau|en deplacement|en formation|out of (?:the )?office|"
    r"on leave|on vacation|on holiday|annual leave|parental|maternite|be back|return(?:ing)? on|urlaub|abwesend|"
    r"nicht im buro|wieder erreichbar|wieder da)"
)
_ACKNOWLEDGEMENT = re.compile(
    r"\b(?:ticket|accuse de reception|votre demande a (?:bien )?ete (?:enregistree|recue)|"
    r"bien recu votre (?:demande|message)|"
    r"(?:received|registered) your (?:request|message|e-?mail)|case number|reference number|ihre anfrage (?:ist|wurde))"
)


def _is_automatic(plain_subject: str, headers: Mapping[str, str]) -> bool:
    submitted = headers.get("auto-submitted", "no").strip().lower()
    precedence = headers.get("precedence", "").strip().lower()
    return (
        submitted.partition(";")[0].strip() not in {"no", ""}
        or precedence in {"auto_reply", "auto-reply", "bulk", "junk"}
        or any(name in headers for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
        or bool(_AUTOMATIC_SUBJECT.search(plain_subject))
    )


_FAILED_SUBJECT = re.compile(
    r"\b(?:undeliver\w*|delivery (?:status notification|has failed|failure|failed)|mail delivery (?:failed|system)|"
    r"returned mail|failure notice|non[- ]remis|echec de (?:la )?(?:remise|livraison)|unzustellbar)\b"
)
_REPORTER = re.compile(r"mailer-daemon|postmaster|mail delivery")
_IS_REPLY = re.compile(r"^(?:re|aw|tr|fw|fwd) ?:")
_SUCCEEDED = re.compile(r"\(success\)|\b(?:successfully delivered|was relayed|remis avec succes)\b")
# The report's own line first; elsewhere nothing that is part of an address such as 5.39.12.7.
_STATUS_CODE = re.compile(r"\bstatus ?: ?([245])\.(\d{1,3})\.(\d{1,3})\b")
_ENHANCED_CODE = re.compile(r"(?<![\d.])([245])\.([0-7])\.(\d{1,3})\b(?!\.\d)")
_REPLY_CODE = re.compile(r"(?:smtp;|said:|error|code|#)\W{0,3}([45])\d\d\b")
_NOBODY = re.compile(
    r"user unknown|no such user|does not exist|n'existe pas|unknown (?:user|recipient)|invalid recipient|"
    r"address rejected|recipient not found|mailbox (?:not found|unavailable)|adresse introuvable|unbekannt"
)


def _delivery_report(
    plain_subject: str, plain_text: str, headers: Mapping[str, str]
) -> DeliveryFailure | Acknowledgement | None:
    sender = folded(headers.get("from", "") + " " + headers.get("return-path", ""))
    is_report = (
        "delivery-status" in headers.get("content-type", "").lower()
        or "x-failed-recipients" in headers
        # A person who answers a mail of ours about deliveries repeats its subject.
        or (bool(_FAILED_SUBJECT.search(plain_subject)) and not _IS_REPLY.search(plain_subject))
        or (bool(_REPORTER.search(sender)) and bool(_FAILED_SUBJECT.search(plain_text)))
    )
    if not is_report:
        return None
    told = [*_STATUS_CODE.finditer(plain_text), *_ENHANCED_CODE.finditer(plain_text)]
    if failed := next((found for found in told if found[1] != "2"), None):
        return DeliveryFailure(".".join(failed.groups()), permanent=failed[1] == "5")
    if told or _SUCCEEDED.search(f"{plain_subject} {plain_text}"):
        return Acknowledgement()
    reply_code = _REPLY_CODE.search(plain_text)
    permanent = reply_code[1] == "5" if reply_code else bool(_NOBODY.search(plain_text))
    return DeliveryFailure("", permanent)


def _months() -> dict[str, int]:
    names: dict[str, int] = {}
    for locale in ("fr", "en", "de"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=locale).items():
                names.setdefault(folded(name).rstrip("."), number)
    return names


_MONTHS = _months()
_NAME = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:er|st|nd|rd|th|\.)? (?:of )?({_NAME})\b\.?,?(?: (\d{{4}}))?")
_MONTH_FIRST = re.compile(
    rf"\b({_NAME})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b(?: ?(?:-|–|to|through) ?(\d{{1,2}})(?:st|nd|rd|th)?\b)?"
    r"(?:,? (\d{4}))?"
)
# Not what stands in the middle of a telephone number, a version or an hour.
_NUMBERS = re.compile(r"(?<![\w.,/:+-])(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4}|\d{2}))?(?!\w|[.,/:-]\d)")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
# What stands before the day on which somebody is there again, in the same sentence.
_UNTIL = re.compile(
    r"\b(?:jusqu'?(?:au|a|en)?|retour\w*|reprend\w*|reprise|a partir du|au|until|till?|through|thru|back|return\w*|"
    r"resum\w*|from|to|bis|wieder|zuruck|ab)\b[^.!?;]{0,40}$|[-–] ?$"
)
_WEEKDAYS = {
    folded(name): number
    for locale in ("fr", "en", "de")
    for number, name in get_day_names("wide", locale=locale).items()
}
_THE_DAY = re.compile(
    rf"\b(?:(?P<weekday>{'|'.join(_WEEKDAYS)})|(?P<tomorrow>demain|tomorrow|morgen)|"
    r"(?:le|the|au) (?P<day>\d{1,2})(?:st|nd|rd|th|er)?)\b(?! ?(?:h|heures?|am|pm|%|[.,:/-] ?\d))"
)
_ENGLISH = re.compile(r"\b(?:until|back|return\w*|out of|away|on leave)\b")
# A day without a year is the nearest one: this long ago it is over, not due in a year.
_JUST_OVER = timedelta(days=60)


def _out_of_office(text: str, subject: str, received_on: date) -> OutOfOffice:
    for said, needs_sign in ((folded(text[:LONGEST_MATCHED]), False), (folded(subject), True)):
        until = _named(said, received_on, needs_sign=needs_sign)
        if until is not None:
            return OutOfOffice(next_business_day(until), names_date=True)
    return OutOfOffice(received_on + timedelta(days=DEFAULT_HOLD_DAYS), names_date=False)


def _named(plain: str, near: date, *, needs_sign: bool) -> date | None:
    """The last day that `plain` calls the end of the absence; of days without such a sign the last one."""
    found = list(_dates(plain, near))
    signed = [day for at, day, _ in found if _UNTIL.search(plain[max(0, at - 60) : at])]
    if not found:
        signed = list(_relative(plain, near))
    unsigned = [] if signed or needs_sign else [day for _, day, is_sure in found if is_sure]
    last = near + timedelta(days=LONGEST_HOLD_DAYS)
    return max((day for day in signed or unsigned if near <= day <= last), default=None)


def _relative(plain: str, near: date) -> Iterator[date]:
    """Days that are named without their month: "until Monday", "de retour demain", "back on the 9th"."""
    for found in _THE_DAY.finditer(plain):
        if not _UNTIL.search(plain[max(0, found.start() - 60) : found.start()] + ("au " if found["day"] else "")):
            continue
        for ahead in range(1, 32):
            day = near + timedelta(days=ahead)
            if (
                found["tomorrow"]
                or (found["weekday"] and day.weekday() == _WEEKDAYS[found["weekday"]])
                or (found["day"] and day.day == int(found["day"]))
            ):
                yield day
                break


def next_business_day(day: date) -> date:
    """The first Monday to Friday after `day`."""
    day += timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def _dates(plain: str, near: date) -> Iterator[tuple[int, date, bool]]:
    """Where a date stands, which one it is, and whether it can be nothing else."""
    for found in _DAY_FIRST.finditer(plain):
        yield from _day(found.start(), near, found[1], _MONTHS[found[2]], found[3])
    for found in _MONTH_FIRST.finditer(plain):
        yield from _day(found.start(), near, found[3] or found[2], _MONTHS[found[1]], found[4])
    for found in _ISO.finditer(plain):
        yield from _day(found.start(), near, found[3], int(found[2]), found[1])
    for found in _NUMBERS.finditer(plain):
        at, separator, year = found.start(), found[2], found[4]
        if separator == "-" and not year:
            continue
        # Day first, as in Europe; the other way round only where that is no date, or is over in an English text.
        days = list(_day(at, near, found[1], int(found[3]), year, is_sure=bool(year) or separator == "/"))
        if separator == "/" and (not days or (days[0][1] < near and _ENGLISH.search(plain))):
            days = list(_day(at, near, found[3], int(found[1]), year)) or days
        yield from days


def _day(
    at: int, near: date, day: str, month: int, year: str | None, *, is_sure: bool = True
) -> Iterator[tuple[int, date, bool]]:
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [near.year - 1, near.year, near.year + 1]
    for candidate in years:
        try:
            found = date(candidate, month, int(day))
        except ValueError:
            continue
        if year or found >= near - _JUST_OVER:
            yield at, found, is_sure
            return
