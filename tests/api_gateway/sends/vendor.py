"""A stand-in as a test sees it: told how to behave, and asked what really happened."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
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
    """One stand-in of a vendor. `ledger` is its fsynced file."""

    url: str
    client: httpx2.Client
    ledger: Path

    def control(self, word: str, /, **body: Any) -> None:
        self.client.post(f"{self.url}/_control/{word}", json=body).raise_for_status()

    def behave(self, mode: str, route: str = "*", **more: Any) -> None:
        self.control("behaviour", mode=mode, route=route, **more)

    def effects(self, name: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"{self.url}/_control/ledger", params={"kind": "effect", "name": name})
        found: list[dict[str, Any]] = answer.json()
        return found

    def written(self, name: str) -> Iterator[dict[str, Any]]:
        """Effects as they stand in the ledger's file, whatever the process says."""
        with self.ledger.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                if (entry["kind"], entry["name"]) == ("effect", name):
                    yield entry

    def health(self) -> dict[str, Any]:
        # On a connection of its own, so that whoever called before is accepted before.
        connection = HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        try:
            connection.request("GET", "/_control/health")
            found: dict[str, Any] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return found

    def has_before_it(self, route: str) -> bool:
        """Whether a call of `route` has come and is not answered yet."""
        return route in self.health()["in_flight"]

    def settle_down(self) -> None:
        """Wait until everything that reached it has had its effect, the calls of the dead included."""
        quiet = 0
        end = time.monotonic() + 30
        while quiet < 3:
            quiet = 0 if self.health()["in_flight"] else quiet + 1
            assert time.monotonic() < end, "the stand-in is still busy"

    def mails_to(self, email: str) -> list[dict[str, Any]]:
        """Mails that left for somebody, by the stand-in's own ledger."""
        return [one for one in self.effects("email_sent") if one["record"] and one["record"]["lead"] == email]

    def wait_for_mail(self, email: str, count: int = 1) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = until(lambda: (mails := self.mails_to(email)) and len(mails) >= count and mails)
        return found
