"""A circuit breaker: a provider that keeps failing is left alone for a while, so that no call waits for it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

FAILURES_TO_OPEN = 5
REST_S = 30.0
MOST_BREAKERS = 5_000


@dataclass
class _State:
    failures: int = 0
    open_until: float = 0.0
    trying: bool = False


class Breakers:
    """One breaker per name. Opens after five failures in a row, and lets one call try again after 30 seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._states: dict[str, _State] = {}

    def allows(self, name: str) -> bool:
        """Whether a call may go out now; while half open only the first one may."""
        state = self._states.get(name)
        if state is None or state.failures < FAILURES_TO_OPEN:
            return True
        if self._clock() < state.open_until or state.trying:
            return False
        state.trying = True
        return True

    def succeeded(self, name: str) -> None:
        """Close the breaker."""
        self._states.pop(name, None)

    def failed(self, name: str) -> None:
        """Count a failure, and open the breaker at the fifth or when the trial call fails."""
        if len(self._states) >= MOST_BREAKERS:
            self._states.clear()
        state = self._states.setdefault(name, _State())
        state.failures += 1
        state.trying = False
        if state.failures >= FAILURES_TO_OPEN:
            state.open_until = self._clock() + REST_S

    def left(self, name: str) -> None:
        """A call ended; when it was the trial and said nothing about the provider, the next call may try."""
        if state := self._states.get(name):
            state.trying = False
