"""What an organisation may spend on models a day, in tokens and dollars.

The day's totals are counters in Redis, read with the cache and added to with what is put into it. What is still under
way in this process counts at its worst, so that many calls at once can't overdraw together; calls under way in other
replicas are seen when they end. While Redis is away, what this process spent counts alone.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

MOST_LOCAL = 10_000


@dataclass(frozen=True)
class Spend:
    """Tokens, and millionths of a dollar: whole numbers, which Redis adds exactly."""

    tokens: int = 0
    micro_usd: int = 0

    def __add__(self, other: "Spend") -> "Spend":
        return Spend(self.tokens + other.tokens, self.micro_usd + other.micro_usd)

    def __neg__(self) -> "Spend":
        return Spend(-self.tokens, -self.micro_usd)

    def within(self, most: "Spend") -> bool:
        """Whether neither tokens nor dollars exceed `most`."""
        return self.tokens <= most.tokens and self.micro_usd <= most.micro_usd


class Purse:
    """The daily purse of each organisation."""

    def __init__(self, *, daily: Spend, clock: Callable[[], float] = time.time) -> None:
        self._daily = daily
        self._clock = clock
        self._under_way: defaultdict[str, Spend] = defaultdict(Spend)
        self._spent_here: defaultdict[str, Spend] = defaultdict(Spend)

    def counters(self, organization: str) -> list[str]:
        """The names of today's two counters: tokens, micro-dollars."""
        name = self._name(organization)
        return [f"ai:spend:tokens:{name}", f"ai:spend:micro_usd:{name}"]

    def hold(self, organization: str, most: Spend, read: Sequence[str | None]) -> bool:
        """Set aside the most that a call can cost; False, with nothing set aside, when the purse is too small.

        `read` are the counters as they were found at the start of the call.
        """
        name = self._name(organization)
        here = self._spent_here[name]
        spent = Spend(max(here.tokens, _number(read[0])), max(here.micro_usd, _number(read[1])))
        if not (spent + self._under_way[name] + most).within(self._daily):
            return False
        self._under_way[name] += most
        return True

    def settle(self, organization: str, held: Spend, actual: Spend) -> None:
        """Take what was really spent, and give the rest back."""
        if len(self._spent_here) >= MOST_LOCAL:
            self._spent_here.clear()
        name = self._name(organization)
        self._under_way[name] += -held
        if self._under_way[name] == Spend():
            del self._under_way[name]
        self._spent_here[name] += actual

    def _name(self, organization: str) -> str:
        return f"{organization}:{datetime.fromtimestamp(self._clock(), UTC).date().isoformat()}"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
