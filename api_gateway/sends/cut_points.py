"""Named places at which a test may cut the power: a send must survive a kill, and a pause, at each of them.

The fifth place, a request that left and was not answered, needs no name here: a slow vendor makes it.
Nothing that is deployed calls `install`; a test's own entry point does, and in production it refuses.
"""

from collections.abc import Callable
from typing import Literal

CutPoint = Literal["after_claim", "after_intent_commits", "answer_read_not_committed", "committed_not_reported"]

_installed: list[Callable[[CutPoint], None]] = []


def install(act: Callable[[CutPoint], None], *, environment: str) -> None:
    """Have `act` called at every place, in this process. Raises RuntimeError in production."""
    if environment == "production":
        raise RuntimeError("Cut points are for tests.")
    _installed.append(act)


def reached(name: CutPoint) -> None:
    """Tell the test, if there is one, that a send has come this far."""
    for act in _installed:
        act(name)
