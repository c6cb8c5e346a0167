"""A campaign whose people come from LinkedIn by way of PhantomBuster."""

import time
from collections.abc import Callable

import pytest

from sandbox.stack import Stack
from tests.journeys.person import Json, Owner, eventually
from tests.journeys.vendors import Vendors

pytestmark = pytest.mark.stack


def test_fifty_profiles_are_scraped_judged_and_drafted(
    stack: Stack,
    found_organization: Callable[[], Owner],
    vendors: Vendors,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    owner = found_organization()
    campaign = owner.campaign(
        source="phantombuster",
        booking_url=f"{stack.urls['calcom']}/camille/intro-30",
        scraper_agent_id="agent-journey",
        max_prospects=50,
        approval_policy="review_all",
    )
    launches_before = len(vendors.ledger("phantombuster", "effect"))
    begun = time.monotonic()
    owner.api.post(f"/campaigns/{campaign['id']}/launch")
    owner.api.post(f"/campaigns/{campaign['id']}/launch", expect=409)

    def drafted() -> bool:
        progress = owner.api.get(f"/campaigns/{campaign['id']}/progress")
        open_states = {"found", "enriching", "enriched", "qualifying"}
        return progress["counts"]["prospects"] == 50 and not any(progress["by_status"].get(s) for s in open_states)

    eventually(drafted, "fifty people are judged and drafted", seconds=180)
    seconds = time.monotonic() - begun
    record_testsuite_property("seconds_for_50_profiles", round(seconds, 1))
    print(f"\n50 profiles scraped, enriched, qualified and drafted in {seconds:.1f} s")

    funnel = owner.funnel(campaign["id"])
    messages = owner.api.items("/messages", campaign_id=campaign["id"])
    assert 0 < len(messages) <= 50
    assert {m["status"] for m in messages} == {"pending_review"}
    assert len({m["prospect_id"] for m in messages}) == len(messages)
    assert funnel
    launched = vendors.ledger("phantombuster", "effect")[launches_before:]
    assert len([line for line in launched if "launch" in line["name"]]) == 1

    prospect = owner.api.get(f"/prospects/{messages[0]['prospect_id']}")
    assert prospect["sources"][0]["source"] == "phantombuster"
    assert prospect["sources"][0]["lawful_basis"] == "legitimate_interest"


def test_a_phantom_that_finished_with_an_exit_code_has_failed_and_says_so(
    stack: Stack, found_organization: Callable[[], Owner], vendors: Vendors
) -> None:
    owner = found_organization()
    campaign = owner.campaign(
        source="phantombuster",
        booking_url=f"{stack.urls['calcom']}/camille/intro-30",
        scraper_agent_id="agent-failing",
        max_prospects=10,
    )
    vendors.configure("phantombuster", exit_code=1)
    try:
        owner.api.post(f"/campaigns/{campaign['id']}/launch")

        def progress() -> Json:
            found: Json = owner.api.get(f"/campaigns/{campaign['id']}/progress")
            return found

        eventually(lambda: progress()["stage"] == "failed", "the scrape has visibly failed", seconds=60)
    finally:
        vendors.configure("phantombuster", exit_code=0)
    assert progress()["counts"]["prospects"] == 0
    assert "1" in progress()["message"]
    assert owner.api.items("/alerts")
