"""A person at the panel, as the gateway sees them: signs up, sets up their organization, runs campaigns."""

import csv
import io
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2

from sandbox.stack import Stack
from sandbox.story.prospects import Person as Prospect

T = TypeVar("T")
Json = dict[str, Any]

# Wide open, because a journey runs at any hour of any day.
ANY_TIME: Json = {
    "send_days": [1, 2, 3, 4, 5, 6, 7],
    "send_from": "00:00:00",
    "send_until": "23:59:59",
    "respect_holidays": False,
    "hourly_cap": 10_000,
}


def eventually(
    ask: Callable[[], T | None], what: str, *, seconds: float = 60.0, nudge: Callable[[], None] | None = None
) -> T:
    """Ask until the answer is truthy, and return it; fail with `what` when it never is.

    `nudge` is called every two seconds meanwhile: it starts what a schedule would start within the hour.
    """
    deadline = time.monotonic() + seconds
    nudged = 0.0
    while True:
        if nudge and time.monotonic() - nudged > 2:
            nudge()
            nudged = time.monotonic()
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}; last answer: {answer!r}")
        time.sleep(0.2)


@dataclass(frozen=True)
class Api:
    """Calls to the gateway in one person's name."""

    client: httpx2.Client

    def call(self, method: str, path: str, *, expect: int | None = None, **arguments: Any) -> Any:
        """The answer's JSON. Without `expect` any 2xx will do; the problem document is in the failure otherwise."""
        answer = self.client.request(method, f"/api/v1{path}", **arguments)
        good = answer.status_code == expect if expect else answer.is_success
        assert good, f"{method} {path} → {answer.status_code}: {answer.text}"
        return answer.json() if answer.content else None

    def get(self, path: str, **params: Any) -> Any:
        return self.call("GET", path, params=params)

    def post(self, path: str, body: Json | None = None, *, expect: int | None = None) -> Any:
        return self.call("POST", path, json=body or {}, expect=expect)

    def put(self, path: str, body: Json) -> Any:
        return self.call("PUT", path, json=body)

    def items(self, path: str, **params: Any) -> list[Json]:
        """Every item of a keyset list."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            page = self.get(path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page.get("next_cursor")
            if cursor is None:
                return found


@dataclass(frozen=True)
class Owner:
    """The owner of a new organization with everything that a campaign needs."""

    api: Api
    email: str
    password: str
    organization_id: str
    mailbox_ids: list[str]

    def campaign(self, **fields: Any) -> Json:
        """A campaign that may send at any time, without a person reading each message first."""
        scenario = next(s for s in self.api.items("/scenarios") if s["key"] == "soft_follow_up")
        created: Json = self.api.post(
            "/campaigns",
            {
                "name": f"Campaign {uuid.uuid4().hex[:6]}",
                "goal": "Trouver des responsables qui veulent moins de saisie",
                "scenario_id": scenario["id"],
                "approval_policy": "automatic",
                "booking_url": fields.pop("booking_url"),
                "icp": ideal([]),
                **ANY_TIME,
                **fields,
            },
        )
        return created

    def nudge(self) -> None:
        """Press *start now* for the two flows that run by the clock."""
        for flow in ("advance-scenarios", "send-due-messages"):
            self.api.post(f"/workflows/{flow}/start")

    def import_people(self, people: list[Prospect], campaign_id: str) -> Json:
        """Bring people in as the file that a CRM would give."""
        report: Json = self.api.call(
            "POST",
            "/prospects/imports",
            files={"file": ("people.csv", as_csv(people), "text/csv")},
            data={"campaign_id": campaign_id},
        )
        return report

    def funnel(self, campaign_id: str) -> dict[str, int]:
        """Stage → how many reached it."""
        answer = self.api.get("/dashboard/funnel", campaign_id=campaign_id)
        return {stage["stage"]: stage["count"] for stage in answer["stages"]}

    def prospect(self, email: str) -> Json:
        """The prospect with this address, whole."""
        found = [p for p in self.api.items("/prospects", q=email) if p["email"].lower() == email.lower()]
        assert len(found) == 1, f"{len(found)} prospects have the address {email}"
        prospect: Json = self.api.get(f"/prospects/{found[0]['id']}")
        return prospect

    def status(self, email: str) -> str:
        """The state of the only enrollment of this address."""
        enrollments = self.prospect(email)["enrollments"]
        assert len(enrollments) == 1
        return str(enrollments[0]["status"])


def ideal(prospects: list[Prospect]) -> Json:
    """An ICP that these people are in the middle of."""
    trades = [person.company.trade for person in prospects]
    return {
        "name": "PME qui prospectent à la main",
        "industries": sorted({trade.industry for trade in trades})[:20] or ["Software Development"],
        "job_titles": sorted({person.title for person in prospects})[:40] or ["CEO", "Directeur commercial"],
        "company_sizes": ["11-50", "51-200", "201-500"],
        "locations": ["France", "Belgique", "Suisse", "Allemagne"],
        "technologies": sorted({tool for trade in trades for tool in trade.technologies})[:40] or ["HubSpot"],
        "pains": ["prospection manuelle"],
    }


def found(stack: Stack, closing: ExitStack) -> Owner:
    """Sign somebody up and give them an organization with vendor keys, a sender, and mailboxes without a gap.

    Their client is closed with `closing`.
    """
    name = uuid.uuid4().hex[:8]
    email, password = f"owner-{name}@sales-machine.example", f"a long password {name}"
    signed_up = httpx2.post(
        f"{stack.urls['supabase']}/auth/v1/signup",
        headers={"apikey": stack.secrets.publishable_key},
        json={"email": email, "password": password},
    )
    signed_up.raise_for_status()
    client = closing.enter_context(
        httpx2.Client(
            base_url=stack.urls["gateway"],
            headers={"authorization": f"Bearer {signed_up.json()['access_token']}"},
            timeout=30,
        )
    )
    api = Api(client)
    organization = api.post("/organizations", {"name": f"Atelier {name}", "locale": "fr"})
    client.headers["x-organization-id"] = organization["id"]
    mailboxes = [
        api.post(
            "/mailboxes",
            {
                "provider": "instantly",
                "address": f"{person}.{name}@envoi.example",
                "daily_cap": 2000,
                "min_gap_seconds": 0,
            },
        )
        for person in ("camille", "noe", "ines")
    ]
    for service in ("phantombuster", "instantly", "calcom"):
        api.put(f"/credentials/{service}", {"key": f"{service}-key-{name}"})
    api.put(
        "/settings/agent",
        {
            "sender_first_name": "Camille",
            "sender_last_name": "Roy",
            "sender_title": "Responsable du développement",
            "sender_company": f"Atelier {name}",
            "value_proposition": "Nous réduisons le temps de saisie des équipes commerciales.",
            "signature": "Camille Roy",
        },
    )
    api.put("/settings/sending", {"hourly_cap": 10_000, "min_gap_seconds": 0, "mailbox_daily_cap": 2000})
    return Owner(api, email, password, organization["id"], [mailbox["id"] for mailbox in mailboxes])


def as_csv(people: list[Prospect]) -> bytes:
    """A file with the columns of a HubSpot export."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            "First Name",
            "Last Name",
            "Email",
            "Job Title",
            "Company Name",
            "Number of Employees",
            "Industry",
            "City",
            "Technologies",
        ]
    )
    for person in people:
        company = person.company
        writer.writerow(
            [
                person.first_name,
                person.last_name,
                person.email or "",
                person.title,
                company.name,
                company.size,
                company.trade.industry,
                company.place.city,
                ", ".join(company.trade.technologies),
            ]
        )
    return text.getvalue().encode()
