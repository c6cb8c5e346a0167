"""A person's own file becomes a campaign: qualified, written to, answered, booked; and each answer has its effect."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from sandbox.stack import Stack
from sandbox.story.prospects import Person, people
from tests.journeys.conftest import SEED
from tests.journeys.person import Json, Owner, eventually, ideal
from tests.journeys.vendors import Vendors, with_fate

pytestmark = pytest.mark.stack


@dataclass(frozen=True)
class Running:
    """A launched campaign, its owner, and the people in it by what they will do."""

    owner: Owner
    campaign_id: str
    by_fate: dict[str, Person]

    def email(self, fate: str) -> str:
        address = self.by_fate[fate].email
        assert address
        return address


FATES = (
    "interested",
    "meeting_request",
    "question",
    "legal",
    "not_interested",
    "out_of_office",
    "unsubscribe",
    "silence",
)


@pytest.fixture(scope="module")
def running(stack: Stack, found_organization: Callable[[], Owner]) -> Running:
    owner = found_organization()
    by_fate = {fate: with_fate(SEED, fate)[0] for fate in FATES}
    company = [person for person in people(SEED) if person.email and person not in by_fate.values()][:20]
    everyone = [*by_fate.values(), *company]
    campaign = owner.campaign(source="csv", booking_url=f"{stack.urls['calcom']}/camille/intro-30", icp=ideal(everyone))
    report = owner.import_people(everyone, campaign["id"])
    assert report["rejected_count"] == 0, report["problems"]
    owner.api.post(f"/campaigns/{campaign['id']}/launch")
    return Running(owner, campaign["id"], by_fate)


def test_a_second_launch_is_refused_and_starts_nothing(running: Running) -> None:
    problem = running.owner.api.post(f"/campaigns/{running.campaign_id}/launch", expect=409)
    assert problem["code"] == "campaign_already_launched"


def test_everyone_is_enriched_and_judged_with_evidence(running: Running) -> None:
    def judged() -> bool:
        progress = running.owner.api.get(f"/campaigns/{running.campaign_id}/progress")
        waiting = {"found", "enriching", "enriched", "qualifying"} & {s for s, n in progress["by_status"].items() if n}
        return not waiting and progress["counts"]["prospects"] >= len(FATES)

    eventually(judged, "everyone is judged", seconds=120, nudge=running.owner.nudge)
    prospect = running.owner.prospect(running.email("silence"))
    qualification = prospect["qualification"]
    assert qualification["score"] >= 60
    assert set(qualification["criteria"]) == {"budget", "authority", "need", "timeline"}
    assert any(criterion["evidence"] for criterion in qualification["criteria"].values())
    assert prospect["enrichment"]["summary"]


def test_everyone_qualified_is_written_to_once(running: Running, vendors: Vendors) -> None:
    def all_sent() -> bool:
        messages = running.owner.api.items("/messages", campaign_id=running.campaign_id)
        first = [m for m in messages if m["step_position"] == 1]
        return len(first) >= len(FATES) and all(m["status"] == "sent" for m in first)

    eventually(all_sent, "every first message is sent", seconds=120, nudge=running.owner.nudge)
    addresses = {
        m["recipient"].lower()
        for m in running.owner.api.items("/messages", campaign_id=running.campaign_id, status="sent")
    }
    ours = {key: count for key, count in vendors.sent().items() if key[0] in addresses}
    assert ours
    assert set(ours.values()) == {1}


def test_an_interested_answer_gets_the_booking_link_and_a_meeting(running: Running) -> None:
    email = running.email("interested")
    eventually(
        lambda: running.owner.status(email) == "meeting_scheduled",
        f"{email} has a meeting",
        seconds=120,
        nudge=running.owner.nudge,
    )
    meeting = next(m for m in running.owner.api.items("/meetings") if m["attendee_email"].lower() == email.lower())
    assert meeting["status"] == "scheduled"
    conversation = running.owner.prospect(email)["conversation"]
    assert [entry["direction"] for entry in conversation[:3]] == ["out", "in", "out"]


def test_an_unsubscribe_stops_the_next_step_for_good(running: Running, vendors: Vendors) -> None:
    email, other = running.email("unsubscribe"), running.email("silence")
    eventually(
        lambda: running.owner.status(email) == "unsubscribed",
        f"{email} is unsubscribed",
        seconds=120,
        nudge=running.owner.nudge,
    )
    # Somebody who says nothing is written to again, so steps do go on; the one who said stop gets none of them.
    eventually(
        lambda: vendors.sent_to(other) >= 3, f"{other} gets the third step", seconds=120, nudge=running.owner.nudge
    )
    assert vendors.sent_to(email) == 1
    suppressed = {s["value"] for s in running.owner.api.items("/suppressions", q=email)}
    assert email.lower() in suppressed
    decisions = running.owner.api.get(f"/prospects/{running.owner.prospect(email)['id']}/decisions")
    assert decisions["items"]


def test_a_no_ends_the_sequence_without_an_answer(running: Running, vendors: Vendors) -> None:
    email = running.email("not_interested")
    eventually(
        lambda: running.owner.status(email) == "not_interested",
        f"{email} said no",
        seconds=120,
        nudge=running.owner.nudge,
    )
    assert vendors.sent_to(email) == 1


def test_an_out_of_office_only_holds(running: Running) -> None:
    email = running.email("out_of_office")

    def held() -> Json | None:
        enrollment: Json = running.owner.prospect(email)["enrollments"][0]
        return enrollment if enrollment["hold_until"] else None

    assert eventually(held, f"{email} is held", seconds=120, nudge=running.owner.nudge)["status"] == "in_sequence"


class TestAReplyThatNeedsAHuman:
    def item(self, running: Running, fate: str) -> Json:
        name = running.by_fate[fate].full_name
        open_items = running.owner.api.items("/review-items", status="open")
        return next((item for item in open_items if item["prospect_name"] == name), {})

    def test_waits_with_its_reasons_and_a_draft(self, running: Running) -> None:
        item = eventually(
            lambda: self.item(running, "question"),
            "a question is in the review queue",
            seconds=120,
            nudge=running.owner.nudge,
        )
        assert item["reasons"]
        assert item["reply_text"]

    def test_is_answered_in_the_thread_with_what_the_person_wrote(self, running: Running, vendors: Vendors) -> None:
        item = eventually(
            lambda: self.item(running, "question"),
            "a question is in the review queue",
            seconds=120,
            nudge=running.owner.nudge,
        )
        api = running.owner.api
        claimed = api.post(f"/review-items/{item['id']}/claim")
        assert claimed["claimed_by"]
        edited = "Bonjour,\n\nOui, cela marche aussi avec votre outil. Voulez-vous que je vous montre ?\n\nCamille"
        api.call("PATCH", f"/review-items/{item['id']}", json={"body": edited})
        api.post(f"/review-items/{item['id']}/approve")

        def answered() -> bool:
            prospect = running.owner.prospect(running.email("question"))
            return any("cela marche aussi" in e["text"] and e["direction"] == "out" for e in prospect["conversation"])

        eventually(answered, "the answer is in the conversation", seconds=120, nudge=running.owner.nudge)
        detail = api.get(f"/review-items/{item['id']}")
        assert detail["status"] == "approved"
        assert detail["edit_diff"]

    def test_a_legal_threat_is_never_answered_alone(self, running: Running, vendors: Vendors) -> None:
        eventually(
            lambda: self.item(running, "legal"),
            "a legal reply is in the review queue",
            seconds=120,
            nudge=running.owner.nudge,
        )
        assert vendors.sent_to(running.email("legal")) == 1
