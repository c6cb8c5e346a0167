"""A person at the panel, in a real Chromium: every page, both languages, phone to desktop, with axe on each."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from sandbox.stack import Stack
from sandbox.story.prospects import people
from tests.journeys.chromium import ROOT, chromium
from tests.journeys.conftest import SEED
from tests.journeys.person import Owner, eventually, ideal
from tests.journeys.vendors import Vendors

pytestmark = [pytest.mark.stack, pytest.mark.browser]


def give_the_administrator_something_to_see(owner: Owner, vendors: Vendors, email: str) -> None:
    """Addresses never to contact, a way in with an event, an alert, an invitation, an export, and an erased person."""
    owner.api.post("/suppressions", {"kind": "domain", "value": "client-fidele.example", "note": "Client"})
    opened = owner.api.post("/webhooks/endpoints", {"source": "phantombuster"})
    httpx2.post(opened["url"], json={"agentId": "1", "containerId": "99", "exitMessage": "finished"}).raise_for_status()
    vendors.misbehave("calendly", route="POST /webhook_subscriptions", mode="fail", status=400, times=1)
    owner.api.put("/credentials/calendly", {"key": f"calendly-key-of-{owner.email}"})
    eventually(lambda: owner.api.items("/alerts"), "there is an alert about the webhook")
    owner.api.post("/organizations/current/invitations", {"email": "paul.durand@example.com", "role": "admin"})
    person = owner.prospect(email)
    owner.api.post(f"/prospects/{person['id']}/exports")
    eventually(
        lambda: [one for one in owner.api.items("/data-exports") if one["status"] == "ready"], "the export is made"
    )
    owner.api.post(f"/prospects/{person['id']}/erasure", {"confirmation": email})
    eventually(lambda: [one for one in owner.api.items("/erasures") if one["erased_at"]], "the person is erased")


@pytest.mark.timeout(900)
def test_a_person_finds_their_way_through_every_page(
    stack: Stack,
    vendors: Vendors,
    found_organization: Callable[[], Owner],
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    owner = found_organization()
    some = [person for person in people(SEED)[200:240] if person.email]
    campaign = owner.campaign(
        source="csv",
        booking_url=f"{stack.urls['calcom']}/camille/intro-30",
        approval_policy="review_first",
        icp=ideal(some),
    )
    owner.import_people(some, campaign["id"])
    owner.api.post(f"/campaigns/{campaign['id']}/launch")
    eventually(
        lambda: owner.api.items("/messages", status="pending_review"), "there is a message to approve", seconds=120
    )

    give_the_administrator_something_to_see(owner, vendors, str(some[-1].email))

    pictures = ROOT / "artifacts" / "screenshots"
    ended = subprocess.run(
        [str(Path(sys.executable).with_name("node")), "e2e/journey.mjs"],
        cwd=ROOT / "web",
        env={
            **os.environ,
            "PANEL_URL": stack.urls["panel"],
            "EMAIL": owner.email,
            "PASSWORD": owner.password,
            "OUT": str(pictures),
            "CHROMIUM": chromium(),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-8000:] + ended.stderr[-4000:]
    report = json.loads(ended.stdout)
    record_testsuite_property("dashboard", json.dumps(report["dashboard"]))
    print(f"\nStopped elsewhere after: {report['stop']}; live: {report['live']}")
    print(f"Dashboard: {report['dashboard']}; {len(report['screenshots'])} pictures in {pictures}")
    assert report["message"]["approved"]
    assert report["screenshots"]
    assert all(Path(picture).stat().st_size > 5_000 for picture in report["screenshots"])
