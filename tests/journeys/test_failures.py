"""What a campaign does when a part dies or a vendor misbehaves: nobody is forgotten, nobody is written to twice."""

from collections import Counter
from collections.abc import Callable

import httpx2
import psycopg
import pytest

from sandbox.stack import Stack
from sandbox.story.prospects import people
from tests.journeys.conftest import SEED
from tests.journeys.person import Owner, eventually, ideal
from tests.journeys.vendors import Vendors

pytestmark = pytest.mark.stack


def launched(owner: Owner, stack: Stack, first: int, last: int) -> str:
    """A running campaign over a slice of the invented people."""
    some = [person for person in people(SEED)[first:last] if person.email]
    campaign = owner.campaign(source="csv", booking_url=f"{stack.urls['calcom']}/camille/intro-30", icp=ideal(some))
    owner.import_people(some, campaign["id"])
    owner.api.post(f"/campaigns/{campaign['id']}/launch")
    return str(campaign["id"])


def first_messages(owner: Owner, campaign_id: str) -> Counter[str]:
    """Status → how many first-step messages are in it."""
    messages = owner.api.items("/messages", campaign_id=campaign_id)
    return Counter(m["status"] for m in messages if m["step_position"] == 1)


def addresses(owner: Owner, campaign_id: str) -> set[str]:
    return {m["recipient"].lower() for m in owner.api.items("/messages", campaign_id=campaign_id) if m["recipient"]}


def test_n8n_killed_in_the_middle_of_a_run_loses_and_doubles_nothing(
    stack: Stack, found_organization: Callable[[], Owner], vendors: Vendors
) -> None:
    owner = found_organization()
    campaign_id = launched(owner, stack, 100, 140)

    def under_way() -> bool:
        by_status = owner.api.get(f"/campaigns/{campaign_id}/progress")["by_status"]
        return bool(by_status.get("enriching") or by_status.get("qualifying"))

    eventually(under_way, "enrichment is under way", seconds=30)
    stack.kill("n8n")
    stack.restart("n8n")
    # What the dead run had claimed is claimed again when its leases have run out; ten minutes pass here at once.
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(
            "update enrollments set lease_until = clock_timestamp() where campaign_id = %s and lease_until is not null",
            [campaign_id],
        )

    def wake_and_look() -> bool:
        owner.api.post("/workflows/enrich-and-qualify-prospects/start")
        owner.api.post("/workflows/send-due-messages/start")
        counts = first_messages(owner, campaign_id)
        by_status = owner.api.get(f"/campaigns/{campaign_id}/progress")["by_status"]
        open_states = sum(by_status.get(s, 0) for s in ("found", "enriching", "enriched", "qualifying"))
        return open_states == 0 and counts["sent"] > 0 and set(counts) == {"sent"}

    eventually(wake_and_look, "everyone is judged and written to", seconds=240)
    ours = addresses(owner, campaign_id)
    assert set(Counter({k: n for k, n in vendors.sent().items() if k[0] in ours}).values()) == {1}


def test_a_vendor_that_takes_the_mail_and_loses_the_answer_gets_no_second_one(
    stack: Stack, found_organization: Callable[[], Owner], vendors: Vendors
) -> None:
    owner = found_organization()
    vendors.misbehave("instantly", route="POST /api/v2/leads", mode="accept_then_fail", status=500, times=5)
    campaign_id = launched(owner, stack, 140, 160)

    def settled() -> bool:
        owner.api.post("/workflows/send-due-messages/start")
        counts = first_messages(owner, campaign_id)
        return counts["sent"] >= 5 and set(counts) == {"sent"}

    eventually(settled, "every ambiguous send is settled", seconds=180)
    ours = addresses(owner, campaign_id)
    assert set(Counter({k: n for k, n in vendors.sent().items() if k[0] in ours}).values()) == {1}


def test_a_model_that_is_away_never_blocks_a_message(
    stack: Stack, found_organization: Callable[[], Owner], vendors: Vendors
) -> None:
    owner = found_organization()
    for model in ("anthropic", "openai"):
        vendors.misbehave(model, route="*", mode="fail", status=500, times=1000)
    try:
        campaign_id = launched(owner, stack, 160, 170)
        eventually(lambda: sum(first_messages(owner, campaign_id).values()) > 0, "messages are drafted", seconds=120)
        sources = {m["source"] for m in owner.api.items("/messages", campaign_id=campaign_id)}
        assert sources == {"rules"}
    finally:
        for model in ("anthropic", "openai"):
            vendors.misbehave(model, route="*", mode="ok")


class TestAClosedDoor:
    @pytest.mark.parametrize("token", ["", "wrong", "Bearer wrong"])
    def test_a_wrong_service_token_is_refused(self, stack: Stack, token: str) -> None:
        answer = httpx2.post(
            f"{stack.urls['gateway']}/internal/v1/sends/claim", json={"limit": 1}, headers={"authorization": token}
        )
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"

    def test_ai_service_refuses_a_wrong_token(self, stack: Stack) -> None:
        answer = httpx2.post(f"{stack.urls['ai']}/v1/replies", json={}, headers={"authorization": "Bearer wrong"})
        assert answer.status_code == 401

    def test_n8n_refuses_a_start_without_its_token(self, stack: Stack) -> None:
        answer = httpx2.post(f"{stack.urls['n8n']}/webhook/sm/send-due-messages", json={})
        assert answer.status_code in (401, 403)

    def test_an_unknown_webhook_path_is_not_there(self, stack: Stack) -> None:
        answer = httpx2.post(f"{stack.urls['gateway']}/webhooks/instantly/{'x' * 43}", json={})
        assert answer.status_code in (401, 404)
