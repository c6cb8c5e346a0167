"""What a person wrote themself: quotes, signatures and disclaimers cut away. The original is always kept beside it."""

import html
import re

from mailparser_reply import EmailReplyParser

LONGEST_JUDGED = 40_000
# The library's patterns take quadratic time on some texts: a third of a second for this many characters at worst.
LONGEST_FOR_LIBRARY = 4_000
LONGEST_MARKUP = 100_000
_PARSER = EmailReplyParser(languages=["en", "fr", "de"])

# What the library does not know: French, English and German lines that open a quote, whatever the date looks like.
_ATTRIBUTION = re.compile(
    r"""^(?:
        [ \t>]*Le[ ][^\n]{4,200}(?:\n[^\n]{0,200})?a[ ]écrit[ \u00a0]?:
      | [ \t>]*On[ ][^\n]{4,200}(?:\n[^\n]{0,200})?wrote:
      | [ \t>]*Am[ ][^\n]{4,200}(?:\n[^\n]{0,200})?schrieb[^\n]{0,200}:
    )[ \t]*""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTED_MAIL = re.compile(
    r"""^(?:
        [ \t]*[-_]{2,}[ ]?(?:Message[ ]d['’]origine|Original[ ]Message|Message[ ]transféré|Forwarded[ ]message
            |Ursprüngliche[ ]Nachricht)[ ]?[-_]*
      | (?:[ \t]*_{10,}[ \t]*\n\s*)?[ \t]*\*?(?:De|From|Von)\*?[ \u00a0]?:[^\n]{1,300}\n
            [ \t]*\*?(?:Envoyé|Sent|Gesendet|Date|Datum|À|To|An)\*?[ \u00a0]?:
    )""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTE_FOLLOWS = re.compile(r"\s*^[ \t]*>", re.MULTILINE)
_QUOTED_LINE = re.compile(r"[ \t]*>")
# A quoted line this long was wrapped on the way, and what stands between it and the next quoted line is its rest.
_WRAPPED_FROM = 66
_GAP = "\x1e"
_POSTSCRIPT = re.compile(r"^[ \t]*(?:P\.? ?S\.?|Post-scriptum)[ \t]*[:\-–.,]", re.MULTILINE | re.IGNORECASE)
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
    """What was written in this reply alone, above, below or between what it quotes; "" when it only quotes."""
    plain = (text or _with_quotes_marked(markup)).replace("\r\n", "\n").replace("\u200b", "").replace(_GAP, "")
    _, plain = split_headers(re.sub(r"[ \t]{3,}", "  ", plain[:LONGEST_JUDGED]))
    unquoted = _unquoted(plain)
    parts = [re.sub(r"[ \t]*\n(?:[ \t]*\n)+", "\n\n", part).strip() for part in unquoted.split(_GAP)]
    latest = [_DEVICE.sub("", _latest(part)) for part in parts if part]
    for candidate in ([_without_signature(part) for part in latest], latest, parts):
        if words := re.sub(r"\n{3,}", "\n\n", "\n\n".join(part.strip() for part in candidate if part.strip())).strip():
            return words
    # Marks alone may be a person's own doing; where a program says whom it quotes, nothing was added.
    return "" if _QUOTED_MAIL.search(plain) or _ATTRIBUTION.search(plain) else plain.strip()


def _unquoted(plain: str) -> str:
    """`plain` without what it quotes; each quote that something follows leaves a gap in its place.

    Lines marked with `>` are quoted and nothing else is: people answer below and between them. A quote without marks
    goes on to the end.
    """
    whole = _QUOTED_MAIL.search(plain)
    plain = plain[: whole.start()] if whole else plain
    kept: list[str] = []
    at = 0
    for opened in _ATTRIBUTION.finditer(plain):
        kept.append(plain[at : opened.start()])
        at = opened.end()
        if not _QUOTE_FOLLOWS.match(plain, at):
            at = len(plain)
            break
    lines = "".join((*kept, plain[at:])).split("\n")
    is_quoted = [bool(_QUOTED_LINE.match(line)) for line in lines]
    found: list[str] = []
    for number, line in enumerate(lines):
        between = 0 < number < len(lines) - 1 and is_quoted[number - 1] and is_quoted[number + 1]
        is_rest = between and len(lines[number - 1]) >= _WRAPPED_FROM and bool(line.strip())
        found.append(_GAP if is_quoted[number] or is_rest else line)
    return "\n".join(found)


def _latest(text: str) -> str:
    """What the library takes for the newest part; of a long text it sees the beginning."""
    head, tail = text[:LONGEST_FOR_LIBRARY], text[LONGEST_FOR_LIBRARY:]
    latest = str(_PARSER.read(head).latest_reply or head)
    return latest + tail if len(latest) >= len(head.strip()) else latest


def _without_signature(text: str) -> str:
    """Cut from the last closing on, when what follows is short enough to be a signature; a postscript stays."""
    if postscript := _POSTSCRIPT.search(text):
        before = _without_signature(text[: postscript.start()])
        return f"{before.rstrip()}\n\n{text[postscript.start() :]}"
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
_DROPPED = frozenset({"style", "script", "head", "title"})
_QUOTES, _QUOTE_OPENS, _QUOTE_ENDS = "blockquote", "\x11", "\x12"
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3"})
LONGEST_TAG = 2_000


def text_of(markup: str) -> str:
    """The words of an HTML mail without what it quotes."""
    lines = _with_quotes_marked(markup).split("\n")
    return "\n".join(line for line in lines if not line.startswith(">")).strip()


def _with_quotes_marked(markup: str) -> str:
    """The words of an HTML mail, what it quotes on lines that begin with `>`, in time linear in its length.

    The standard library takes minutes for a hundred kilobytes of unclosed tags, and strangers write these mails.
    """
    markup = markup[:LONGEST_MARKUP].replace(_QUOTE_OPENS, "").replace(_QUOTE_ENDS, "")
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
        elif name and tag == _QUOTES and not dropping:
            parts.append(f"\n{_QUOTE_ENDS if markup[opened + 1] == '/' else _QUOTE_OPENS}\n")
        elif name and tag in _BREAKS and not dropping:
            parts.append("\n")
        at = ended + 1
    depth = 0
    lines: list[str] = []
    for line in re.sub(r"[ \t]+", " ", html.unescape("".join(parts))).split("\n"):
        if line in {_QUOTE_OPENS, _QUOTE_ENDS}:
            depth = max(0, depth + (1 if line == _QUOTE_OPENS else -1))
        else:
            lines.append(f"> {line.strip()}" if depth else line)
    return "\n".join(lines).strip()
