"""Qualifications: points for budget, authority, need and timeline, each with what it rests on."""

import re
from datetime import UTC, date, datetime
from typing import Any

from sandbox.standins.models.facts import Facts

_UNKNOWN = 8
_SIZES = ((200, 25), (50, 20), (10, 10), (-1, 5))
_SENIORITY = (
    (0, r"stag|altern|étudiant|student|intern\b|praktik|werkstud|apprenti|trainee"),
    (6, r"account manager|chef de projet|chargée? de|project manager|assistant"),
    (25, r"\b(?:c[etfmoi]o|dg|pdg)\b|fondat|founder|direct(?:eur|rice) général|président|gérant|owner"),
    (25, r"geschäftsführ|gründer|inhaber|vorstand"),
    (22, r"\bvp\b|vice|direct|\bdsi\b|\bdaf\b|\bdrh\b|partner|associé"),
    (15, r"head|manager|responsable|chef|lead|leiter"),
)
_NEW_JOB_DAYS = 180
_MOST = 25


def qualification(facts: Facts) -> dict[str, Any]:
    """The four criteria, their sum, and the decision."""
    criteria = {
        "budget": _budget(facts),
        "authority": _authority(facts),
        "need": _need(facts),
        "timeline": _timeline(facts),
    }
    score = sum(one["points"] for one in criteria.values())
    decision = "qualified" if score >= 60 else "nurture" if score >= 40 else "rejected"
    return {"criteria": criteria, "score": score, "decision": decision} | criteria


def _criterion(points: int, evidence: str, *, known: bool = True) -> dict[str, Any]:
    return {"points": max(0, min(_MOST, points)), "known": known, "evidence": evidence}


def _unknown(facts: Facts, french: str, english: str) -> dict[str, Any]:
    return _criterion(_UNKNOWN, french if facts.language == "fr" else english, known=False)


def _budget(facts: Facts) -> dict[str, Any]:
    shown = facts.text("company", "size") or facts.text("company", "size_range")
    numbers = [
        int(number.replace(" ", "")) for number in re.findall(r"\d{1,3}(?: \d{3})+|\d+", shown.replace("\u202f", " "))
    ]
    if not numbers:
        return _unknown(facts, "Taille de l'entreprise inconnue", "Company size unknown")
    size = sum(numbers[:2]) // len(numbers[:2])
    points = next(points for above, points in _SIZES if size > above)
    return _criterion(points, f"{'Effectif' if facts.language == 'fr' else 'Headcount'} : {shown}")


def _authority(facts: Facts) -> dict[str, Any]:
    title = facts.text("prospect", "title") or facts.text("prospect", "headline")
    if not title:
        return _unknown(facts, "Fonction inconnue", "Role unknown")
    points = next((points for points, words in _SENIORITY if re.search(words, title.lower())), 6)
    return _criterion(points, f"« {title[:120]} »")


def _need(facts: Facts) -> dict[str, Any]:
    wanted = [str(one).lower() for one in facts.items("icp", "industries")]
    industry = facts.text("company", "industry")
    tools = {str(one).lower() for one in facts.items("company", "technologies")}
    shared = [str(one) for one in facts.items("icp", "technologies") if str(one).lower() in tools]
    if not wanted and not shared:
        return _unknown(facts, "Rien ne permet de juger du besoin", "Nothing to judge the need by")
    words = set(re.findall(r"\w{4,}", industry.lower()))
    matches = (
        any(words & set(re.findall(r"\w{4,}", one)) or one in industry.lower() for one in wanted) if industry else False
    )
    points = 12 * matches + 6 * bool(shared)
    said = ", ".join(filter(None, (industry, *shared[:3])))
    return _criterion(points, said or ("Aucun recoupement" if facts.language == "fr" else "No overlap"))


def _timeline(facts: Facts) -> dict[str, Any]:
    posts = facts.part("prospect").get("recent_posts")
    today = _day(facts.text("today")) or datetime.now(UTC).date()
    started = _day(facts.text("prospect", "job_started_on"))
    points, said = 0, []
    french = facts.language == "fr"
    if isinstance(posts, int):
        points += (0, 8, 12, 16, 19, 22, 22, 22, 25)[min(posts, 8)]
        said.append(f"{posts} publications" if french else f"{posts} posts")
    if started and 0 <= (today - started).days <= _NEW_JOB_DAYS:
        points += 6
        said.append(f"en poste depuis {started}" if french else f"in the role since {started}")
    for name, in_french, in_english in (("hiring", "recrute", "hiring"), ("funding", "levée de fonds", "raised funds")):
        if facts.items("company", name):
            points += 6
            said.append(in_french if french else in_english)
    signals = min(2, len(facts.items("signals")))
    if signals:
        points += 6 * signals
        said.append("actualité récente" if french else "recent news")
    if not said:
        return _unknown(facts, "Aucun événement récent connu", "No recent event known")
    return _criterion(points, ", ".join(said))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
