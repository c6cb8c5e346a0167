"""What the demonstration starts from: one person, her organization, senders and vendor keys, all by the public API."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from sandbox.environments import DEMO_EMAIL
from sandbox.errors import SandboxError
from sandbox.stack import Stack

Json = dict[str, Any]
ORGANIZATION = "Atelier Nord"
SENDERS = ("camille", "noe", "ines")
SENDER_DOMAIN = "envoi.atelier-nord.example"
SCENARIO = "soft_follow_up"
# The demonstration runs at any hour of any day, and shows in minutes what takes weeks.
ANY_TIME: Json = {
    "send_days": [1, 2, 3, 4, 5, 6, 7],
    "send_from": "00:00:00",
    "send_until": "23:59:59",
    "respect_holidays": False,
    "hourly_cap": 10_000,
}
ICP: Json = {
    "name": "PME qui prospectent à la main",
    "industries": ["Logiciel", "Industrie", "Logistique"],
    "job_titles": ["Directeur commercial", "CEO", "Head of Sales"],
    "company_sizes": ["11-50", "51-200", "201-500"],
    "locations": ["France", "Belgique", "Suisse", "Allemagne"],
    "technologies": ["HubSpot"],
    "pains": ["prospection manuelle", "saisie dans le CRM"],
}
AGENT: Json = {
    "sender_first_name": "Camille",
    "sender_last_name": "Roy",
    "sender_title": "Responsable du développement",
    "sender_company": ORGANIZATION,
    "value_proposition": "Nous réduisons le temps de saisie des équipes commerciales.",
    "signature": "Camille Roy",
}


@dataclass(frozen=True, slots=True)
class Account:
    """The demonstration's person, signed in, with calls to the gateway in her name."""

    client: httpx2.Client
    email: str
    password: str

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON that the gateway answers; `SandboxError` with the problem's sentence when it refuses."""
        try:
            answer = self.client.request(method, f"/api/v1{path}", **arguments)
        except httpx2.HTTPError as error:
            raise SandboxError(f"api_gateway did not answer {method} {path}: {error!r}.") from error
        if not answer.is_success:
            raise SandboxError(f"{method} {path} was refused ({answer.status_code}): {answer.text[:500]}")
        return answer.json() if answer.content else None

    def items(self, path: str, **params: Any) -> list[Json]:
        """The first hundred items of a list."""
        found: list[Json] = self.call("GET", path, params={"limit": 100, **params})["items"]
        return found


def sign_in(stack: Stack) -> Account:
    """The demonstration's person: signed in, or signed up on the first run."""
    email, password = DEMO_EMAIL, stack.secrets.demo_password
    headers = {"apikey": stack.secrets.publishable_key}
    known = {"email": email, "password": password}
    auth = f"{stack.urls['supabase']}/auth/v1"
    answer = httpx2.post(f"{auth}/token", params={"grant_type": "password"}, headers=headers, json=known)
    if answer.status_code != 200:
        answer = httpx2.post(f"{auth}/signup", headers=headers, json=known)
    if answer.status_code != 200 or "access_token" not in answer.json():
        raise SandboxError(f"The demonstration's person could not sign in: {answer.text[:300]}")
    client = httpx2.Client(
        base_url=stack.urls["gateway"],
        headers={"authorization": f"Bearer {answer.json()['access_token']}"},
        timeout=httpx2.Timeout(60),
    )
    return Account(client, email, password)


def organization(account: Account) -> str:
    """Her organization's id, made and furnished on the first run; the following calls are made in it."""
    mine = account.call("GET", "/me")["organizations"]
    organization_id = str(mine[0]["id"] if mine else _new_organization(account))
    account.client.headers["x-organization-id"] = organization_id
    if not mine:
        _furnish(account)
    return organization_id


def campaign(account: Account, *, name: str, booking_url: str, people: int, csv: Path | None) -> Json:
    """A draft campaign over LinkedIn by way of PhantomBuster, or over a person's own file."""
    scenario = next(one for one in account.items("/scenarios") if one["key"] == SCENARIO)
    source: Json = {"source": "csv"}
    if csv is None:
        source = {"source": "phantombuster", "scraper_agent_id": "agent-demo", "max_prospects": people}
    created: Json = account.call(
        "POST",
        "/campaigns",
        json={
            "name": name,
            "goal": "Obtenir des rendez-vous de découverte",
            "sector": "Logiciel et industrie",
            "scenario_id": scenario["id"],
            "approval_policy": "automatic",
            "booking_url": booking_url,
            "icp": ICP,
            **source,
            **ANY_TIME,
        },
    )
    return created


def import_file(account: Account, path: Path, campaign_id: str) -> Json:
    """Bring the people of a file into the campaign; returns the import's report."""
    with path.open("rb") as stream:
        report: Json = account.call(
            "POST",
            "/prospects/imports",
            files={"file": (path.name, stream, "text/csv")},
            data={"campaign_id": campaign_id},
            timeout=180,
        )
    return report


def _new_organization(account: Account) -> str:
    made: Json = account.call("POST", "/organizations", json={"name": ORGANIZATION, "locale": "fr"})
    return str(made["id"])


def _furnish(account: Account) -> None:
    account.call("PATCH", "/me", json={"full_name": f"{AGENT['sender_first_name']} {AGENT['sender_last_name']}"})
    for sender in SENDERS:
        account.call(
            "POST",
            "/mailboxes",
            json={
                "provider": "instantly",
                "address": f"{sender}@{SENDER_DOMAIN}",
                "daily_cap": 2_000,
                "min_gap_seconds": 0,
            },
        )
    for service in ("phantombuster", "instantly", "calcom"):
        account.call("PUT", f"/credentials/{service}", json={"key": f"demo-{service}-key"})
    account.call("PUT", "/settings/agent", json=AGENT)
    account.call(
        "PUT",
        "/settings/sending",
        json={"hourly_cap": 10_000, "min_gap_seconds": 0, "mailbox_daily_cap": 2_000},
    )
