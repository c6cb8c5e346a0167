"""DISC profile from the words that a prospect uses, or unknown: a profile is never guessed from a job title alone."""

import re
from typing import Literal

from ai_service.schemas import Disc, Prospect
from ai_service.text import folded

Profile = Literal["D", "I", "S", "C"]

_STEMS: dict[Profile, str] = {
    "D": "resultat result performan objectif goal target croissance growth conqu challenge defi deci ambiti leader "
    "accelera rapid fast impact win gagn winn ambition compet direct efficac zielstrebig erfolg wachstum",
    "I": "passion enthousias enthusias inspir partag share communaut communit reseau network energie energy "
    "storytell fier proud convivial evenement event creativ optimis ravi excited heureux happy fun rencontr begeister",
    "S": "accompagn support ecoute listen bienveill soutien soutenir collabor cooperat confiance trust fidel loyal "
    "stabil patien harmon long-terme durable entraide ensemble together servir serving helping aider unterstutz",
    "C": "analy donnee data qualit quality process rigueur rigor method precis conform complian audit indicateur "
    "metric standard structur optimis detail norme certif mesur measur research recherche logi genau sorgfalt",
}
_PATTERNS = {
    profile: re.compile(r"\b(?:" + "|".join(map(re.escape, stems.split())) + r")[\w-]*") for profile, stems in _STEMS.items()
}
LEAST_HITS = 3
LEAST_LEAD = 1
MOST_CONFIDENCE = 0.8
"""Words alone never make a profile certain."""


def disc(prospect: Prospect) -> Disc:
    """Count each profile's words in what the prospect wrote; unknown unless one leads clearly."""
    written = [prospect.headline, prospect.about, *(activity.text for activity in prospect.recent_activity)]
    text = folded(" . ".join(part for part in written if part))
    found = {profile: list(dict.fromkeys(pattern.findall(text))) for profile, pattern in _PATTERNS.items()}
    ranked = sorted(found, key=lambda profile: len(found[profile]), reverse=True)
    best, second = len(found[ranked[0]]), len(found[ranked[1]])
    if best < LEAST_HITS or best - second < LEAST_LEAD:
        return Disc(profile="unknown", confidence=0.0, evidence="")
    confidence = min(MOST_CONFIDENCE, 0.4 + 0.1 * (best - second) + 0.03 * best)
    return Disc(profile=ranked[0], confidence=round(confidence, 2), evidence=", ".join(found[ranked[0]][:6]))
