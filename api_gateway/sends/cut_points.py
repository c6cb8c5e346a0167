"""Named places at which a test may cut the power: a send must survive a kill at each of them.

The fifth place, a request that left and was not answered, needs no name here: a slow vendor makes it.
Nothing that is deployed assigns `act`; a test's own entry point does, before it starts the application.
"""

from collections.abc import Callable
from typing import Literal

CutPoint = Literal["after_claim", "after_intent_commits", "answer_read_not_committed", "committed_not_reported"]


def _nothing(_: CutPoint) -> None:
    return None


act: Callable[[CutPoint], None] = _nothing


def reached(name: CutPoint) -> None:
    """Tell the test, if there is one, that a send has come this far."""
    act(name)
