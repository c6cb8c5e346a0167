"""Seniority read from a job title in French, English or German."""

import re
from enum import Enum

from kit.text import folded


class Seniority(Enum):
    """Who a title says its holder is; the value is the points for BANT's authority."""

    C_LEVEL = 25
    DIRECTOR = 22
    MANAGER = 15
    INDIVIDUAL = 6
    INTERN = 0


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b")


_FORMER = re.compile(r"\b(?:ex|former|formerly|ancien(?:ne)?|ehemalige[rn]?)[ -][^|,;/&]*")
_INTERN = _any(
    r"interns?", r"internships?", r"stagiaires?", r"stage", r"apprenti(?:e|s|es)?", r"apprentice", r"alternante?s?",
    r"en alternance", r"students?", r"etudiante?s?", r"studentin", r"praktikant(?:in)?", r"werkstudent(?:in)?",
    r"trainee", r"azubi", r"auszubildende[r]?", r"working student",
)  # fmt: skip
# Titles that borrow the word of a rank without holding it.
_BORROWED = _any(
    r"assistant\w* (?:du|de|de la|de l'|des|d'|to|of|aupres)\b.*", r"(?:executive|personal|team) assistant\b.*",
    r"assistante? de direction", r"founder'?s associate", r"secretaire (?:de|du) direction", r"\w*assistenz\b.*",
    r"(?:key |senior |junior )?account managers?", r"project managers?", r"community managers?", r"office managers?",
    r"case managers?", r"social media managers?", r"chef(?:fe)?s? de (?:projet|produit|secteur|publicite)s?",
    r"projektleiter(?:in)?", r"projektmanager(?:in)?", r"customer success managers?",
)  # fmt: skip
_C_LEVEL = _any(
    r"c[efotimrpd]o", r"cxo", r"ciso", r"chro", r"cdpo", r"cso", r"cco", r"chief(?: \w+){1,3} officer",
    r"(?:co-?)?founders?", r"(?:co-?)?fondat(?:eur|rice)s?", r"(?:mit)?grunder(?:in)?", r"owner", r"proprietaire",
    r"inhaber(?:in)?", r"pdg", r"p\.d\.g\.?", r"dg", r"direct(?:eur|rice) generale?(?! adjointe?)",
    r"(?<!vice )(?<!vice-)president(?:e)?", r"gerante?", r"managing (?:director|partner)",
    r"geschaftsfuhrer(?:in)?", r"geschaftsfuhrung", r"vorstand(?:svorsitzender?)?", r"chef(?:fe)? d'entreprise",
    r"dirigeante?",
)  # fmt: skip
_DIRECTOR = _any(
    r"[se]?vp", r"vice[ -]president(?:e)?", r"direct(?:or|eur|rice|ors|eurs)", r"co-?direct(?:eur|rice)",
    r"direktor(?:in)?", r"general manager", r"partner", r"associee?", r"d(?:si|rh|af|dmi|ircom|sio|ga)", r"rssi",
    r"secretaire generale?", r"prokurist(?:in)?", r"chief of staff",
)  # fmt: skip
_MANAGER = _any(
    r"head", r"managers?", r"manageuse", r"responsables?", r"chef(?:fe)?", r"lead", r"team ?leader", r"supervisor",
    r"superviseure?", r"\w*leiter(?:in)?", r"\w*leitung", r"coordinat(?:eur|rice)", r"encadrante?", r"principal",
)  # fmt: skip


def seniority(title: str | None) -> Seniority | None:
    """The seniority that a title states; None when there is no title, INDIVIDUAL when it names no rank.

    A title that names several roles counts as its highest; roles marked as former don't count. Being an intern
    counts above all: "stagiaire assistant du directeur" is an intern.
    """
    text = _FORMER.sub(" ", folded(title or ""))
    if not re.search(r"[a-z]{2}", text):
        return None
    if _INTERN.search(text):
        return Seniority.INTERN
    text = _BORROWED.sub(" ", text)
    for level, pattern in (
        (Seniority.C_LEVEL, _C_LEVEL),
        (Seniority.DIRECTOR, _DIRECTOR),
        (Seniority.MANAGER, _MANAGER),
    ):
        if pattern.search(text):
            return level
    return Seniority.INDIVIDUAL
