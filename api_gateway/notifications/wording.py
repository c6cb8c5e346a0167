"""What an alert says of an error: a sentence, never the raw answer of a machine."""

import json
import re
from http import HTTPStatus
from typing import Any

MOST = 300
_STATUS = re.compile(r"(?<!\d)([45]\d\d)(?!\d)")
_SAYING = ("detail", "message", "error", "title", "description")


def in_words(error: str) -> str:
    """One sentence about `error`, which may be JSON, hold JSON (`500 - "{…}"`, as n8n says it), or be plain words."""
    text = " ".join(error.split())
    content = _json_in(text)
    if content is None:
        return _sentence(text.strip(' "') or "no reason was given")
    told = _told(content)
    status = _STATUS.search(text[: text.index("{")]) or _STATUS.search(str(content.get("status") or ""))
    if status is None:
        return _sentence(told or "the answer could not be understood")
    phrase = _phrase(int(status[1]))
    return _sentence(f"the answer was {status[1]} ({phrase})" + (f": {told}" if told and told != phrase else ""))


def _json_in(text: str) -> dict[str, Any] | None:
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    for candidate in (text[start : end + 1], text[start : end + 1].replace('\\"', '"')):
        try:
            content = json.loads(candidate)
        except ValueError:
            continue
        if isinstance(content, dict):
            return content
    return None


def _told(content: dict[str, Any]) -> str:
    for name in _SAYING:
        value = content.get(name)
        if isinstance(value, dict):
            value = _told(value)
        if isinstance(value, str) and value.strip():
            inner = _json_in(value)
            return _told(inner) if inner is not None else value.strip()
    return ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "refused" if status < 500 else "a fault on the other side"


def _sentence(words: str) -> str:
    shown = words if len(words) <= MOST else words[: MOST - 1].rstrip() + "…"
    return shown if shown.endswith((".", "!", "?", "…")) else f"{shown}."
