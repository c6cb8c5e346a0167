"""Recognises that somebody asks not to be written to any more, in French, English and German.

Looked for sentence by sentence in the person's own words. What counts is who is spoken of: "remove me" and "we don't
want your mails" are such wishes, "how do your customers unsubscribe?" is not. A wish that names another way ("call me
instead") or an end ("not before Monday") is left to a reader. The phrases live in `opt_out.txt`.
"""

import re
from pathlib import Path

from kit.text import folded

LONGEST_READ = 8_000
"""Characters; a stranger may not keep the service busy."""

_HEAD = re.compile(r"\[(.+)\]")
_PART = re.compile(r"(\w+) = (.+)")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")


def _sections() -> dict[str, list[str]]:
    parts: dict[str, str] = {}
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in (Path(__file__).with_suffix(".txt")).read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if head := _HEAD.fullmatch(line):
            lines = sections[head[1]] = []
        elif not sections and (part := _PART.fullmatch(line)):
            parts[part[1]] = part[2]
        else:
            lines.append(re.sub(r"\{([a-z]+)\}", lambda found: parts[found[1]], line))
    return sections


_SECTIONS = _sections()
_DEFINITE, _CONTACT, _OTHER_WAY_OR_TIME = (
    re.compile("|".join(f"(?:{line})" for line in _SECTIONS[name]))
    for name in ("definite", "contact", "other way or time")
)
_SENTENCE = frozenset(", ".join(_SECTIONS["whole message or sentence"]).split(", "))
_MESSAGE = _SENTENCE | frozenset(", ".join(_SECTIONS["whole message"]).split(", "))


def wish(words: str) -> str | None:
    """The words by which the writer of `words` asks not to be written to any more, folded; None when there are none.

    `words`: the person's own, without quoted text and signature.
    """
    words = words[:LONGEST_READ]
    if (whole := _bare(folded(words))) in _MESSAGE:
        return whole
    for sentence in map(folded, _SENTENCES.split(words)):
        if _bare(sentence) in _SENTENCE:
            return _bare(sentence)
        found = _DEFINITE.search(sentence)
        if not found and not _OTHER_WAY_OR_TIME.search(sentence):
            found = _CONTACT.search(sentence)
        if found:
            return found[0].strip(" .!?;:,-–(")
    return None


def _bare(text: str) -> str:
    return re.sub(r"[^\w' ]+", "", text).strip()
