"""What a person wrote themself: quotes, signatures and disclaimers cut away. The original is always kept beside it."""

import html
import re

from mailparser_reply import EmailReplyParser

LONGEST_JUDGED = 40_000
# The library's patterns take quadratic time on some texts: a third of a second for this many characters at worst.
LONGEST_FOR_LIBRARY = 4_000
LONGEST_MARKUP = 100_000
_PARSER = EmailReplyParser(languages=["en", "fr", "de"])

# What the library does not know: French and English lines that open a quote, whatever the date looks like.
_QUOTE_OPENS = re.compile(
    r"""^(?:
        [ \t>]*Le[ ][^\n]{4,200}(?:\n[^\n]{0,200})?a[ ]écrit[ \u00a0]?:
      | [ \t>]*On[ ][^\n]{4,200}(?:\n[^\n]{0,200})?wrote:
      | [ \t>]*Am[ ][^\n]{4,200}(?:\n[^\n]{0,200})?schrieb[^\n]{0,200}:
      | [ \t]*[-_]{2,}[ ]?(?:Message[ ]d['’]origine|Original[ ]Message|Message[ ]transféré|Forwarded[ ]message
            |Ursprüngliche[ ]Nachricht)[ ]?[-_]*
      | [ \t]*\*?(?:De|From|Von)\*?[ \u00a0]?:[^\n]{1,300}\n
            [ \t]*\*?(?:Envoyé|Sent|Gesendet|Date|Datum|À|To|An)\*?[ \u00a0]?:
    )""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTED_LINE = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_DEVICE = re.compile(
    r"^[ \t]*(?:Envoyé (?:de|depuis) (?:mon|ma) |Sent from my |Get Outlook for |Télécharger Outlook|Von meinem )"
    r"[^\n]{0,80}$",
    re.MULTILINE | re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^[ \t]*(?:--[ ]?$|(?:cordialement|bien cordialement|bien à vous|bonne journée|salutations|sincèrement|"
    r"best(?: regards)?|kind regards|regards|sincerely|cheers|mit freundlichen grüßen|viele grüße|lg)"
    r"[ \t]*[,.!]?[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
_MOST_SIGNATURE_LINES = 8
_HEADER_BLOCK = re.compile(r"\A(?:[A-Za-z][A-Za-z0-9-]{1,60}:[ \t][^\n]*\n){1,40}\n")
_HEADER = re.compile(r"^([A-Za-z][A-Za-z0-9-]{1,60}):[ \t]*([^\n]*)$", re.MULTILINE)
_KNOWN_HEADERS = frozenset({
    "auto-submitted", "precedence", "x-auto-response-suppress", "x-autoreply", "x-autorespond", "return-path",
    "content-type", "list-id", "x-failed-recipients", "received", "date", "message-id", "in-reply-to", "references",
})  # fmt: skip


def split_headers(text: str) -> tuple[dict[str, str], str]:
    """Headers that a gateway left at the top of the text, by lower-case name, and the text without them."""
    found = _HEADER_BLOCK.match(text.replace("\r\n", "\n"))
    if found is None:
        return {}, text
    headers = {name.lower(): value.strip() for name, value in _HEADER.findall(found[0])}
    if not _KNOWN_HEADERS & headers.keys():
        return {}, text
    return headers, text.replace("\r\n", "\n")[found.end() :]


def own_words(text: str, markup: str = "") -> str:
    """What was written in this reply alone. Falls back to more of the text rather than to nothing."""
    plain = (text or text_of(markup)).replace("\r\n", "\n").replace("\u200b", "")[:LONGEST_JUDGED]
    _, plain = split_headers(re.sub(r"[ \t]{3,}", "  ", plain))
    opened = _QUOTE_OPENS.search(plain)
    unquoted = plain[: opened.start()] if opened and plain[: opened.start()].strip() else plain
    latest = _latest(re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", unquoted).strip())
    latest = _QUOTED_LINE.sub("", latest)
    kept = _without_signature(_DEVICE.sub("", latest))
    for candidate in (kept, latest, unquoted, plain):
        if words := re.sub(r"\n{3,}", "\n\n", candidate).strip():
            return words
    return ""


def _latest(text: str) -> str:
    """What the library takes for the newest part; of a long text it sees the beginning."""
    head, tail = text[:LONGEST_FOR_LIBRARY], text[LONGEST_FOR_LIBRARY:]
    latest = str(_PARSER.read(head).latest_reply or head)
    return latest + tail if len(latest) >= len(head.strip()) else latest


def _without_signature(text: str) -> str:
    """Cut from the last closing on, when what follows is short enough to be a signature."""
    closings = list(_CLOSING.finditer(text))
    for closing in reversed(closings):
        rest = [line for line in text[closing.end() :].splitlines() if line.strip()]
        if (
            len(rest) <= _MOST_SIGNATURE_LINES
            and all(len(line) <= 120 for line in rest)
            and text[: closing.start()].strip()
        ):
            return text[: closing.start()]
    return text


_TAG_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]{0,20})(?=[\s/>])")
_DROPPED = frozenset({"blockquote", "style", "script", "head", "title"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
LONGEST_TAG = 2_000


def text_of(markup: str) -> str:
    """The words of an HTML mail without what it quotes, in time linear in its length whatever it holds.

    The standard library takes minutes for a hundred kilobytes of unclosed tags, and strangers write these mails.
    """
    markup = markup[:LONGEST_MARKUP]
    parts: list[str] = []
    at, dropping, has_comment_ends = 0, 0, True
    while at < len(markup):
        opened = markup.find("<", at)
        if opened < 0:
            opened = len(markup)
        if not dropping:
            parts.append(markup[at:opened])
        if has_comment_ends and markup.startswith("<!--", opened):
            ended = markup.find("-->", opened + 4)
            has_comment_ends = ended >= 0
            if has_comment_ends:
                at = ended + 3
                continue
        ended = markup.find(">", opened, opened + LONGEST_TAG)
        if ended < 0:
            parts.append("" if dropping else markup[opened : opened + 1])
            at = opened + 1
            continue
        name = _TAG_NAME.match(markup, opened, ended + 1)
        if name and (tag := name[1].lower()) in _DROPPED:
            dropping = max(0, dropping - 1) if markup[opened + 1] == "/" else dropping + 1
        elif name and tag in _BREAKS and not dropping:
            parts.append("\n")
        at = ended + 1
    return re.sub(r"[ \t]+", " ", html.unescape("".join(parts))).strip()
