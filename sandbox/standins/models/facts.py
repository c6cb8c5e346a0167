"""What a prompt says: the JSON objects in it, wherever they stand, merged into one."""

import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Facts:
    """The data of a prompt, with easy access to what may be missing."""

    data: dict[str, Any]

    def part(self, name: str) -> dict[str, Any]:
        """An object of the data; {} when it is missing or something else."""
        value = self.data.get(name)
        return value if isinstance(value, dict) else {}

    def text(self, *path: str) -> str:
        """A text somewhere in the data, trimmed; empty when it is missing."""
        value: Any = self.data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return str(value).strip() if isinstance(value, str | int | float) else ""

    def items(self, *path: str) -> list[Any]:
        """A list somewhere in the data; [] when it is missing."""
        value: Any = self.data
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value if isinstance(value, list) else []

    def texts(self, *path: str) -> list[str]:
        """The `text` of each object of a list somewhere in the data."""
        found = (one.get("text") for one in self.items(*path) if isinstance(one, dict))
        return [text.strip() for text in found if isinstance(text, str) and text.strip()]

    def leaves(self) -> Iterator[tuple[str, str]]:
        """Every text in the data, with its path."""
        yield from _leaves(self.data, "")

    @property
    def language(self) -> str:
        """The language to answer in: fr, en or de."""
        for wish in (self.text("answer_language"), self.text("language"), self.text("prospect", "language")):
            if wish[:2].lower() in {"fr", "en", "de"}:
                return wish[:2].lower()
        return "fr"

    def rng(self, salt: str) -> random.Random:
        """Luck that is the same for the same facts."""
        content = json.dumps(self.data, sort_keys=True, default=str)
        return random.Random(f"{salt}:{hashlib.sha256(content.encode()).hexdigest()}")


def read(prompt: str) -> Facts:
    """Find every JSON object in a prompt. Later objects add to earlier ones and win where both speak."""
    decoder = json.JSONDecoder()
    merged: dict[str, Any] = {}
    at = prompt.find("{")
    while at != -1:
        try:
            value, end = decoder.raw_decode(prompt, at)
        except ValueError:
            end = at + 1
        else:
            merged |= value
        at = prompt.find("{", end)
    return Facts(merged)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif isinstance(value, str) and value.strip():
        yield path, value.strip()
