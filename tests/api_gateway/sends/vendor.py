"""A stand-in as a test sees it: told how to behave, and asked what really happened."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2


def until(check: Callable[[], Any], deadline_s: float = 10.0) -> Any:
    """The first true answer of `check`; fails the test when there is none before the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        if answer := check():
            return answer
        assert time.monotonic() < end, f"still not true after {deadline_s} s"
        time.sleep(0.02)


@dataclass
class Vendor:
    """The Instantly stand-in."""

    url: str
    client: httpx2.Client

    def control(self, word: str, /, **body: Any) -> None:
        self.client.post(f"{self.url}/_control/{word}", json=body).raise_for_status()

    def behave(self, mode: str, route: str = "*", **more: Any) -> None:
        self.control("behaviour", mode=mode, route=route, **more)

    def effects(self, name: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"{self.url}/_control/ledger", params={"kind": "effect", "name": name})
        found: list[dict[str, Any]] = answer.json()
        return found

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """Mails that left for somebody, by the stand-in's own ledger."""
        return [one for one in self.effects("email_sent") if one["record"] and one["record"]["lead"] == email]

    def wait_for_mail(self, email: str, count: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = until(lambda: (mails := self.mails_to(email)) and len(mails) >= count and mails)
        return found
