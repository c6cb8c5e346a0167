"""The sentences of the templates; they live in `phrases.toml`."""

import tomllib
from pathlib import Path
from typing import Any, Literal

Fact = Literal["activity", "funding", "new_job", "hiring", "signal", "technology", "role", "company", "nothing"]
Ask = Literal["meeting", "question", "details", "connect", "close"]
Profile = Literal["D", "I", "S", "C", "unknown"]

_ALL: dict[str, Any] = tomllib.loads((Path(__file__).parent / "phrases.toml").read_text(encoding="utf-8"))


def pool(language: str, *path: str) -> tuple[str, ...]:
    """The sentences of `language` under `path`, such as ("openings", "funding"); empty when there are none."""
    place: Any = _ALL[language]
    for name in path:
        place = place.get(name, {})
    return tuple(place)
