"""What rules alone settle about a reply, before any model is asked: automatic mail, delivery failures, and "stop".

Automatic mail is recognised as RFC 3834 says (Auto-Submitted, Precedence) and by what mail servers put into subjects.
An out-of-office note holds the sequence until the date it names and one business day more, or seven days. Pure.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import get_month_names

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
    if failure := _delivery_failure(plain_subject, plain_text, headers):
        return failure
    if is_automatic or _is_automatic(plain_subject, headers):
        if _ACKNOWLEDGEMENT.search(plain_text) and not _ABSENT.search(f"{plain_subject} {plain_text}"):
            return Acknowledgement()
        return _out_of_office(words or text, received_on)
    return _unsubscribe(subject, words)


def _unsubscribe(subject: str, words: str) -> Unsubscribe | None:
    # Some programs put the wish into the subject (RFC 2369) and leave the body empty.
    phrase = opt_out.wish(words if words.strip() else re.sub(r"(?i)^\s*(?:re|aw|tr|fw)\s*:", "", subject))
    return Unsubscribe(phrase) if phrase else None


_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:(?:re|tr|fw|aw) ?: ?)*(?:reponse automatique|message automatique|absence du bureau|absence ?:|"
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
_ENHANCED_CODE = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"(?:smtp;|said:|error|code|#)\W{0,3}([45])\d\d\b")
_NOBODY = re.compile(
    r"user unknown|no such user|does not exist|n'existe pas|unknown (?:user|recipient)|invalid recipient|"
    r"address rejected|recipient not found|mailbox (?:not found|unavailable)|adresse introuvable|unbekannt"
)


def _delivery_failure(plain_subject: str, plain_text: str, headers: Mapping[str, str]) -> DeliveryFailure | None:
    sender = folded(headers.get("from", "") + " " + headers.get("return-path", ""))
    is_report = (
        "delivery-status" in headers.get("content-type", "").lower()
        or "x-failed-recipients" in headers
        or bool(_FAILED_SUBJECT.search(plain_subject))
        or (bool(_REPORTER.search(sender)) and bool(_FAILED_SUBJECT.search(plain_text)))
    )
    if not is_report:
        return None
    codes = [found for found in _ENHANCED_CODE.finditer(plain_text) if found[1] != "2"]
    if codes:
        return DeliveryFailure(codes[0][0], permanent=codes[0][1] == "5")
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
_MONTH_FIRST = re.compile(rf"\b({_NAME})\.? (\d{{1,2}})(?:st|nd|rd|th)?\b,?(?: (\d{{4}}))?")
_NUMBERS = re.compile(r"\b(\d{1,2})[/.](\d{1,2})(?:[/.](\d{4}|\d{2}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def _out_of_office(text: str, received_on: date) -> OutOfOffice:
    last = received_on + timedelta(days=LONGEST_HOLD_DAYS)
    named = [day for day in _dates(folded(text[:LONGEST_MATCHED]), received_on) if received_on <= day <= last]
    if not named:
        return OutOfOffice(received_on + timedelta(days=DEFAULT_HOLD_DAYS), names_date=False)
    return OutOfOffice(next_business_day(max(named)), names_date=True)


def next_business_day(day: date) -> date:
    """The first Monday to Friday after `day`."""
    day += timedelta(days=1)
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def _dates(plain: str, near: date) -> Iterator[date]:
    for found in _DAY_FIRST.finditer(plain):
        yield from _day(near, found[1], _MONTHS[found[2]], found[3])
    for found in _MONTH_FIRST.finditer(plain):
        yield from _day(near, found[2], _MONTHS[found[1]], found[3])
    for found in _ISO.finditer(plain):
        yield from _day(near, found[3], int(found[2]), found[1])
    for found in _NUMBERS.finditer(plain):
        # Day first, as in Europe; the other way round only where that is no date.
        yield from list(_day(near, found[1], int(found[2]), found[3])) or _day(near, found[2], int(found[1]), found[3])


def _day(near: date, day: str, month: int, year: str | None) -> Iterator[date]:
    years = [int(year) + (2000 if len(year) == 2 else 0)] if year else [near.year, near.year + 1]
    for candidate in years:
        try:
            found = date(candidate, month, int(day))
        except ValueError:
            continue
        if year or found >= near:
            yield found
            return
