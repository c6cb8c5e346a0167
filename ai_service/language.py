"""Which language a text is in, and which language to answer in: French, English or German."""

from typing import get_args

from ai_service.schemas import Language
from ai_service.text import words

LANGUAGES: tuple[Language, ...] = get_args(Language)

_COMMON: dict[Language, frozenset[str]] = {
    "fr": frozenset(
        "le la les des une un et est pas vous nous je pour que qui dans sur avec votre notre vos ne plus merci bonjour "
        "cordialement ce cette mais ou au aux du de en suis sommes avez etes pouvez mon ma mes son sa ses si tres bien "
        "c'est j'ai d'une n'est qu'il l'instant jusqu'au absent merci envoyer oui non moi interesse interessee "
        "desole desinscription rendez-vous semaine prochaine votre retour quel quelle combien comment".split()
    ),
    "en": frozenset(
        "the a an and is not you we i for that who in on with your our are this but or at of to am have has can my "
        "his her it its if very thanks thank hi hello regards be will would please do does don't i'm we're it's out "
        "office back until yes no interested sure let's send me more next week how much what when unsubscribe".split()
    ),
    "de": frozenset(
        "der die das ein eine und ist nicht sie wir ich fur dass wer in auf mit ihr unser ihre diese aber oder zu "
        "von bin sind haben hat konnen mein wenn sehr danke hallo grussen freundlichen bitte kein keine nein ja "
        "interesse wochen abwesend wieder mich uns ihnen zum zur gerne".split()
    ),
}
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
