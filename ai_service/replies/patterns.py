"""The phrases by which replies are recognised, in French, English and German; they live in `phrases/*.txt`."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from ai_service.replies.schemas import CriterionName, Escalation, Intent

_FOLDER = Path(__file__).parent / "phrases"
_HEAD = re.compile(r"^\[(\w+)(?: ([\d.]+))?\]$")


@dataclass(frozen=True)
class Phrase:
    """A phrase that speaks for an intent; `weight`, 0 to 1, is how telling it is."""

    intent: Intent
    weight: float
    pattern: re.Pattern[str]


def _sections(name: str) -> list[tuple[str, float, list[str]]]:
    sections: list[tuple[str, float, list[str]]] = []
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if head := _HEAD.match(line):
            sections.append((head[1], float(head[2] or 1), []))
        elif line.strip() and not line.startswith("#"):
            sections[-1][2].append(line)
    return sections


def _phrases(name: str) -> list[Phrase]:
    by_name = {intent: intent for intent in get_args(Intent)}
    return [
        Phrase(by_name[intent], weight, re.compile(line)) for intent, weight, lines in _sections(name) for line in lines
    ]


def _topics(name: str) -> dict[str, re.Pattern[str]]:
    return {topic: re.compile("|".join(lines)) for topic, _, lines in _sections(name)}


BOUNCE = [phrase for phrase in _phrases("automatic") if phrase.intent == "bounce"]
OUT_OF_OFFICE = [phrase for phrase in _phrases("automatic") if phrase.intent == "out_of_office"]
COMPLAINT = _phrases("complaints")
CONTENT = _phrases("content")
"""Everything that is weighed; negatives come first and hide the words that they use from what follows."""

NEGATIVE: frozenset[Intent] = frozenset({"not_interested", "objection", "wrong_person"})

_ESCALATIONS = _topics("escalations")
ESCALATIONS: dict[Escalation, re.Pattern[str]] = {topic: _ESCALATIONS[topic] for topic in get_args(Escalation)}
"""Topics that go to a human whatever the confidence."""

_BANT = _topics("bant")
BANT: dict[CriterionName, re.Pattern[str]] = {name: _BANT[name] for name in get_args(CriterionName)}
