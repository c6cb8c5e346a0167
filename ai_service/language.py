"""Which language a text is in, and which language to answer in: French, English or German."""

from typing import get_args

from ai_service import lexicon
from ai_service.schemas import Language
from ai_service.text import words

LANGUAGES: tuple[Language, ...] = get_args(Language)

_COMMON: dict[Language, frozenset[str]] = {language: lexicon.words(f"common_{language}") for language in LANGUAGES}
_COUNTRIES: dict[str, Language] = {
    "fr": "fr", "france": "fr", "belgique": "fr", "be": "fr", "belgium": "fr", "luxembourg": "fr", "lu": "fr",
    "suisse": "fr", "monaco": "fr",
    "de": "de", "germany": "de", "allemagne": "de", "deutschland": "de", "austria": "de", "at": "de",
    "autriche": "de", "osterreich": "de", "schweiz": "de",
}  # fmt: skip


def detected(text: str) -> tuple[Language | None, float]:
    """The language of `text` by its commonest words, and how sure that is (0–1); None when no word is telling."""
    found = words(text)
    hits = {language: sum(word in common for word in found) for language, common in _COMMON.items()}
    best = max(hits, key=lambda language: hits[language])
    total = sum(hits.values())
    return (best, hits[best] / total) if total else (None, 0.0)


def named(tag: str | None) -> Language | None:
    """The supported language that a tag such as `fr-FR` or a name such as `français` means, if any."""
    start = words(tag or "")[:1]
    if not start:
        return None
    for language, beginnings in {"fr": ("fr",), "en": ("en", "ang"), "de": ("de", "ger", "all")}.items():
        if start[0].startswith(beginnings):
            return language  # type: ignore[return-value]
    return None


def chosen(*tags: str | None, country: str | None = None, default: Language = "en") -> Language:
    """The first supported language among `tags`, else the one of `country`, else `default`."""
    for tag in tags:
        if language := named(tag):
            return language
    return _COUNTRIES.get(" ".join(words(country or "")), default)
