"""Word lists, one text file each: what they are for is said in their first lines, after a #."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def lines(name: str) -> tuple[str, ...]:
    """The lines of `lexicon/<name>.txt` that are neither empty nor comments."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))


@cache
def words(name: str) -> frozenset[str]:
    """The words of `lexicon/<name>.txt`."""
    return frozenset(word for line in lines(name) for word in line.split())
