"""Finds links, addresses and telephone numbers in text, also when they are dressed up."""

import re
import unicodedata

_SCHEME = re.compile(
    r"\b[a-z][a-z0-9+.-]{1,12}:\s?//|\b(?:mailto|tel|sms|javascript|data|callto|skype|whatsapp):\s?\S", re.IGNORECASE
)
_WWW = re.compile(r"\bwww\d?\s?\.", re.IGNORECASE)
_DOMAIN = re.compile(
    r"(?<![\w@])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}(?:[a-z]{2,24}|xn--[a-z0-9-]{2,59})(?=$|[^\w.-]|[.](?:\s|$)|/|:)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"@\s?[^\s@]{1,64}\.[^\s@]{2}|[\[(]\s?(?:at|arobase)\s?[\])]", re.IGNORECASE)
_SPELT = re.compile(
    r"\b[\w-]{1,63}\s?(?:[\[({]\s?(?:dot|point|punkt)\s?[\])}]|\s(?:dot|punkt)\s)\s?(?:com|fr|io|net|org|de|co|eu|app|ai|be|ch)\b",
    re.IGNORECASE,
)
_IP = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_PHONE = re.compile(r"(?<![\w.,])(?:\+|00)\s?\d(?:[\s().-]?\d){7,14}\b|(?<![\w.,])0\d(?:[\s.-]?\d{2}){4}\b")
_MARKUP = re.compile(r"\[[^\]]*\]\([^)]*\)|<\s*/?\s*[a-z!][^>]*>?|&#|href\s*=", re.IGNORECASE)
_LOOKALIKE_DOTS = str.maketrans({"。": ".", "．": ".", "｡": ".", "․": ".", "∕": "/", "／": "/", "：": ":"})


def normalised(text: str) -> str:
    """Text with full-width and look-alike characters replaced by plain ones."""
    return unicodedata.normalize("NFKC", text.translate(_LOOKALIKE_DOTS))


def found_in(text: str, *, names: frozenset[str] = frozenset()) -> str | None:
    """What kind of address `text` holds: `link`, `address`, `telephone` or `markup`; None when it holds none.

    `names` are given names of companies that look like domains ("Booking.com") and may be written as such.
    """
    plain = normalised(text)
    if _MARKUP.search(plain):
        return "markup"
    if _ADDRESS.search(plain):
        return "address"
    if _SCHEME.search(plain) or _WWW.search(plain) or _IP.search(plain) or _SPELT.search(plain):
        return "link"
    for match in _DOMAIN.finditer(plain):
        after = plain[match.end() : match.end() + 1]
        if match[0].casefold() not in names or after in {"/", ":"}:
            return "link"
    return "telephone" if _PHONE.search(plain) else None
