"""Load that goes on while the database dies, and what each part of it was promised."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import httpx2

from tests.api_gateway.people import WORKFLOW, Someone
from tests.torture.vendors import Event, WaysIn

RETRY_S = 0.1
HEALTH_EVERY_S = 0.05


@dataclass
class Promises:
    """What was answered with 2xx, and every answer that nobody should get."""

    events: list[Event] = field(default_factory=list)
    suppressed: list[str] = field(default_factory=list)
    imported: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    sent: set[UUID] = field(default_factory=set)
    statuses: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    health: list[tuple[float, int]] = field(default_factory=list)

    def green_after(self, moment: float) -> float | None:
        """Seconds from `moment` to the first 200 of /health/ready."""
        return next((at - moment for at, status in list(self.health) if at >= moment and status == 200), None)

    def red_between(self, begin: float, end: float) -> bool:
        """Whether /health/ready said 503 in between."""
        return any(begin <= at <= end and status == 503 for at, status in list(self.health))


class Load:
    """Use as a context manager: deliveries, writes and sends until it is left. Nobody gives up on an outage."""

    def __init__(self, gateway: str, ways: WaysIn, events: list[Event], owner: Someone, campaign: UUID) -> None:
        self.promises = Promises()
        self._gateway = gateway
        self._ways = ways
        self._events = iter(events)
        self._owner = owner
        self._campaign = campaign
        self._over = threading.Event()
        self._lock = threading.Lock()
        works = [self._health, self._deliver, self._deliver, self._suppress, self._rename, self._import]
        works += [self._send] * 3
        self._threads = [threading.Thread(target=self._run, args=[work], name=work.__name__) for work in works]

    def __enter__(self) -> Promises:
        for thread in self._threads:
            thread.start()
        return self.promises

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(60)
        assert not any(thread.is_alive() for thread in self._threads)

    def _run(self, work: Callable[[httpx2.Client], None]) -> None:
        try:
            with httpx2.Client(base_url=self._gateway, timeout=30, trust_env=False) as client:
                work(client)
        except Exception as error:
            self.promises.surprises.append(f"{work.__name__}: {error!r}")

    def _ask(self, client: httpx2.Client, method: str, path: str, *fine: int, **more: Any) -> httpx2.Response | None:
        """The answer; None for an outage that is told as it should be."""
        answer = client.request(method, path, **more)
        promises = self.promises
        with self._lock:
            promises.statuses[f"{path.split('/')[1]} {answer.status_code}"] += 1
        if answer.status_code in {*fine, 200, 201, 202}:
            return answer
        told = answer.headers.get("content-type", "").startswith("application/problem+json")
        if answer.status_code != 503 or not told or not answer.headers.get("retry-after", "").isdigit():
            promises.surprises.append(f"{method} {path}: {answer.status_code} {answer.headers} {answer.text[:300]}")
        self._over.wait(RETRY_S)
        return None

    def _health(self, client: httpx2.Client) -> None:
        while not self._over.wait(HEALTH_EVERY_S):
            status = client.get("/health/ready").status_code
            self.promises.health.append((time.monotonic(), status))
            if status not in {200, 503}:
                self.promises.surprises.append(f"/health/ready: {status}")

    def _deliver(self, client: httpx2.Client) -> None:
        """As a vendor does: again, until it is taken."""
        while not self._over.is_set():
            with self._lock:
                event = next(self._events, None)
            if event is None:
                return
            while not self._over.is_set():
                request = self._ways[event.source].request(event)
                answer = self._ask(client, "POST", request.path, content=request.body, headers=request.raw_headers)
                if answer is not None:
                    self.promises.events.append(event)
                    break

    def _suppress(self, client: httpx2.Client) -> None:
        for number in count():
            address = f"stop{number}@suppressed.example"
            body = {"kind": "email", "value": address}
            while not self._over.is_set():
                # 409: it was stored, and the answer was lost with the database.
                if self._ask(client, "POST", "/api/v1/suppressions", 409, json=body, headers=self._owner.headers):
                    self.promises.suppressed.append(address)
                    break
            if self._over.wait(0.05):
                return

    def _rename(self, client: httpx2.Client) -> None:
        for number in count():
            name = f"Name {number}"
            path = f"/api/v1/campaigns/{self._campaign}"
            if self._ask(client, "PATCH", path, json={"name": name}, headers=self._owner.headers):
                self.promises.names.append(name)
            if self._over.wait(0.05):
                return

    def _import(self, client: httpx2.Client) -> None:
        for number in count():
            addresses = [f"row{row}@import{number}.example" for row in range(20)]
            content = "email,first_name\n" + "".join(f"{address},Jeanne\n" for address in addresses)
            files = {"file": ("people.csv", content.encode(), "text/csv")}
            if self._ask(client, "POST", "/api/v1/prospects/imports", files=files, headers=self._owner.headers):
                self.promises.imported += addresses
            if self._over.wait(0.2):
                return

    def _send(self, client: httpx2.Client) -> None:
        """n8n's part: claim, deliver, and look into what is in doubt."""
        while not self._over.wait(0.05):
            claimed = self._ask(
                client, "POST", "/internal/v1/sends/claim",
                json={"limit": 3}, headers=WORKFLOW,
            )  # fmt: skip
            for item in claimed.json()["items"] if claimed else []:
                held = {"intent_id": item["intent_id"], "lease_token": item["lease_token"]}
                done = self._ask(client, "POST", "/internal/v1/sends/deliver", 409, json=held, headers=WORKFLOW)
                if done is not None and done.status_code == 200 and done.json()["outcome"] == "sent":
                    self.promises.sent.add(UUID(item["intent_id"]))
            self._ask(client, "POST", "/internal/v1/sends/settle", json={"limit": 20}, headers=WORKFLOW)
