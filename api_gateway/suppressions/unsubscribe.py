"""The way out that every message carries: `/u/{token}`, one token per message.

GET shows a page and changes nothing, because scanners follow links. POST stops everything, from the page's button or
from the mail program itself (RFC 8058). The token is signed, names a message and never expires: it carries the keyed
hash of the address that it was sent to, so that a stop still holds once campaign, message or person were deleted.
"""

import base64
import binascii
import hashlib
import hmac
import html
from typing import NamedTuple
from uuid import UUID

from api_gateway.resources import Resources
from api_gateway.suppressions import repository, service
from api_gateway.suppressions.keys import HASH_PREFIX, Key, hashed
from kit.settings import decode_key

SIGNATURE_BYTES = 12
_WORDS = {
    "fr": {
        "title": "Se désinscrire",
        "ask": "Vous ne souhaitez plus recevoir de messages{of} ?",
        "of": " de {company}",
        "button": "Ne plus m’écrire",
        "done": "C’est fait : vous ne recevrez plus aucun message{of}.",
        "unknown": "Ce lien n’est pas valable. Répondez « stop » au message reçu et nous cesserons de vous écrire.",
    },
    "en": {
        "title": "Unsubscribe",
        "ask": "Would you like to receive no more messages{of}?",
        "of": " from {company}",
        "button": "Stop writing to me",
        "done": "Done: you will receive no more messages{of}.",
        "unknown": "This link is not valid. Answer “stop” to the message and we will write to you no more.",
    },
}
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><title>{title}</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;min-height:100vh;place-items:center}}
body{{background:#f6f7f9;color:#1c2430}}
main{{max-width:28rem;margin:1rem;padding:2rem;background:#fff;border-radius:12px;box-shadow:0 1px 4px #0002}}
h1{{font-size:1.25rem;margin-top:0}}
button{{font:inherit;padding:.7rem 1.2rem;border:0;border-radius:8px;background:#1f4fd8;color:#fff;cursor:pointer}}
button:focus-visible{{outline:3px solid #9db7ff}}
</style></head><body><main><h1>{title}</h1>{content}</main></body></html>
"""


def marker(message_id: UUID) -> str:
    """The part of a token that is in no other message's text."""
    return _encode(message_id.bytes)


class Named(NamedTuple):
    """What a token names; `key` is None in those of old, which carry no hash."""

    organization_id: UUID
    message_id: UUID
    key: Key | None


def token(secret: bytes, organization_id: UUID, message_id: UUID, email_norm: str | None) -> str:
    """The token of a message's unsubscribe link."""
    left = b""
    if email_norm:
        left = bytes.fromhex(hashed(Key("email", email_norm), secret, organization_id).value.removeprefix(HASH_PREFIX))
    parts = [organization_id.bytes, message_id.bytes, *([left] if left else [])]
    return ".".join(map(_encode, [*parts, _sign(secret, organization_id, message_id, left)]))


def link(public_url: str, secret: bytes, organization_id: UUID, message_id: UUID, email_norm: str | None) -> str:
    """The address of the page."""
    return f"{public_url}/u/{token(secret, organization_id, message_id, email_norm)}"


def read_token(secret: bytes, given: str) -> Named | None:
    """What a token names that we signed; None otherwise."""
    try:
        organization, message, *hashes, signature = (_decode(part) for part in given.split("."))
        organization_id, message_id = UUID(bytes=organization), UUID(bytes=message)
    except (ValueError, binascii.Error):
        return None
    left = b"".join(hashes)
    if len(hashes) > 1 or not hmac.compare_digest(signature, _sign(secret, organization_id, message_id, left)):
        return None
    return Named(organization_id, message_id, Key("email", HASH_PREFIX + left.hex()) if left else None)


async def show(shared: Resources, given: str, preferred: str) -> tuple[int, str]:
    """Status and HTML of the page that asks. Changes nothing."""
    found = read_token(_secret(shared), given)
    if found is None:
        return 404, _page(preferred, "unknown")
    async with shared.database.workflow(found.organization_id, actor="unsubscribe_page") as session:
        about = await repository.message_of_link(session, found.message_id)
    if about is None and found.key is None:
        return 404, _page(preferred, "unknown")
    return 200, _page(_language(about, preferred), "ask", company=_company(about), token=given)


async def stop(shared: Resources, given: str, preferred: str) -> tuple[int, str]:
    """Suppress the person behind the token, at once and for good; asked again, it is done again without harm."""
    found = read_token(_secret(shared), given)
    if found is None:
        return 404, _page(preferred, "unknown")
    organization_id = found.organization_id
    async with shared.database.workflow(organization_id, actor="prospect", reason="unsubscribed") as session:
        about = await repository.message_of_link(session, found.message_id)
        if about is not None:
            await service.suppress_prospect(
                session,
                organization_id=organization_id,
                prospect_id=UUID(str(about["prospect_id"])),
                reason="unsubscribed",
                source="one_click",
            )
        elif found.key is not None and await repository.organization_exists(session, organization_id):
            await service.suppress(
                session, organization_id=organization_id, keys=[found.key], reason="unsubscribed", source="one_click"
            )
        else:
            # Nobody is left to be stopped by it: saying that it was done would be untrue.
            return 404, _page(preferred, "unknown")
    return 200, _page(_language(about, preferred), "done", company=_company(about))


def _page(language: str, what: str, *, company: str = "", token: str = "") -> str:
    words = _WORDS[language]
    of = words["of"].format(company=company) if company else ""
    content = f"<p>{html.escape(words[what].format(of=of))}</p>"
    if what == "ask":
        content += (
            f'<form method="post" action="/u/{html.escape(token)}">'
            '<input type="hidden" name="List-Unsubscribe" value="One-Click">'
            f'<button type="submit">{html.escape(words["button"])}</button></form>'
        )
    return _PAGE.format(language=language, title=html.escape(words["title"]), content=content)


def _language(about: dict[str, object] | None, preferred: str) -> str:
    language = str(about["language"]) if about else preferred
    return language if language in _WORDS else preferred


def _company(about: dict[str, object] | None) -> str:
    return str(about["sender_company"] or "") if about else ""


def _secret(shared: Resources) -> bytes:
    return decode_key(shared.settings.unsubscribe_key.get_secret_value())


def _sign(secret: bytes, organization_id: UUID, message_id: UUID, left: bytes) -> bytes:
    signed = b"unsubscribe|" + organization_id.bytes + message_id.bytes + left
    return hmac.new(secret, signed, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
