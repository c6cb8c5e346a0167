"""Enrichments: what can be said about a prospect from the facts alone, each point with its fact."""

import re
from typing import Any

from sandbox.standins.models.facts import Facts

_TELLING = {
    "D": r"résultat|result|objectif|goal|croissance|growth|performan|défi|challeng|impact|ambiti",
    "I": r"passion|enthousias|inspir|partag|shar|communaut|communit|énergie|créati|creativ|rencontr",
    "S": r"accompagn|support|écout|listen|bienveill|confiance|trust|ensemble|together|durabl|équipe",
    "C": r"analy|donnée|data|qualité|quality|processus|process|rigueur|précis|precis|méthod|method|conform",
}
_LEAST_WORDS = 3
_LONGEST_TOPIC = 220


def enrichment(facts: Facts) -> dict[str, Any]:
    """Summary, talking points, pains, DISC and company facts."""
    return {
        "summary": _summary(facts),
        "talking_points": _talking_points(facts),
        "pain_points": _pains(facts),
        "disc": disc(facts),
        "company_facts": _company_facts(facts),
    }


def disc(facts: Facts) -> dict[str, Any]:
    """A profile only when the person's own words show one clearly."""
    own = [facts.text("prospect", "headline"), facts.text("prospect", "about")]
    own += facts.texts("prospect", "recent_activity")
    written = " . ".join(own)
    found = {profile: re.findall(rf"\b(?:{stems})\w*", written, re.IGNORECASE) for profile, stems in _TELLING.items()}
    best, second = sorted(found, key=lambda profile: len(set(found[profile])), reverse=True)[:2]
    if len(set(found[best])) < _LEAST_WORDS or len(set(found[best])) <= len(set(found[second])):
        return {"profile": "unknown", "confidence": 0.0, "evidence": ""}
    return {"profile": best, "confidence": 0.6, "evidence": ", ".join(dict.fromkeys(found[best]))}


def topics(facts: Facts) -> list[tuple[str, str]]:
    """The strongest facts to open with as (kind, text of the data), best first."""
    found = [("post", text) for text in facts.texts("prospect", "recent_activity")]
    found += [("news", text) for text in (*facts.texts("signals"), *facts.texts("company", "facts"))]
    found += [("industry", facts.text("company", "industry")), ("title", facts.text("prospect", "title"))]
    found += [("tool", str(one)) for one in facts.items("company", "technologies")[:2]]
    return [(kind, text) for kind, text in dict.fromkeys(found) if text and len(text) <= _LONGEST_TOPIC]


def _summary(facts: Facts) -> str:
    french = facts.language == "fr"
    name = f"{facts.text('prospect', 'first_name')} {facts.text('prospect', 'last_name')}".strip()
    title, company = facts.text("prospect", "title"), facts.text("company", "name")
    known = ", ".join(filter(None, (facts.text("company", "industry"), facts.text("company", "city"))))
    at = (f" {'chez' if french else 'at'} {company}" if company else "") + (f" ({known})" if known else "")
    parts = [", ".join(filter(None, (name, title))) + at + "."]
    size = facts.text("company", "size") or facts.text("company", "size_range")
    if digits := re.findall(r"\d[\d  \u202f]*", size):
        people = "-".join(number.strip() for number in digits[:2])
        parts.append(f"L'entreprise compte {people} personnes." if french else f"The company has {people} people.")
    if recent := [text for kind, text in topics(facts) if kind in {"post", "news"}]:
        parts.append(f"En ce moment : {recent[0]}" if french else f"These days: {recent[0]}")
    return " ".join(parts)[:600]


def _talking_points(facts: Facts) -> list[dict[str, str]]:
    french = facts.language == "fr"
    signal, posted = ("Signal récent", "A publié") if french else ("Recent signal", "Posted")
    points = [{"text": f"{signal} : {text}", "fact": text} for text in facts.texts("signals")]
    points += [{"text": f"{posted} : {text}", "fact": text} for text in facts.texts("prospect", "recent_activity")]
    labels = {
        ("prospect", "headline"): ("Se présente ainsi", "Headline"),
        ("prospect", "about"): ("Dit de soi", "About"),
        ("company", "industry"): ("Secteur", "Industry"),
        ("prospect", "title"): ("Fonction", "Role"),
    }
    for path, (in_french, in_english) in labels.items():
        if value := facts.text(*path):
            points.append({"text": f"{in_french if french else in_english} : {value[:200]}", "fact": value[:400]})
    uses = "Utilise" if french else "Uses"
    points += [{"text": f"{uses} {one}", "fact": str(one)} for one in facts.items("company", "technologies")[:2]]
    return points[:4]


def _pains(facts: Facts) -> list[str]:
    said = " ".join(text.lower() for path, text in facts.leaves() if not path.startswith("icp"))
    shown = []
    for pain in facts.items("icp", "pains"):
        telling = re.findall(r"\w{5,}", str(pain).lower())
        if telling and all(word[:6] in said for word in telling):
            shown.append(str(pain))
    return shown[:3]


def _company_facts(facts: Facts) -> list[dict[str, Any]]:
    known = [
        {"text": fact["text"], "source": fact.get("source") or "company.facts", "date": fact.get("date")}
        for fact in facts.items("company", "facts")
        if isinstance(fact, dict) and fact.get("text")
    ]
    names = ("industry", "city", "country", "size_range")
    known += [
        {"text": text, "source": f"company.{name}", "date": None}
        for name in names
        if (text := facts.text("company", name))
    ]
    return known[:6]
