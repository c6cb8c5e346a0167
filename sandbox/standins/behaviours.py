"""How a stand-in may be told to misbehave: slow, fail, accept-then-fail, refuse, lie, echo; on some routes, n times."""

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Mode = Literal["ok", "slow", "fail", "accept_then_fail", "refuse", "lie", "echo"]


class Behaviour(BaseModel):
    """One instruction of the control route.

    `route` is `METHOD /path` with `{placeholders}` or `*`, or `*` alone. `status` 0 drops the connection instead of
    answering. `times` None means until replaced. `delay_s` (seconds) is waited first, whatever the mode. `lie` names a
    lie the vendor knows; `body` is a lie told word for word.
    `echo` fails, and repeats the credentials of the call in its error, plain and decoded.
    """

    model_config = ConfigDict(extra="forbid")

    route: str = "*"
    mode: Mode
    status: int = 500
    delay_s: float = Field(default=0.0, ge=0, le=600)
    times: int | None = Field(default=None, ge=1)
    lie: str | None = None
    body: Any = None
    headers: dict[str, str] = Field(default_factory=dict)

    def matches(self, method: str, path: str) -> bool:
        """Whether this instruction is meant for the call."""
        if self.route == "*":
            return True
        wanted_method, _, wanted_path = self.route.partition(" ")
        if wanted_method not in {"*", method}:
            return False
        pattern = re.sub(r"\\\{[^}]*\\\}", r"[^/]+", re.escape(wanted_path)).replace(r"\*", ".*")
        return re.fullmatch(pattern, path) is not None


class Behaviours:
    """The instructions in force; the newest one that matches wins."""

    def __init__(self) -> None:
        self._rules: list[Behaviour] = []

    def add(self, behaviour: Behaviour) -> None:
        """Put an instruction in force; `ok` removes those of the same route (all, for `*`)."""
        self._rules = [rule for rule in self._rules if behaviour.route not in {"*", rule.route}]
        if behaviour.mode != "ok":
            self._rules.insert(0, behaviour)

    def take(self, method: str, path: str) -> Behaviour | None:
        """The instruction for this call, using up one of its times."""
        for rule in self._rules:
            if rule.matches(method, path):
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times == 0:
                        self._rules.remove(rule)
                return rule
        return None

    def clear(self) -> None:
        """Behave again."""
        self._rules.clear()
