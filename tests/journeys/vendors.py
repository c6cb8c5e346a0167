"""What the vendors' stand-ins saw: their own fsynced ledgers, and the controls to make them misbehave."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx2

from sandbox.story import outcomes
from sandbox.story.prospects import Person, people


@dataclass(frozen=True)
class Vendors:
    """The stand-ins, by name."""

    client: httpx2.Client
    urls: dict[str, str]

    def ledger(self, vendor: str, kind: str, name: str | None = None) -> list[dict[str, Any]]:
        """Lines of one stand-in's ledger: `call`s or `effect`s, of one name or all."""
        params = {"kind": kind} | ({"name": name} if name else {})
        answer = self.client.get(f"{self.urls[vendor]}/_control/ledger", params=params)
        answer.raise_for_status()
        lines: list[dict[str, Any]] = answer.json()
        return lines

    def misbehave(self, vendor: str, **behaviour: Any) -> None:
        """Make calls go wrong: route, mode, status, delay_s, times."""
        self.client.post(f"{self.urls[vendor]}/_control/behaviour", json=behaviour).raise_for_status()

    def configure(self, vendor: str, **settings: Any) -> None:
        """Set what the stand-in lets one set, until it is set again."""
        self.client.post(f"{self.urls[vendor]}/_control/configure", json=settings).raise_for_status()

    def sent(self) -> Counter[tuple[str, str]]:
        """(address, text) → how many mails really went out with it, by Instantly's ledger."""
        return Counter(
            (line["lead_email"].lower(), line["key"]) for line in self.ledger("instantly", "effect", "email_sent")
        )

    def sent_to(self, email: str) -> int:
        """How many mails this address got."""
        return sum(count for (address, _), count in self.sent().items() if address == email.lower())


def with_fate(seed: int, fate: str, count: int = 1, *, step: int = 1) -> list[Person]:
    """People of the invented world who answer like this, senior enough to be qualified."""
    found = [
        person
        for person in people(seed)
        if person.email
        and person.seniority in ("chief", "director")
        and person.company.size > 50
        and (card := outcomes.card(seed, person.email)).fate == fate
        and card.step == step
    ]
    assert len(found) >= count, f"only {len(found)} people with the fate {fate}"
    return found[:count]
