"""Prompts as files: one Markdown file each, with a version, and every number rendered from the code that enforces it.

The rendered prompt never changes between calls, so that providers can cache it. Data goes into the user's message,
as one JSON object inside a boundary that is random for each request: text in the data cannot close it.
"""

import json
import secrets
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

_FOLDER = Path(__file__).parent
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
LONGEST_FIELD = 3_000
LONGEST_LIST = 20


@dataclass(frozen=True)
class Prompt:
    """A rendered prompt; `version` changes whenever its text does."""

    name: str
    version: str
    text: str


@cache
def _source(name: str) -> tuple[str, str]:
    head, _, body = (_FOLDER / f"{name}.md").read_text(encoding="utf-8").removeprefix("---\n").partition("\n---\n")
    return head.removeprefix("version:").strip(), body


def load(name: str, **numbers: Any) -> Prompt:
    """Render `prompts/<name>.md`; a number that the file wants and is not given raises UndefinedError."""
    version, body = _source(name)
    _, shared = _source("shared")
    text = _ENVIRONMENT.from_string(f"{body.strip()}\n\n{shared.strip()}\n").render(**numbers)
    return Prompt(name=name, version=f"{name}-{version}-{sha256(text.encode()).hexdigest()[:8]}", text=text)


def fenced(data: Any) -> str:
    """The user's message: `data` cut, as JSON without angle brackets, between two lines with a random boundary."""
    boundary = f"data-{secrets.token_hex(12)}"
    body = json.dumps(_cut(data), ensure_ascii=False, default=str).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"The boundary of this request is {boundary}.\n{boundary}\n{body}\n{boundary}"


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_FIELD]
    if isinstance(value, dict):
        return {name: _cut(item) for name, item in value.items() if item not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_cut(item) for item in value[:LONGEST_LIST]]
    return value
