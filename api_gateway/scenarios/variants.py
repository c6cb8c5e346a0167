"""Comparing variants of a step: who gets which, and when one has won. Pure.

A share is judged by its Wilson score interval (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", Journal of the American Statistical Association 22, 1927, pp. 209-212), which stays honest where
replies are few: for a share p of n and z = 1.96 it is (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n). Two intervals
of 95 % that do not even touch differ at well under 1 %, which leaves room for looking every quarter of an hour.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from api_gateway.dashboard.figures import wilson

LETTERS = "ABC"


class Tally(NamedTuple):
    """How often a variant was sent, and how often that had the effect that is measured."""

    letter: str
    sent: int
    effect: int


class Verdict(NamedTuple):
    winner: str | None
    explanation: str


def letter_of(step: dict[str, Any], enrollment_id: UUID, enrolled_at: datetime) -> str | None:
    """The variant that a person gets of a step with its `winner`; None when the step compares none.

    The same for the same person, always: drawn by a hash of both ids, so that the letters of one person's steps have
    nothing to do with each other. Who enrolled after a winner was found gets the winner.
    """
    count = len(step.get("variants") or [])
    if count < 2:
        return None
    winner, since = step.get("winner"), step.get("winner_at")
    if winner is not None and since is not None and enrolled_at > datetime.fromisoformat(str(since)):
        return str(winner)
    drawn = hashlib.blake2b(enrollment_id.bytes + UUID(str(step["id"])).bytes, digest_size=8).digest()
    return LETTERS[int.from_bytes(drawn) % count]


def as_written(step: dict[str, Any], enrollment_id: UUID, enrolled_at: datetime) -> dict[str, Any]:
    """The step with what its person's variant replaces."""
    letter = letter_of(step, enrollment_id, enrolled_at)
    return step if letter is None else {**step, **step["variants"][LETTERS.index(letter)]}


def judge(tallies: Sequence[Tally], *, minimum: int, measure: str) -> Verdict:
    """The variant whose interval lies wholly above every other's, once each was sent `minimum` times."""
    short = [one for one in tallies if one.sent < minimum]
    if short or len(tallies) < 2:
        missing = ", ".join(f"{one.letter} {one.sent} of {minimum}" for one in short)
        return Verdict(None, f"Too few sends to judge: {missing}.")
    ranked = sorted(tallies, key=lambda one: one.effect / one.sent, reverse=True)
    intervals = {one.letter: wilson(one.effect, one.sent) or (0.0, 1.0) for one in ranked}
    best, *others = ranked
    word = "replies" if measure == "replied" else "positive replies"
    told = "; ".join(
        f"{one.letter}: {one.effect} {word} to {one.sent} ({_percent(intervals[one.letter])})" for one in tallies
    )
    if all(intervals[best.letter][0] > intervals[one.letter][1] for one in others):
        return Verdict(best.letter, f"{best.letter} wins: its interval lies above every other. {told}.")
    return Verdict(None, f"No difference can be told yet: the intervals overlap. {told}.")


def _percent(interval: tuple[float, float]) -> str:
    return f"{interval[0] * 100:.1f}–{interval[1] * 100:.1f} %"
