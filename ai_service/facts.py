"""Checks a draft against the facts that it may use: names, companies, numbers, amounts and dates.

The check is strict on purpose. A true sentence that is dropped costs one variant; an invented one costs trust.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from ai_service import links
from ai_service.text import folded

# Words that may stand with a capital without naming anybody, folded.
_GENERIC = frozenset(
    """i i'm i'd i'll i've je bonjour hello hi dear hallo guten tag madame monsieur mme mr mrs ms herr frau re pr dr
    crm saas b2b b2c roi kpi kpis ia ai it rh hr daf drh dsi cto ceo cfo coo cmo cro cio vp svp pdg dg r&d faq pdf url erp seo sea api sdr bdr
    pme eti tpe sme smb pmi esn ok fyi asap n/a visio linkedin internet web excel europe europeen european francais french english allemand german
    cordialement sincerement bien""".split()
)
# Words that open sentences; a capitalised word in front of a verb that is none of them may be somebody's name.
_OPENERS = frozenset(
    """it this that he she they we you there who what which everyone everybody nobody something everything nothing each one someone
    here how why when where is has does did are have will would could can may might your our my his her their its the a an
    il elle on nous vous ils elles cela ca ce cette cet ces c'est qui que quoi rien tout tous chacun personne quelqu'un chaque aucun
    le la les un une des du de l' d' votre notre vos nos mon ma mes son sa ses leur leurs y en comment pourquoi quand ou
    es sie er wir ihr das der die ein eine dies diese jeder niemand alles nichts wer was""".split()
)
_VERB_AFTER_NAME = re.compile(
    r"^(?:a|est|ont|vient|utilise|recrute|leve|lance|annonce|confirme|reduit|double|gagne|travaille|has|is|was|uses|just|raised|grew|hired|launched|announced|"
    r"doubled|saved|cut|chose|reduced|increased|reported|won|runs|works|trusts|said|says|told|asked|hat|ist|nutzt|wachst|sucht)$"
)
_MONTHS = (
    "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre|january|february|march|april|may|june|"
    "july|august|september|october|november|december|januar|februar|marz|juni|juli|oktober|dezember"
)
_MONTH_NUMBERS = {
    name: index % 12 + 1
    for names in (
        "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre",
        "january february march april may june july august september october november december",
        "januar februar marz april mai juni juli august september oktober november dezember",
    )
    for index, name in enumerate(names.split())
}
_MONTH_USE = re.compile(rf"\b(?:\d{{1,4}}(?:er|st|nd|rd|th|\.)?|in|en|since|depuis|debut|fin|mid|early|late|last|next|of|seit|ab|im|au mois de|d'ici) ({_MONTHS})\b|\b({_MONTHS}),? \d")
_WEEKDAYS = re.compile(r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?\b")
_NUMBER = re.compile(r"\d+(?:[ '.,]\d{3})*(?:[.,]\d+)?")
_CLOCK = re.compile(r"\b\d{1,2} ?(?:h|heures|am|pm|uhr)(?: ?\d{2})?\b|\b\d{1,2}:\d{2}\b")
_SPELT = {
    word: value
    for value, forms in {
        2: "deux two zwei", 3: "trois three drei", 4: "quatre four vier", 5: "cinq five funf", 6: "six sechs", 7: "sept seven sieben",
        8: "huit eight acht", 9: "neuf nine neun", 10: "dix ten zehn", 12: "douze twelve zwolf", 15: "quinze fifteen funfzehn", 20: "vingt twenty zwanzig",
        30: "trente thirty dreissig", 40: "quarante forty vierzig", 50: "cinquante fifty funfzig", 60: "soixante sixty sechzig",
        100: "cent hundred hundert centaine centaines hundreds", 1000: "mille thousand tausend millier milliers thousands",
        1000000: "million millions millionen", 1000000000: "milliard milliards billion milliarden", 12.5: "douzaine dozen dozens", 10.5: "dizaine dizaines",
    }.items()
    for word in forms.split()
}  # fmt: skip
_SPELT_HARMLESS = re.compile(r"^(?:minutes?|mots?|lignes?|words?|lines?|minuten|worten?|zeilen|secondes?|seconds?|points?|pas)$")
_MULTIPLE = re.compile(r"\b(?:doubl|tripl|quadrupl|halv|moitie|half|twice|verdoppel|deux fois|divise)\w*")
_PRICE = re.compile(
    r"\b(?:gratuit\w*|gratis|free of charge|for free|free trial|essai offert|offert\w*|remise|rabais|reduction de|discount\w*|promotion|promo|rabatt|kostenlos\w*|"
    r"moins cher|cheaper|satisfait ou rembourse|money[- ]back|guarantee\w*|garanti\w*|garantier\w*)\b"
)
_CURRENCY = re.compile(r"[€$£]|\b(?:eur|euros?|usd|dollars?|chf)\b")
_PLACEHOLDER = re.compile(r"[{}\[\]<>]|\bx{3,}\b|_{3,}|\b(?:prenom|first ?name|vorname|company ?name|nom de l'entreprise|lorem ipsum|insert|placeholder)\b", re.IGNORECASE)
_PROMPT = re.compile(r"\bdata-[0-9a-f]{8,}\b|\b(?:system prompt|as an ai|en tant qu'ia|language model|modele de langage|answer_language|used_facts|value_proposition|json)\b")
_WORD = re.compile(r"[^\W\d_][\w'’&.+-]*[^\W_]|[^\W\d_]", re.UNICODE)
_SENTENCE_END = re.compile(r"[.!?:;\n\"“”«»(–—-]\s*$")


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
        """Everything said anywhere in `data` (what `model_dump()` gives); `names` are companies that may look like domains."""
        texts: list[str] = []
        numbers: set[float] = set()
        months: set[int] = set()
        _gather(data, texts, numbers, months)
        text = folded(" \n ".join(texts))
        for written in _NUMBER.findall(text):
            numbers.update(_readings(written))
        numbers.update(value for word, value in _SPELT.items() if re.search(rf"\b{word}\b", text))
        months.update(_MONTH_NUMBERS[name] for name in re.findall(rf"\b({_MONTHS})\b", text))
        for number in list(numbers):
            numbers.update(round(number / unit, 1) for unit in (1e3, 1e6, 1e9) if number >= unit)
        words = frozenset(part for word in _WORD.findall(" \n ".join(texts)) for part in _forms(word))
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
    plain = folded(word).strip(".'-+&")
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


def fault_in(draft: str, known: Known, *, booking_minutes: bool = True) -> str | None:
    """Why `draft` may not be sent, as one of a few fixed words; None when nothing is wrong with it."""
    if kind := links.found_in(draft, names=known.names):
        return kind
    plain = folded(links.normalised(draft))
    if _PLACEHOLDER.search(draft):
        return "placeholder"
    if _PROMPT.search(plain):
        return "prompt"
    if any(match[0] not in known.text for match in _PRICE.finditer(plain)):
        return "price"
    if _CURRENCY.search(plain) and not _CURRENCY.search(known.text) and not known.numbers:
        return "price"
    if any(match[0].rstrip("s") not in known.text for match in _WEEKDAYS.finditer(plain)) or any(
        match[0] not in known.text for match in _CLOCK.finditer(plain)
    ):
        return "date"
    for match in _MONTH_USE.finditer(plain):
        if _MONTH_NUMBERS[match[1] or match[2]] not in known.months:
            return "date"
    if _unknown_number(plain, known, booking_minutes=booking_minutes):
        return "number"
    return "name" if unknown_name(draft, known) else None


def _unknown_number(plain: str, known: Known, *, booking_minutes: bool) -> bool:
    for match in _NUMBER.finditer(plain):
        after = plain[match.end() : match.end() + 12].lstrip(" -'")
        if booking_minutes and match[0] in {"10", "15", "20", "30"} and re.match(r"min(?:ute)?s?\b", after):
            continue
        if not _readings(match[0]) & known.numbers:
            return True
    following = re.findall(r"[a-z]+", plain)
    for word, after in zip(following, [*following[1:], ""], strict=True):
        value = _SPELT.get(word)
        if value is None or _SPELT_HARMLESS.match(after) or re.search(rf"\b{word}\b", known.text):
            continue
        if value not in known.numbers:
            return True
    return any(match[0] not in known.text for match in _MULTIPLE.finditer(plain))


def unknown_name(draft: str, known: Known) -> str | None:
    """The first capitalised word that is neither in the input nor a common one; None when all are accounted for."""
    tokens = list(_WORD.finditer(draft))
    for index, match in enumerate(tokens):
        word = match[0]
        if not any(character.isupper() for character in word):
            continue
        forms = _forms(word)
        if forms & known.words or forms & _GENERIC:
            continue
        before = draft[: match.start()].rstrip(" '’")
        starts = not before or bool(_SENTENCE_END.search(before + ("\n" if draft[: match.start()].endswith("\n") else "")))
        inner_capital = any(character.isupper() for character in word[1:]) and "-" not in word
        if not starts or inner_capital:
            return word
        after = folded(tokens[index + 1][0]) if index + 1 < len(tokens) else ""
        following = tokens[index + 1][0] if index + 1 < len(tokens) else ""
        if forms & _OPENERS:
            continue
        gap = draft[match.end() : tokens[index + 1].start()] if index + 1 < len(tokens) else ""
        named_together = following[:1].isupper() and gap == " " and not _forms(following) & (known.words | _GENERIC)
        if _VERB_AFTER_NAME.match(after) or named_together:
            return word
    return None
