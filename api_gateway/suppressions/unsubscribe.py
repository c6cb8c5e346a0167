"""The way out that every message carries: `/u/{token}`, one token per message.

GET shows a page and changes nothing, because scanners follow links. POST stops everything, from the page's button or
from the mail program itself (RFC 8058). The token is signed, names a message and never expires.
"""

import base64
import binascii
import hashlib
import hmac
import html
from uuid import UUID

from api_gateway.resources import Resources
from api_gateway.suppressions import repository, service
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


def token(secret: bytes, organization_id: UUID, message_id: UUID) -> str:
    """The token of a message's unsubscribe link."""
    return (
        f"{_encode(organization_id.bytes)}.{marker(message_id)}.{_encode(_sign(secret, organization_id, message_id))}"
    )


def link(public_url: str, secret: bytes, organization_id: UUID, message_id: UUID) -> str:
    """The address of the page."""
    return f"{public_url}/u/{token(secret, organization_id, message_id)}"


def read_token(secret: bytes, given: str) -> tuple[UUID, UUID] | None:
    """(organization, message) of a token that we signed; None otherwise."""
    try:
        organization, message, signature = (_decode(part) for part in given.split("."))
        organization_id, message_id = UUID(bytes=organization), UUID(bytes=message)
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(signature, _sign(secret, organization_id, message_id)):
        return None
    return organization_id, message_id


async def show(shared: Resources, given: str, preferred: str) -> tuple[int, str]:
    """Status and HTML of the page that asks. Changes nothing."""
    found = read_token(_secret(shared), given)
    if found is None:
        return 404, _page(preferred, "unknown")
    organization_id, message_id = found
    async with shared.database.workflow(organization_id, actor="unsubscribe_page") as session:
        about = await repository.message_of_link(session, message_id)
    return 200, _page(_language(about, preferred), "ask", company=_company(about), token=given)


async def stop(shared: Resources, given: str, preferred: str) -> tuple[int, str]:
    """Suppress the person behind the token, at once and for good; asked again, it is done again without harm."""
    found = read_token(_secret(shared), given)
    if found is None:
        return 404, _page(preferred, "unknown")
    organization_id, message_id = found
    async with shared.database.workflow(organization_id, actor="prospect", reason="unsubscribed") as session:
        about = await repository.message_of_link(session, message_id)
        if about is not None:
            await service.suppress_prospect(
                session,
                organization_id=organization_id,
                prospect_id=UUID(str(about["prospect_id"])),
                reason="unsubscribed",
                source="one_click",
            )
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


def _sign(secret: bytes, organization_id: UUID, message_id: UUID) -> bytes:
    signed = b"unsubscribe|" + organization_id.bytes + message_id.bytes
    return hmac.new(secret, signed, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
