"""What the prospect wrote this time: without markup, quoted thread and automatic footers."""

import re
from html.parser import HTMLParser

from mailparser_reply import EmailReplyParser

from ai_service.replies.schemas import Reply

_SEPARATOR = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|message d'origine|message original|ursprüngliche nachricht|forwarded message)"
    r"|_{10,}\s*$|(?:de|from|von)\s*:.{1,200}\n\s*(?:envoyé|sent|gesendet|date|datum)\s*:)",
    re.IGNORECASE | re.MULTILINE,
)
_FOOTER = re.compile(
    r"^\s*(?:envoyé (?:de|depuis) (?:mon|outlook)|sent from (?:my|outlook)|von meinem .{1,30} gesendet|get outlook for)"
    r".*$",
    re.IGNORECASE | re.MULTILINE,
)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


class _Text(HTMLParser):
    """Collects the text of an HTML mail; what it quotes and what it hides is left out."""

    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3"})
    _LEFT_OUT = frozenset({"script", "style", "blockquote", "head", "title"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = (dict(attrs).get("style") or "").replace(" ", "").lower()
        if (
            tag in self._LEFT_OUT
            or (self._left_out and tag not in {"br", "img", "hr", "meta", "input", "link"})
            or "display:none" in style
            or "font-size:0" in style
        ):
            self._left_out.append(tag)
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._left_out:
            while self._left_out and self._left_out.pop() != tag:
                pass
        elif tag in self._BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._left_out:
            self.parts.append(data)


def _from_html(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "".join(reader.parts)).strip()


def own_words(reply: Reply) -> str:
    """The reply's own text; the whole text when stripping would leave nothing."""
    whole = (reply.text or "").strip() or _from_html(reply.html or "")
    unquoted = str(EmailReplyParser(languages=["en", "fr", "de"]).parse_reply(whole) or "")
    kept = _SEPARATOR.split(unquoted)[0]
    kept = _FOOTER.sub("", _SIGNATURE.split(kept)[0]).strip()
    return kept or whole
