"""By what a person is recognised in text: as a pattern that Postgres searches with, and as keys found in an event.

A pattern names whole addresses, numbers, profiles, full names and vendors' ids, never a bare first or last name: those
are words, and other people's too. Patterns are Postgres' regular expressions, read without regard to case.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from typing import Any
from uuid import UUID

import phonenumbers
from email_validator import validate_email

from api_gateway.suppressions.keys import Key, Kind, UnreadableAddress, normalized, personal_keys

MOST_KEYS = 200
SHORTEST_ID = 8
SHORTEST_WORD = 4
LONGEST_NUMBER_OF_A_FIRM = 9
_EMAIL = re.compile(r"[^\s<>\"'(),;:\[\]\\|]{1,64}@[^\s<>\"'(),;:\[\]\\|@]{3,255}")
_PROFILE = re.compile(r"(?:[a-z]{2,3}\.)?linkedin\.com/(?:in|pub)/[^\s/?#\"'<>\\]+", re.IGNORECASE)
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[\d\s().-]{8,24}")
# What may stand before a word without being part of it: no letter, or the end of an escape of JSON or of a URL.
_BEFORE = r"(?:(?<![[:alnum:]._+-])|(?<=%[0-9a-f][0-9a-f])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f]))"
_AFTER = r"(?![[:alnum:]_-]|\.[[:alnum:]])"
_NO_LETTER = r"(?![[:alnum:]])"
_NO_LETTER_OR_DASH = r"(?![[:alnum:]-])"
_GAP = r"(?:[\s.()/-]|%2[089def])*"
_SLASH = r"(?:/|%2F|\\+/)+"
_SPACE = r"(?:,?(?:\s|\+|%20|&nbsp;)+)"


def keys_of(traces: dict[str, Any]) -> list[Key]:
    """Every address, number and profile that is the person's own."""
    found = set(personal_keys(traces["email_norm"], traces["phone_e164"], traces["linkedin_norm"]))
    for written in traces.get("also", []):
        try:
            found.add(normalized("email", parseaddr(written)[1] or written))
        except UnreadableAddress:
            continue
    return sorted(found)


def pattern_of(traces: dict[str, Any]) -> str:
    """What finds the person in a text, as `private.mentions` reads it; "" when they have nothing to be found by.

    A number or a name that somebody else in the organization has too is left out: it would empty their rows.
    """
    words: list[str] = []
    wordless: list[str] = []
    plain: list[str] = []
    whole: list[str] = []

    def add(value: str, spelt: str, *, before: str = _BEFORE, after: str = _AFTER) -> None:
        if word := _word(value):
            words.append(word)
        else:
            wordless.append(spelt)
        plain.append(spelt)
        whole.append(before + spelt + after)

    for key in keys_of(traces):
        if key.kind == "email":
            for written in dict.fromkeys((key.value, _readable(key.value))):
                add(written, _spelt(written))
        elif key.kind == "phone" and not traces.get("phone_is_shared"):
            national = _national(key.value)
            add("", _GAP.join(national), before=_before_number(key.value), after=r"(?![0-9])")
        elif key.kind == "linkedin":
            host, _, rest = key.value.partition("/")
            handle = rest.rpartition("/")[2]
            add(handle, _spelt(host) + _SLASH + _spelt(rest), before="", after=_NO_LETTER_OR_DASH)
            if len(handle) >= SHORTEST_ID and re.search(r"[\d-]", handle):
                add(handle, _spelt(handle), before=r"(?<![[:alnum:]@._-])", after=r"(?![[:alnum:]@-])")
    first, last = (str(traces.get(name) or "").strip() for name in ("first_name", "last_name"))
    if min(len(first), len(last)) >= 2 and not traces.get("name_is_shared"):
        for one, other in ((first, last), (last, first)):
            spelt = _SPACE.join(map(_spelt, [*one.split(), *other.split()]))
            add(f"{one} {other}", spelt, after=_NO_LETTER)
    for one in vendor_ids(traces):
        add(one, _spelt(one), after=_NO_LETTER)
    if not whole:
        return ""
    lines = ("|".join(dict.fromkeys(parts)) for parts in (wordless, plain, whole))
    return "\n".join(["\t".join(dict.fromkeys(words)), *lines])


def vendor_ids(traces: dict[str, Any]) -> list[str]:
    """By what vendors know the person and their messages."""
    bookings = traces.get("bookings", [])
    ids = [
        *traces.get("leads", []),
        *(mail["id"] for mail in traces.get("mails", [])),
        *(reply["id"] for reply in traces.get("replies", [])),
        *(booking["uid"] for booking in bookings),
        *(uid for booking in bookings for uid in booking.get("previous") or []),
    ]
    return sorted({str(one) for one in ids if one and len(str(one)) >= SHORTEST_ID})


def keys_in(payload: Any) -> set[Key]:
    """The addresses, numbers and profiles that an event names, wherever they stand in it."""
    found: set[Key] = set()
    for text in _texts(payload):
        candidates: list[tuple[Kind, str]] = [("email", one) for one in _EMAIL.findall(text)]
        candidates += [("linkedin", one) for one in _PROFILE.findall(text)]
        if _NUMBER.fullmatch(text.strip()):
            candidates.append(("phone", text))
        for kind, written in candidates:
            try:
                found.add(normalized(kind, written.strip(".")))
            except UnreadableAddress:
                continue
        if len(found) >= MOST_KEYS:
            break
    return found


def ids_in(payload: Any) -> list[UUID]:
    """Ids of ours that an event may carry, such as the enrollment that a booking link names."""
    found = {UUID(one) for text in _texts(payload) for one in _UUID.findall(text)}
    return sorted(found)[:MOST_KEYS]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, content in value.items():
            yield str(name)
            yield from _texts(content)
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for content in value:
            yield from _texts(content)


def _spelt(text: str) -> str:
    return "".join(map(_letter, unicodedata.normalize("NFC", text)))


def _letter(letter: str) -> str:
    """One letter however it may be written: as it is, for a URL, as JSON's or Postgres' escape, without its accent."""
    special = {"@": "(?:@|%40)", "+": r"(?:\+|%2B)", "/": _SLASH, " ": _SPACE}
    if letter in special:
        return special[letter]
    if letter.isascii():
        return letter if letter.isalnum() or letter in "_-%" else rf"\{letter}"
    forms = [letter, letter.lower(), letter.upper()]
    forms += [unicodedata.normalize("NFD", form) for form in forms]
    spellings = [spelling for form in forms for spelling in _escaped(form)]
    if forms[3] != letter:
        spellings.append(forms[3][0])
    return f"(?:{'|'.join(dict.fromkeys(spellings))})"


def _escaped(form: str) -> Iterator[str]:
    """As it is, as a URL has it, as Postgres writes bytes, and as JSON escapes it."""
    yield form
    yield "".join(chr(byte) if byte < 128 else f"%{byte:02x}" for byte in form.encode())
    yield "".join(chr(byte) if byte < 128 else rf"\\+{byte:03o}" for byte in form.encode())
    units = memoryview(form.encode("utf-16-le")).cast("H")
    yield "".join(chr(unit) if unit < 128 else rf"\\+u{unit:04x}" for unit in units)


def _word(text: str) -> str:
    """The longest run that stands in a text as it is, however the text is escaped; "" when it is too short to tell."""
    found = max(re.findall(r"[A-Za-z0-9._-]+", unicodedata.normalize("NFC", text)), key=len, default="")
    return found.lower() if len(found) >= SHORTEST_WORD else ""


def _readable(email: str) -> str:
    """The address as people write it: its domain in letters, not as the wire carries them."""
    return validate_email(email, check_deliverability=False, test_environment=True).normalized


def _national(e164: str) -> str:
    return phonenumbers.national_significant_number(phonenumbers.parse(e164))


def _before_number(e164: str) -> str:
    """How a number begins before its national digits; a long one may do without, a short one might be another's."""
    country = str(phonenumbers.parse(e164).country_code)
    prefix = rf"(?:(?:\+|%2B|00)?{country}{_GAP}(?:\(0\))?{_GAP}|0)"
    is_long = len(_national(e164)) > LONGEST_NUMBER_OF_A_FIRM
    return rf"(?<![0-9]){prefix}{'?' if is_long else ''}"
