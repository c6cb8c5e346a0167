"""A row of a file, or of a scrape, made into a person: cleaned, normalised, its faults named."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from babel import Locale
from babel.core import get_global

from api_gateway.prospects.columns import plain
from api_gateway.prospects.import_schemas import ImportProblem
from api_gateway.suppressions.keys import UnreadableAddress, normalized
from kit.errors import Invalid

LANGUAGES = frozenset({"fr", "en", "de", "nl", "it", "es"})
FREE_MAIL = frozenset({
    "gmail.com", "googlemail.com", "outlook.com", "outlook.fr", "hotmail.com", "hotmail.fr", "live.com", "live.fr",
    "yahoo.com", "yahoo.fr", "icloud.com", "me.com", "aol.com", "gmx.de", "gmx.net", "web.de", "orange.fr",
    "wanadoo.fr", "free.fr", "sfr.fr", "laposte.net", "bbox.fr", "proton.me", "protonmail.com", "bluewin.ch",
    "skynet.be", "t-online.de",
})  # fmt: skip
_NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "na", "null", "none", "#n/a", "nan", "undefined"})
_PLAIN_PROFILE = re.compile(r"https?://(?:[a-z]{2,3}\.)?linkedin\.com/in/([a-z0-9-]+)/?(?:[?#].*)?", re.IGNORECASE)
_RANGE = re.compile(r"(\d[\d\s.,]*)\s*(?:-|–|à|to)\s*(\d[\d\s.,]*)")
_LIMITS = {"first_name": 500, "last_name": 500, "title": 500, "headline": 500, "about": 20_000, "city": 500}


@dataclass(slots=True)
class Person:
    """One person as they will be stored. `line` is where they stand in the file, 1 being its first line."""

    line: int
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    email_norm: str | None = None
    phone: str | None = None
    phone_e164: str | None = None
    linkedin_url: str | None = None
    linkedin_norm: str | None = None
    title: str | None = None
    headline: str | None = None
    about: str | None = None
    country: str | None = None
    city: str | None = None
    language: str | None = None
    company_name: str | None = None
    company_domain: str | None = None
    company_linkedin_url: str | None = None
    industry: str | None = None
    size: int | None = None
    size_range: str | None = None
    technologies: list[str] = field(default_factory=list)

    def fill_from(self, other: "Person") -> None:
        """Take from `other`, the same person, what is not known here."""
        for one in fields(self):
            if one.name != "line" and not getattr(self, one.name):
                setattr(self, one.name, getattr(other, one.name))


def person_of(line: int, cells: Mapping[str, str], problems: list[ImportProblem]) -> Person | None:
    """The person whom `cells` (by our field names) describe; None, with the reason in `problems`, when nobody is."""
    person = Person(line)
    found = len(problems)
    for name, text in cells.items():
        value = text.strip().strip("\ufeff\u200b")
        if value.lower() in _NOTHING:
            continue
        try:
            _READERS[name](person, value)
        except UnreadableCell as error:
            problems.append(ImportProblem(line=line, column=name, reason=error.detail))
    if person.email_norm or person.linkedin_norm:
        if not person.company_domain and person.email_norm:
            domain = person.email_norm.rpartition("@")[2]
            person.company_domain = None if domain in FREE_MAIL else domain
        return person
    if len(problems) == found:
        problems.append(
            ImportProblem(line=line, column=None, reason="The row has no e-mail address and no LinkedIn profile.")
        )
    return None


def merge_same(people: Iterable[Person]) -> tuple[list[Person], int]:
    """One person per address and per profile, in their first order, and how many rows were merged into another."""
    kept: list[Person] = []
    known: dict[str, Person] = {}
    merged = 0
    for person in people:
        keys = [key for key in (person.email_norm, person.linkedin_norm) if key]
        same = next((known[key] for key in keys if key in known), None)
        if same is None:
            kept.append(person)
            same = person
        else:
            merged += 1
            same.fill_from(person)
        for key in (same.email_norm, same.linkedin_norm):
            if key:
                known.setdefault(key, same)
    return kept, merged


class UnreadableCell(Invalid):
    code = "unreadable_cell"


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: `=1+1` becomes `'=1+1`."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def email_of(text: str) -> str:
    """The normal form of an address; UnreadableCell when it is none. No DNS is asked."""
    try:
        return normalized("email", text).value
    except UnreadableAddress as error:
        raise UnreadableCell(f"“{text[:80]}” is no e-mail address.") from error


def profile_of(text: str) -> tuple[str, str]:
    """Address and normal form of a LinkedIn profile, whatever its country host, case, ending or parameters."""
    if plain_profile := _PLAIN_PROFILE.fullmatch(text):
        slug = plain_profile.group(1).casefold()
        return f"https://www.linkedin.com/in/{slug}", f"linkedin.com/in/{slug}"
    try:
        norm = normalized("linkedin", text).value
    except UnreadableAddress as error:
        raise UnreadableCell(f"“{text[:80]}” is no LinkedIn profile.") from error
    return f"https://www.{norm}", norm


def phone_of(text: str) -> str:
    """E.164 of a number, French when it names no country; UnreadableCell when it is none."""
    try:
        return normalized("phone", text.lstrip("'")).value
    except UnreadableAddress as error:
        raise UnreadableCell(f"“{text[:80]}” is no telephone number.") from error


def domain_of(text: str) -> str | None:
    """The domain of a web address, without www; None when there is none in it."""
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    host = host.lower().strip(".").removeprefix("www.")
    return host if re.fullmatch(r"[a-z0-9.-]{1,240}\.[a-z]{2,24}", host) else None


@cache
def _countries() -> dict[str, str]:
    names = {
        plain(name): code
        for locale in ("de", "fr", "en")
        for code, name in Locale(locale).territories.items()
        if len(code) == 2 and code.isalpha()
    }
    named_otherwise = {
        "etats unis": "US", "u s a": "US", "united states of america": "US", "royaume uni": "GB",
        "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB",
        "pays bas": "NL", "the netherlands": "NL", "holland": "NL", "czech republic": "CZ",
        "republique tcheque": "CZ", "turkey": "TR", "hong kong": "HK", "republic of ireland": "IE", "korea": "KR",
        "republic of korea": "KR", "cote d ivoire": "CI", "ivory coast": "CI", "macau": "MO",
    }  # fmt: skip
    return names | named_otherwise


# CLDR's territories that are no country.
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})


def _country_by_code(code: str) -> str | None:
    aliases = get_global("territory_aliases").get(code, [])
    found = aliases[0] if len(aliases) == 1 else code
    return found if found in set(_countries().values()) - _NO_COUNTRIES else None


def country_of(text: str) -> str | None:
    """ISO 3166 code of a country named in French, English or German, or by its code of two or three letters."""
    name = plain(text)
    if len(name) in {2, 3} and (coded := _country_by_code(name.upper())):
        return coded
    return _countries().get(name)


def _text(name: str) -> Any:
    def read(person: Person, value: str) -> None:
        setattr(person, name, harmless(" ".join(value.split()) if name != "about" else value)[: _LIMITS.get(name, 300)])

    return read


def _email(person: Person, value: str) -> None:
    person.email_norm = email_of(value)
    person.email = person.email_norm


def _phone(person: Person, value: str) -> None:
    person.phone_e164 = phone_of(value)
    person.phone = value.lstrip("'")[:50]


def _profile(person: Person, value: str) -> None:
    person.linkedin_url, person.linkedin_norm = profile_of(value)


def _full_name(person: Person, value: str) -> None:
    if not person.first_name and not person.last_name:
        first, _, last = harmless(" ".join(value.split())).partition(" ")
        person.first_name, person.last_name = first[:500], last[:500]


def _country(person: Person, value: str) -> None:
    person.country = person.country or country_of(value)


def _location(person: Person, value: str) -> None:
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if not parts:
        return
    country = country_of(parts[-1])
    person.country = person.country or country
    if person.city is None and (len(parts) > 1 or country is None):
        person.city = harmless(parts[0])[:500]


def _language(person: Person, value: str) -> None:
    code = value.lower()[:2]
    names = {"fr": "fr", "an": "en", "en": "en", "al": "de", "de": "de", "ge": "de", "ne": "nl", "nl": "nl",
             "it": "it", "es": "es", "sp": "es"}  # fmt: skip
    person.language = names.get(code)


def _size(person: Person, value: str) -> None:
    person.size_range = harmless(value)[:100]
    digits = [int(re.sub(r"\D", "", part)) for part in re.findall(r"\d[\d\s.,']*", value)]
    if not digits:
        return
    if len(digits) > 1 and _RANGE.search(value):
        person.size = min((digits[0] + digits[1]) // 2, 10_000_000)
    else:
        person.size = min(digits[0], 10_000_000)


def _domain(person: Person, value: str) -> None:
    person.company_domain = domain_of(value)


def _technologies(person: Person, value: str) -> None:
    person.technologies = [harmless(one.strip())[:100] for one in re.split(r"[;,|]", value) if one.strip()][:50]


_READERS: dict[str, Any] = {
    "email": _email,
    "phone": _phone,
    "linkedin_url": _profile,
    "full_name": _full_name,
    "country": _country,
    "location": _location,
    "language": _language,
    "company_size": _size,
    "company_domain": _domain,
    "technologies": _technologies,
    **{
        name: _text(name)
        for name in ("first_name", "last_name", "title", "headline", "about", "company_name", "company_linkedin_url",
                     "industry", "city")
    },
}  # fmt: skip
