"""Checks a draft against the facts that it may use: names, companies, numbers, amounts and dates.

The check is strict on purpose. A true sentence that is dropped costs one variant; an invented one costs trust.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from ai_service import lexicon, links
from ai_service.schemas import Language
from ai_service.text import words
from kit.text import folded

# Days and months are checked as dates, wherever they stand.
_GENERIC = lexicon.words("capitals") | lexicon.words("weekdays") | lexicon.words("months")
_NOTE_GENERIC = _GENERIC | lexicon.words("note_capitals")
_OPENERS = lexicon.words("openers")
_VERB_AFTER_NAME = lexicon.words("verbs_after_names")
_MONTH_NUMBERS = {
    name: number for number, names in enumerate(lexicon.lines("months"), start=1) for name in names.split()
}
_MONTHS = "|".join(_MONTH_NUMBERS)
_MONTH_USE = re.compile(
    r"\b(?:\d{1,4}(?:er|st|nd|rd|th|\.)?|in|en|since|depuis|debut|fin|mid|early|late|last|next|of|seit|ab|im|"
    r"au mois de|d'ici)"
    rf" ({_MONTHS})\b|\b({_MONTHS}),? \d"
)
_WEEKDAYS = re.compile(rf"\b(?:{'|'.join(lexicon.words('weekdays'))})\b")
_NUMBER = re.compile(r"\d+(?:[ '.,]\d{3})*(?:[.,]\d+)?")
_CLOCK = re.compile(r"\b\d{1,2} ?(?:h|heures|am|pm|uhr)(?: ?\d{2})?\b|\b\d{1,2}:\d{2}\b")
_SPELT = {
    word: float(value) for value, *forms in (line.split() for line in lexicon.lines("spelt_numbers")) for word in forms
}
_SPELT_HARMLESS = lexicon.words("harmless_after_numbers")
_MULTIPLE = re.compile(r"\b(?:doubl|tripl|quadrupl|halv|moitie|half|twice|verdoppel|deux fois|divise)\w*")
_PRICE = re.compile(r"\b(?:" + "|".join(lexicon.lines("price_claims")) + r")\b")
_CURRENCY = re.compile(r"[€$£]|\b(?:eur|euros?|usd|dollars?|chf)\b")
_PLACEHOLDER = re.compile(
    r"[{}\[\]<>]|\bx{3,}\b|_{3,}|\b(?:prenom|prénom|first ?name|vorname|company ?name|nom de l'entreprise|lorem ipsum|"
    r"insert|placeholder)\b",
    re.IGNORECASE,
)
_PROMPT = re.compile(
    r"\bdata-[0-9a-f]{8,}\b|\b(?:system prompt|as an ai|en tant qu'ia|language model|modele de langage|answer_language|"
    r"used_facts|value_proposition|json)\b"
)
_WORD = re.compile(r"[^\W\d_][\w'’&.+-]*[^\W_]|[^\W\d_]", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!?:;\n\"“”«»(–—-]\s*$")
_UNITS = frozenset({"M", "K", "Md", "Mds", "MEUR", "KEUR", "MUSD", "Mio", "Mrd"})
_AFTER_BEI = re.compile(r"\b(?:bei|wie) $", re.IGNORECASE)
LEAST_OVERLAP = 0.6
_HARMLESS_MINUTES = frozenset({"10", "15", "20", "30"})
"""A call of this many minutes may be proposed: it is a request, not a claim."""


@dataclass(frozen=True)
class Known:
    """What the input holds: its words, numbers and months, for checking drafts against."""

    words: frozenset[str]
    text: str
    numbers: frozenset[float]
    months: frozenset[int]
    names: frozenset[str]

    @classmethod
    def of(cls, data: Any, *, names: Iterable[str | None] = ()) -> "Known":
        """Everything said anywhere in `data`, which is what `model_dump()` gives.

        `names` are companies whose names may look like domains.
        """
        texts: list[str] = []
        numbers: set[float] = set()
        months: set[int] = set()
        _gather(data, texts, numbers, months)
        text = folded(" \n ".join(texts))
        for written in _NUMBER.findall(text):
            numbers.update(_readings(written))
        numbers.update(value for word, value in _SPELT.items() if re.search(rf"\b{word}\b", text))
        months.update(int(month) for month in re.findall(r"\b\d{4}-(\d{2})-\d{2}\b", text))
        months.update(_MONTH_NUMBERS[name] for name in re.findall(rf"\b({_MONTHS})\b", text))
        for number in list(numbers):
            numbers.update(round(number / unit, 1) for unit in (1e3, 1e6, 1e9) if number >= unit)
        words = frozenset(part for word in set(_WORD.findall(text)) for part in _parts(word))
        return cls(words, text, frozenset(numbers), frozenset(months), frozenset(n.casefold() for n in names if n))


def _gather(data: Any, texts: list[str], numbers: set[float], months: set[int]) -> None:
    if isinstance(data, dict):
        for item in data.values():
            _gather(item, texts, numbers, months)
    elif isinstance(data, list | tuple):
        for item in data:
            _gather(item, texts, numbers, months)
    elif isinstance(data, date):
        numbers.update((float(data.year), float(data.day)))
        months.add(data.month)
    elif isinstance(data, str):
        texts.append(data)
    elif isinstance(data, int | float) and not isinstance(data, bool):
        numbers.add(float(data))


def _forms(word: str) -> set[str]:
    return _parts(folded(word))


def _parts(plain: str) -> set[str]:
    """A folded word as it may be meant: without article, genitive or hyphens ("l'equipe", "acme's", "marie-anne")."""
    plain = plain.strip(".'-+&")
    if plain.isalpha():
        return {plain}
    bare = re.sub(r"^(?:[ldjmnstc]|qu)'", "", plain)
    return {plain, bare, re.sub(r"'s$|s'$", "", plain), *bare.split("-"), *re.split(r"['.&+-]", bare)} - {""}


def _readings(written: str) -> set[float]:
    """A written number as its possible values: 1.200 is twelve hundred or one point two."""
    bare = re.sub(r"[ ']", "", written)
    values = {re.sub(r"[.,]", "", bare)}
    if re.search(r"[.,]\d+$", bare):
        head, tail = re.split(r"[.,](?=\d+$)", bare)
        values.add(re.sub(r"[.,]", "", head) + "." + tail)
    return {float(value) for value in values if value}


def fault_in(draft: str, known: Known, language: Language = "en") -> str | None:
    """Why `draft` may not be sent, as one of a few fixed words; None when nothing is wrong with it."""
    if kind := links.found_in(draft, names=known.names):
        return kind
    plain = folded(links.normalised(draft))
    checks: dict[str, Callable[[], bool]] = {
        "placeholder": lambda: bool(_PLACEHOLDER.search(draft)),
        "prompt": lambda: bool(_PROMPT.search(plain)),
        "price": lambda: _unknown_price(plain, known),
        "date": lambda: _unknown_date(plain, known),
        "number": lambda: _unknown_number(plain, known),
        "name": lambda: unknown_name(draft, known, language) is not None,
    }
    return next((fault for fault, found in checks.items() if found()), None)


def strange(text: str, known: Known, language: Language = "en") -> bool:
    """Whether a note for colleagues holds an address or a name that the input does not.

    Notes may count and date things in their own words; only what goes to prospects passes through `fault_in`.
    """
    if links.found_in(text, names=known.names) or _PLACEHOLDER.search(text):
        return True
    return unknown_name(text, known, language, generic=_NOTE_GENERIC) is not None


def borne_out(text: str, known: Known) -> bool:
    """Whether what claims to be a fact of the input is one: its numbers all, its telling words mostly."""
    plain = folded(text)
    if plain and plain in known.text:
        return True
    telling = [word for word in words(text) if len(word) > 3 or word.isdigit()]
    if not telling or any(word.isdigit() and float(word) not in known.numbers for word in telling):
        return False
    present = sum(word in known.words or word in known.text for word in telling)
    return present / len(telling) >= LEAST_OVERLAP


def _unknown_price(plain: str, known: Known) -> bool:
    if any(match[0] not in known.text for match in _PRICE.finditer(plain)):
        return True
    return bool(_CURRENCY.search(plain)) and not known.numbers


def _unknown_date(plain: str, known: Known) -> bool:
    said = [*_WEEKDAYS.findall(plain), *_CLOCK.findall(plain)]
    if any(word not in known.text for word in said):
        return True
    return any(_MONTH_NUMBERS[match[1] or match[2]] not in known.months for match in _MONTH_USE.finditer(plain))


def _unknown_number(plain: str, known: Known) -> bool:
    for match in _NUMBER.finditer(plain):
        after = plain[match.end() : match.end() + 12].lstrip(" -'")
        if match[0] in _HARMLESS_MINUTES and re.match(r"min(?:ute)?s?\b", after):
            continue
        if not _readings(match[0]) & known.numbers:
            return True
    for word, after in pairwise([*re.findall(r"[a-z]+", plain), ""]):
        value = _SPELT.get(word)
        if value is None or after in _SPELT_HARMLESS or re.search(rf"\b{word}\b", known.text):
            continue
        if value not in known.numbers:
            return True
    return any(match[0] not in known.text for match in _MULTIPLE.finditer(plain))


def unknown_name(
    text: str, known: Known, language: Language = "en", *, generic: frozenset[str] = _GENERIC
) -> str | None:
    """The first capitalised word that is neither in the input nor a common one; None when all are accounted for.

    German writes every noun with a capital: there only what can hardly be a noun counts as a name, which is two such
    words in a row, a capital inside a word, and a word after "bei" or "wie".
    """
    tokens = list(_WORD.finditer(text))
    for index, match in enumerate(tokens):
        word = match[0]
        if not any(character.isupper() for character in word) or _accounted_for(
            word, text, match.start(), known, generic
        ):
            continue
        before = text[: match.start()]
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        together = following is not None and text[match.end() : following.start()] == " "
        named_together = together and _is_unknown_capital(following, text, known, generic)
        if any(character.isupper() for character in word[1:]) and "-" not in word:
            return word
        if not before.strip() or before.endswith("\n") or _SENTENCE_END.search(before.rstrip(" '’")):
            after = folded(following[0]) if following else ""
            if _forms(word) & _OPENERS or not (after in _VERB_AFTER_NAME or named_together):
                continue
        elif language == "de" and not named_together and not _AFTER_BEI.search(before):
            continue
        return word
    return None


def _accounted_for(word: str, text: str, at: int, known: Known, generic: frozenset[str]) -> bool:
    forms = _forms(word)
    is_unit = word in _UNITS and text[:at].rstrip()[-1:].isdigit()
    return is_unit or bool(forms & known.words or forms & generic)


def _is_unknown_capital(match: re.Match[str] | None, text: str, known: Known, generic: frozenset[str]) -> bool:
    return (
        match is not None
        and match[0][:1].isupper()
        and not _accounted_for(match[0], text, match.start(), known, generic)
    )
