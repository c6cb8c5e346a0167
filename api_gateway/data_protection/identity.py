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

from api_gateway.suppressions.keys import Key, Kind, UnreadableAddress, normalized, personal_keys

MOST_KEYS = 200
SHORTEST_ID = 8
SHORTEST_HINT = 3
SEPARATOR = "\n"
LONGEST_NUMBER_OF_A_FIRM = 9
_EMAIL = re.compile(r"[^\s<>\"'(),;:\[\]\\|]{1,64}@[^\s<>\"'(),;:\[\]\\|@]{3,255}")
_PROFILE = re.compile(r"(?:[a-z]{2,3}\.)?linkedin\.com/(?:in|pub)/[^\s/?#\"'<>\\]+", re.IGNORECASE)
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[\d\s().-]{8,24}")
# What may stand before a word without being part of it: no letter, or the end of an escape of JSON or of a URL.
_BEFORE = r"(?:(?<![[:alnum:]._+-])|(?<=%[0-9a-f][0-9a-f])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f][0-9a-f][0-9a-f][0-9a-f]))"
_AFTER = r"(?![[:alnum:]_-]|\.[[:alnum:]])"
_GAP = r"(?:[\s.()/-]|%20)*"
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
    """What finds the person in a text; "" when they have nothing to be found by.

    Two patterns on two lines: a plain one that passes over most texts fast, and the one that counts. A number or a name
    that somebody else in the organization has too is left out: it would empty their rows.
    """
    parts: list[str] = []
    hints: list[str] = []
    for key in keys_of(traces):
        if key.kind == "email":
            parts.append(_BEFORE + _spelt(key.value) + _AFTER)
            hints.append(_hint(key.value.rpartition("@")[0]) or _hint(key.value))
        elif key.kind == "phone" and not traces.get("phone_is_shared"):
            parts.append(_number(key.value))
            hints.append(_GAP.join(_national(key.value)))
        elif key.kind == "linkedin":
            parts += _profile(key.value)
            hints.append(_hint(key.value.rpartition("/")[2]) or "linkedin")
    first, last = (str(traces.get(name) or "").strip() for name in ("first_name", "last_name"))
    if min(len(first), len(last)) >= 2 and not traces.get("name_is_shared"):
        for one, other in ((first, last), (last, first)):
            parts.append(_BEFORE + _SPACE.join(map(_spelt, [*one.split(), *other.split()])) + r"(?![[:alnum:]])")
        hints.append(_hint(f"{first} {last}"))
    for one in vendor_ids(traces):
        parts.append(_BEFORE + _spelt(one) + r"(?![[:alnum:]])")
        hints.append(_hint(one))
    whole = "|".join(dict.fromkeys(parts))
    # Looking behind is slow: a plain search comes first, for what stands in each text that the whole one finds.
    return whole and ("|".join(dict.fromkeys(hints)) if all(hints) else whole) + SEPARATOR + whole


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
    spellings = dict.fromkeys((letter, letter.lower(), letter.upper()))
    forms: list[str] = []
    for one in spellings:
        raw = one.encode()
        forms += [one, "".join(f"%{byte:02x}" for byte in raw), "".join(rf"\\+{byte:03o}" for byte in raw)]
        forms += [rf"\\+u{ord(one):04x}"] if len(one) == 1 else []
    decomposed = unicodedata.normalize("NFD", letter)
    if len(decomposed) > 1:
        forms += [decomposed, decomposed[0]]
    return f"(?:{'|'.join(dict.fromkeys(forms))})"


def _hint(text: str) -> str:
    """The longest run of plain letters and digits: however the text is escaped, they stand in it as they are."""
    found = max(re.findall(r"[A-Za-z0-9]+", text), key=len, default="")
    return found if len(found) >= SHORTEST_HINT else ""


def _national(e164: str) -> str:
    return phonenumbers.national_significant_number(phonenumbers.parse(e164))


def _number(e164: str) -> str:
    country, national = str(phonenumbers.parse(e164).country_code), _national(e164)
    prefix = rf"(?:(?:\+|%2B|00)?{country}{_GAP}(?:\(0\))?{_GAP}|0)"
    if len(national) > LONGEST_NUMBER_OF_A_FIRM:
        prefix += "?"
    return rf"(?<![0-9]){prefix}{_GAP.join(national)}(?![0-9])"


def _profile(norm: str) -> list[str]:
    host, _, rest = norm.partition("/")
    handle = rest.rpartition("/")[2]
    parts = [_spelt(host) + _SLASH + _spelt(rest) + r"(?![[:alnum:]-])"]
    if len(handle) >= SHORTEST_ID and re.search(r"[\d-]", handle):
        parts.append(r"(?<![[:alnum:]@._-])" + _spelt(handle) + r"(?![[:alnum:]@-])")
    return parts
