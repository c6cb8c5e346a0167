"""What the prospect wrote this time: without markup, quoted thread and automatic footers.

Written here because the library for it (mail-parser-reply) takes minutes on 40 KB of "On On On …", which anybody can
send; this looks at each line once.
"""

import re
from html.parser import HTMLParser

from ai_service.replies.schemas import Reply

_DIVIDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|message d'origine|message original|ursprüngliche nachricht|forwarded message|"
    r"message transféré)|_{10,}\s*$)",
    re.IGNORECASE,
)
_HEADER_STARTS = re.compile(r"^\s*(?:on|le|am|el)\s", re.IGNORECASE)
_HEADER = re.compile(r"^\s*(?:on|le|am|el)\s.{5,}?\b(?:wrote|a écrit|schrieb|escribió)\b", re.IGNORECASE)
_FROM = re.compile(r"^\s*\*?(?:de|from|von)\s?:\*?\s", re.IGNORECASE)
_SENT = re.compile(r"^\s*\*?(?:envoyé|sent|gesendet|date|datum)\s?:", re.IGNORECASE)
_LONGEST_HEADER = 400
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
    lines = whole.splitlines()
    end = next((number for number in range(len(lines)) if _ends_at(lines, number)), len(lines))
    kept = "\n".join(line for line in lines[:end] if not line.lstrip().startswith(">"))
    return _FOOTER.sub("", kept).strip() or whole


def _ends_at(lines: list[str], number: int) -> bool:
    """Whether the prospect's own words end before this line: a quote's header, a divider, or the signature mark."""
    line = lines[number]
    if line.rstrip() == "--" or _DIVIDER.match(line):
        return True
    following = lines[number + 1 : number + 3]
    if _FROM.match(line):
        return any(_SENT.match(after) for after in following)
    # Mail programs break "On … wrote:" over up to three lines.
    header = " ".join([line[:_LONGEST_HEADER], *(after[:_LONGEST_HEADER] for after in following)])[:_LONGEST_HEADER]
    return bool(_HEADER_STARTS.match(line) and _HEADER.match(header)) and any(
        mark in header for mark in (":", ">", "@")
    )
