"""The forms under which a person may be suppressed: address, domain, number, profile. Normalised, or hashed for good.

After an erasure only `hmac:<hex>` of the normalised value is kept: it still matches, and tells nobody who it was.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from kit.errors import Invalid

Kind = Literal["email", "domain", "phone", "linkedin"]
_HOST = re.compile(r"^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$")
_PROFILE = re.compile(r"^/(?:in|pub|company|sales/lead)/([^/?#]+)")
DEFAULT_REGION = "FR"


class Key(NamedTuple):
    """One form of a person, normalised."""

    kind: Kind
    value: str


class UnreadableAddress(Invalid):
    code = "unreadable_address"
    default_detail = "This is no address that can be suppressed."


def normalized(kind: Kind, value: str) -> Key:
    """`value` as a person writes it, in its one form; UnreadableAddress when it has none."""
    text = value.strip()
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
    if re.fullmatch(r"[+(\d][\d\s().-]{5,}", text):
        return normalized("phone", text)
    return normalized("domain", text)


def keys_of(email_norm: str | None, phone_e164: str | None, linkedin_norm: str | None) -> list[Key]:
    """Every form under which a person may be suppressed, sorted, so that locks are always taken in one order."""
    keys = []
    if email_norm:
        keys += [Key("email", email_norm), Key("domain", email_norm.rpartition("@")[2])]
    if phone_e164:
        keys.append(Key("phone", phone_e164))
    if linkedin_norm:
        keys.append(Key("linkedin", linkedin_norm))
    return sorted(keys)


def personal_keys(email_norm: str | None, phone_e164: str | None, linkedin_norm: str | None) -> list[Key]:
    """By what one person alone is suppressed: without the domain, which is their whole company's."""
    return [key for key in keys_of(email_norm, phone_e164, linkedin_norm) if key.kind != "domain"]


def hashed(key: Key, secret: bytes, organization_id: UUID) -> Key:
    """The form that is left of a key after an erasure."""
    digest = hmac.new(secret, f"suppression|{organization_id}|{key.kind}|{key.value}".encode(), hashlib.sha256)
    return Key(key.kind, f"hmac:{digest.hexdigest()}")


def with_hashes(keys: Iterable[Key], secret: bytes, organization_id: UUID) -> list[Key]:
    """The keys and what would be left of each after an erasure."""
    plain = list(keys)
    return plain + [hashed(key, secret, organization_id) for key in plain]


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError as error:
        raise UnreadableAddress(f"“{text[:80]}” is no e-mail address.") from error


def _domain(text: str) -> str:
    host = (urlsplit(text).hostname or "") if "//" in text else text.partition("/")[0]
    host = host.casefold().strip(".").removeprefix("www.")
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise UnreadableAddress(f"“{text[:80]}” is no domain.") from error
    if not _HOST.fullmatch(host):
        raise UnreadableAddress(f"“{text[:80]}” is no domain.")
    return host


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise UnreadableAddress(f"“{text[:80]}” is no telephone number.") from error
    if not phonenumbers.is_possible_number(number):
        raise UnreadableAddress(f"“{text[:80]}” is no telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _profile(text: str) -> str:
    address = text if "//" in text else f"https://{text.removeprefix('/')}"
    parts = urlsplit(address)
    host = (parts.hostname or "").casefold()
    if host != "linkedin.com" and not host.endswith(".linkedin.com"):
        raise UnreadableAddress(f"“{text[:80]}” is no LinkedIn profile.")
    found = _PROFILE.match(parts.path)
    if found is None:
        raise UnreadableAddress(f"“{text[:80]}” is no LinkedIn profile.")
    return f"linkedin.com{found.group(0).rstrip('/').rpartition('/')[0]}/{unquote(found.group(1)).casefold()}"
