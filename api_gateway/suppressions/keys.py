"""The forms under which a person may be suppressed: address, domain, number, profile. Normalised, or hashed for good.

Domains are kept as the wire carries them (`xn--…`, IDNA 2008), so that the two ways of writing one are the same entry.
A domain stands for its subdomains as well, and an address for its own plus-addresses. After an erasure only
`hmac:<hex>` of the normalised value is kept: it still matches, and tells nobody who it was.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable
from email.utils import parseaddr
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from kit.errors import Invalid

Kind = Literal["email", "domain", "phone", "linkedin"]
_NUMBER = re.compile(r"(?:tel:)?[+(\d][\d\s()./\u2010-\u2015-]{5,}(?:(?:ext|poste|x)\.?\s*\d{1,6})?", re.IGNORECASE)
# Shapes that are plainly an address; whatever else has an @ is put to the full check, which is a hundred times slower.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9](?:[a-z0-9_+-]|\.(?!\.)){0,62}(?<!\.)@(?:[a-z0-9](?:[a-z0-9-]{0,60}[a-z0-9])?\.)+[a-z]{2,24}"
)
_HASH = re.compile(r"hmac:[0-9a-f]{64}")
_PEOPLE = frozenset({"in", "pub"})
DEFAULT_REGION = "FR"
HASH_PREFIX = "hmac:"


class Key(NamedTuple):
    """One form of a person, normalised."""

    kind: Kind
    value: str


class UnreadableAddress(Invalid):
    code = "unreadable_address"
    default_detail = "This is no address that can be suppressed."


def normalized(kind: Kind, value: str) -> Key:
    """`value` as a person writes it, in its one form; UnreadableAddress when it has none."""
    text = value.strip().strip("\ufeff\u200b")
    if kind == "email":
        return Key(kind, _email(text))
    if kind == "domain":
        return Key(kind, _domain(text))
    if kind == "phone":
        return Key(kind, _phone(text))
    return Key(kind, _profile(text))


def recognized(value: str) -> Key:
    """The key of a value of which nobody said what it is; UnreadableAddress when it looks like none of the four."""
    text = value.strip().strip("\"'<>")
    if "linkedin.com/" in text.casefold():
        return normalized("linkedin", text)
    if text.startswith("@"):
        return normalized("domain", text[1:])
    if "@" in text:
        return normalized("email", text)
    if _NUMBER.fullmatch(text):
        return normalized("phone", text)
    return normalized("domain", text)


def kept_hash(kind: Kind, value: str) -> Key | None:
    """The key of an entry of which an erasure left only the hash, as an export of the list writes it."""
    return Key(kind, value) if _HASH.fullmatch(value) else None


def keys_of(email_norm: str | None, phone_e164: str | None, linkedin_norm: str | None) -> list[Key]:
    """Every form under which a person may be suppressed, sorted, so that locks are always taken in one order."""
    keys = personal_keys(email_norm, phone_e164, linkedin_norm)
    if email_norm:
        local, _, domain = email_norm.rpartition("@")
        if "+" in local[1:]:
            keys.append(Key("email", f"{local[: local.index('+', 1)]}@{domain}"))
        labels = domain.split(".")
        keys += [Key("domain", ".".join(labels[start:])) for start in range(max(1, len(labels) - 1))]
    return sorted(keys)


def personal_keys(email_norm: str | None, phone_e164: str | None, linkedin_norm: str | None) -> list[Key]:
    """By what one person alone is suppressed: without the domains, which are their whole company's."""
    found: list[tuple[Kind, str | None]] = [("email", email_norm), ("linkedin", linkedin_norm), ("phone", phone_e164)]
    return [Key(kind, value) for kind, value in found if value]


def hashed(key: Key, secret: bytes, organization_id: UUID) -> Key:
    """The form that is left of a key after an erasure."""
    digest = hmac.new(secret, f"suppression|{organization_id}|{key.kind}|{key.value}".encode(), hashlib.sha256)
    return Key(key.kind, HASH_PREFIX + digest.hexdigest())


def with_hashes(keys: Iterable[Key], secret: bytes, organization_id: UUID) -> list[Key]:
    """The keys and what would be left of each after an erasure."""
    plain = list(keys)
    return plain + [hashed(key, secret, organization_id) for key in plain]


def _email(text: str) -> str:
    address = parseaddr(text)[1] if "<" in text else re.sub("^mailto:", "", text, flags=re.IGNORECASE)
    address = address.rstrip(".,;> ")
    if address.isascii() and _PLAIN_ADDRESS.fullmatch(address.lower()):
        return address.lower()
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise UnreadableAddress(f"“{text[:80]}” is no e-mail address.") from error
    return f"{found.local_part.lower()}@{found.ascii_domain.lower()}"


def _domain(text: str) -> str:
    bare = text.removeprefix("@").removeprefix("*.")
    host = _host(bare if "//" in bare else f"//{bare}").strip(".").removeprefix("www.")
    try:
        if "@" in bare:
            raise UnreadableAddress(f"“{text[:80]}” names a person; give the domain alone.")
        found = validate_email(f"postmaster@{host}", check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise UnreadableAddress(f"“{text[:80]}” is no domain.") from error
    return found.ascii_domain.lower()


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise UnreadableAddress(f"“{text[:80]}” is no telephone number.") from error
    if not phonenumbers.is_possible_number(number):
        raise UnreadableAddress(f"“{text[:80]}” is no telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _profile(text: str) -> str:
    address = text if re.match("https?://", text, re.IGNORECASE) else f"https://{text.lstrip('/')}"
    host = _host(address)
    found = None
    if host == "linkedin.com" or host.endswith(".linkedin.com"):
        parts = [unicodedata.normalize("NFC", unquote(part)).casefold() for part in urlsplit(address).path.split("/")]
        found = _named([part.strip() for part in parts if part.strip()])
    if found is None or not found.isprintable():
        raise UnreadableAddress(f"“{text[:80]}” is no LinkedIn profile.")
    return f"linkedin.com/{found}"


def _named(parts: list[str]) -> str | None:
    # Whatever stands before (`mwlite`, `comm`) or behind (a language, a tab) is the same page.
    for place, part in enumerate(parts[:-1]):
        name, *behind = parts[place + 1 :]
        if "/" in name:
            return None
        if part == "pub" and len(behind) >= 3:
            # The address of old: its numbers, from the last to the first, became the ending of today's.
            first, second, third = behind[:3]
            return f"in/{name}-{third:0>3}{second:0>3}{first}"
        if part in _PEOPLE:
            return f"in/{name}"
        if part == "company":
            return f"company/{name}"
        if part == "sales" and name in {"lead", "people"} and behind:
            return f"sales/lead/{behind[0].partition(',')[0]}"
    return None


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
