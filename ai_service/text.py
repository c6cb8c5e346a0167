"""Small things about text that several rooms need."""

import re

from kit.text import folded

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def cleaned(text: str) -> str:
    """Text without control, zero-width and direction-changing characters, which hide instructions from human eyes."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def shortened(text: str, limit: int) -> str:
    """Text of at most `limit` characters, cut between words, with an ellipsis when something was left out."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-–") + "…"


def words(text: str) -> list[str]:
    """The words of a text, folded."""
    return re.findall(r"[a-z0-9][a-z0-9+#.&'-]*", folded(text))
