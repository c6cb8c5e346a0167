"""DISC profile from the words that a prospect uses, or unknown: a profile is never guessed from a job title alone."""

import re
from typing import Literal

from ai_service import lexicon
from ai_service.schemas import Disc, Prospect
from kit.text import folded

Profile = Literal["D", "I", "S", "C"]

_PROFILES: tuple[Profile, ...] = ("D", "I", "S", "C")
_PATTERNS = {
    profile: re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(lexicon.words(f'disc_{profile.lower()}'))))})[\w-]*")
    for profile in _PROFILES
}
LEAST_HITS = 3
LEAST_LEAD = 1
MOST_CONFIDENCE = 0.8
"""Words alone never make a profile certain."""


def disc(prospect: Prospect) -> Disc:
    """Count each profile's words in what the prospect wrote; unknown unless one leads clearly."""
    written = [prospect.headline, prospect.about, *(activity.text for activity in prospect.recent_activity)]
    said = list(dict.fromkeys(re.findall(r"[\w'’-]+", " ".join(part for part in written if part))))
    found = {profile: [word for word in said if pattern.match(folded(word))] for profile, pattern in _PATTERNS.items()}
    ranked = sorted(found, key=lambda profile: len(found[profile]), reverse=True)
    best, second = len(found[ranked[0]]), len(found[ranked[1]])
    if best < LEAST_HITS or best - second < LEAST_LEAD:
        return Disc(profile="unknown", confidence=0.0, evidence="")
    confidence = min(MOST_CONFIDENCE, 0.4 + 0.1 * (best - second) + 0.03 * best)
    return Disc(profile=ranked[0], confidence=round(confidence, 2), evidence=", ".join(found[ranked[0]][:6]))
