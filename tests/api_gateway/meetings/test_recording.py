"""Bookings become meetings: one row a meeting, whatever the vendor calls it and whatever order its events come in."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api_gateway.jobs import MOST_ATTEMPTS
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, enroll, make_campaign, make_message, scenario_id, step_ids
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.webhooks.vendors import Sequence, booking, make_sequence, open_way_in, work_off

pytestmark = [pytest.mark.anyio, pytest.mark.database]
START_FLOW = "POST n8n.test/webhook/sm/record-meetings"


class Flow:
    """What the workflow Record meetings does, without n8n."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def call(self, route: str, **body: Any) -> httpx2.Response:
        return await self.client.post(f"/internal/v1/meetings/{route}", json=body, headers=WORKFLOW)

    async def run(self) -> list[str]:
        """Claim everything and report it by its route; the kinds in the order in which they were claimed."""
        claimed = (await self.call("claim", limit=100)).json()["items"]
        routes = {"created": "record", "moved": "move", "cancelled": "cancel", "no_show": "record", "ignored": "ignore"}
        for item in claimed:
            answer = await self.call(routes[item["kind"]], event_id=item["event_id"], lease_token=item["lease_token"])
            assert answer.status_code == 200, answer.text
        return [item["kind"] for item in claimed]


@pytest.fixture
def flow(gateway: httpx2.AsyncClient, outside: Outside) -> Flow:
    outside.answer(START_FLOW)
    return Flow(gateway)


async def tell(someone: Sequence, gateway: httpx2.AsyncClient, *events: dict[str, Any]) -> None:
    vendor = open_way_in(someone.db, someone.tenant, gateway, "calcom")
    for event in events:
        assert (await vendor.deliver(event)).status_code == 202


class TestRecording:
    async def test_a_booking_by_our_link_finds_its_enrollment(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone = make_sequence(db)
        mark = {"metadata": {"enrollment": str(someone.enrollment), "videoCallUrl": "https://video.example/1"}}
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", "private@elsewhere.example", 60, **mark))
        assert await flow.run() == ["created"]
        meeting = someone.row("meetings")
        assert (meeting["status"], meeting["enrollment_id"], meeting["video_url"]) == (
            "scheduled", someone.enrollment, "https://video.example/1",
        )  # fmt: skip
        assert someone.status == "meeting_scheduled"
        assert someone.row("inbound_events")["status"] == "handled"

    async def test_without_our_mark_the_address_finds_it(self, db: Db, gateway: httpx2.AsyncClient, flow: Flow) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email.upper(), 60))
        await flow.run()
        assert someone.row("meetings")["prospect_id"] == someone.prospect

    async def test_a_mark_of_another_organization_finds_nothing_there(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone, other = make_sequence(db), make_sequence(db)
        mark = {"metadata": {"enrollment": str(other.enrollment)}}
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", other.email, 60, **mark))
        await flow.run()
        assert someone.row("meetings")["enrollment_id"] is None
        assert (other.rows("meetings"), other.status) == ([], "in_sequence")

    async def test_the_event_starts_the_workflow_by_its_id(
        self, db: Db, gateway: httpx2.AsyncClient, resources: Resources, flow: Flow, outside: Outside
    ) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60))
        await work_off(resources)
        [started] = [call for call in outside.called(START_FLOW) if b"event_id" in call.content]
        assert str(someone.row("inbound_events")["id"]) in started.content.decode()
        assert await flow.run() == ["created"]

    async def test_a_cancellation_gives_the_conversation_back(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone = make_sequence(db)
        await tell(
            someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60),
            booking("BOOKING_CANCELLED", "uid-1", someone.email, 90, cancellationReason="Empêchement"),
        )  # fmt: skip
        await flow.run()
        meeting = someone.row("meetings")
        assert (meeting["status"], meeting["cancellation_reason"]) == ("cancelled", "Empêchement")
        assert someone.status == "replied"

    async def test_a_hosts_wish_for_another_time_is_no_cancellation(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone = make_sequence(db)
        await tell(
            someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60),
            booking("BOOKING_CANCELLED", "uid-1", someone.email, 90, requestReschedule=True),
        )  # fmt: skip
        await flow.run()
        assert someone.row("meetings")["status"] == "reschedule_requested"
        assert someone.status == "meeting_scheduled"

    async def test_somebody_absent_is_a_no_show(self, db: Db, gateway: httpx2.AsyncClient, flow: Flow) -> None:
        someone = make_sequence(db)
        absent = [{"email": someone.email, "name": "J", "timeZone": "Europe/Paris", "noShow": True}]
        await tell(
            someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60),
            booking("BOOKING_NO_SHOW_UPDATED", "uid-1", someone.email, 900, attendees=absent),
        )  # fmt: skip
        assert await flow.run() == ["created", "no_show"]
        assert someone.row("meetings")["status"] == "no_show"

    async def test_what_was_told_long_before_its_booking_counts_once_that_is_known(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone = make_sequence(db)
        vendor = open_way_in(db, someone.tenant, gateway, "calcom")
        absent = [{"email": someone.email, "name": "J", "timeZone": "Europe/Paris", "noShow": True}]
        missed = booking("BOOKING_NO_SHOW_UPDATED", "uid-1", someone.email, 900, attendees=absent)
        for name in ("startTime", "endTime"):
            del missed["payload"][name]
        assert (await vendor.deliver(missed)).status_code == 202
        db.execute("update inbound_events set attempts = %s", [MOST_ATTEMPTS - 1])
        assert await flow.run() == ["no_show"]
        assert someone.row("inbound_events")["status"] == "ignored"
        assert (await vendor.deliver(booking("BOOKING_CREATED", "uid-1", someone.email, 60))).status_code == 202
        assert await flow.run() == ["created"]
        assert await flow.run() == ["no_show"]
        assert someone.row("meetings")["status"] == "no_show"

    async def test_other_triggers_are_ignored(self, db: Db, gateway: httpx2.AsyncClient, flow: Flow) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("FORM_SUBMITTED", "uid-1", someone.email, 60))
        assert await flow.run() == ["ignored"]
        assert someone.row("inbound_events")["status"] == "ignored"


def events_of(someone: Sequence) -> list[dict[str, Any]]:
    later = {"startTime": "2026-11-13T14:00:00Z", "endTime": "2026-11-13T14:30:00Z"}
    last = {"startTime": "2026-11-16T09:00:00Z", "endTime": "2026-11-16T09:30:00Z"}
    return [
        booking("BOOKING_CREATED", "uid-a", someone.email, 60),
        booking("BOOKING_RESCHEDULED", "uid-b", someone.email, 70, rescheduleUid="uid-a", **later),
        booking("BOOKING_RESCHEDULED", "uid-c", someone.email, 80, rescheduleUid="uid-b", **last),
        booking("BOOKING_CANCELLED", "uid-c", someone.email, 90, **last),
    ]


@pytest.mark.parametrize("length", [3, 4], ids=["moved twice", "moved twice and cancelled"])
async def test_every_order_of_the_same_events_ends_in_the_same_meeting(
    db: Db, gateway: httpx2.AsyncClient, flow: Flow, length: int
) -> None:
    for order in itertools.permutations(range(length)):
        someone = make_sequence(db)
        events = events_of(someone)[:length]
        for number in order:
            await tell(someone, gateway, events[number], events[number])
            await flow.run()
        meeting = someone.row("meetings")
        assert (meeting["booking_uid"], sorted(meeting["previous_uids"])) == ("uid-c", ["uid-a", "uid-b"]), order
        assert meeting["start_at"].isoformat() == "2026-11-16T09:00:00+00:00", order
        assert meeting["enrollment_id"] == someone.enrollment
        wanted = ("scheduled", "meeting_scheduled") if length == 3 else ("cancelled", "replied")
        assert (meeting["status"], someone.status) == wanted, order


def enrolled_again(someone: Sequence) -> UUID:
    """The same person in another campaign, written to last by that one."""
    db, tenant = someone.db, someone.tenant
    campaign = make_campaign(db, tenant, status="active", booking_url="https://cal.example/lea/intro")
    enrollment = enroll(
        db, tenant, campaign, someone.prospect, status="in_sequence", step_position=1,
        next_step_due_at=datetime.now(UTC) + timedelta(days=3),
    )  # fmt: skip
    make_message(
        db, tenant, campaign, enrollment, someone.prospect, step_id=step_ids(db, scenario_id(db, tenant))[0],
        status="sent", mailbox_id=someone.mailbox, sent_at=datetime.now(UTC),
    )  # fmt: skip
    return enrollment


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (2, 3, 0, 1)])
async def test_what_events_leave_out_comes_from_those_that_tell_it_in_any_order(
    db: Db, gateway: httpx2.AsyncClient, flow: Flow, order: tuple[int, ...]
) -> None:
    someone = make_sequence(db)
    other = enrolled_again(someone)
    link, moved = "https://video.example/new", {"startTime": "2026-11-13T14:00:00Z", "endTime": "2026-11-13T14:30:00Z"}
    bare = {"metadata": {}, "attendees": [], "title": "", "organizer": {}}
    two = [{"email": someone.email, "name": "Jeanne Durand", "timeZone": "Europe/Paris"}, {"email": "b@x.example"}]
    events = [
        booking("BOOKING_CREATED", "uid-a", someone.email, 60, metadata={"enrollment": str(someone.enrollment)}),
        booking("BOOKING_RESCHEDULED", "uid-b", someone.email, 70, rescheduleUid="uid-a", attendees=two, **moved,
                metadata={"videoCallUrl": link}),
        booking("BOOKING_CANCELLED", "uid-b", someone.email, 80, **{**bare, **moved}, requestReschedule=True),
        booking("BOOKING_CANCELLED", "uid-b", someone.email, 90, **{**bare, **moved, "attendees": two[1:]}),
    ]  # fmt: skip
    for number in order:
        await tell(someone, gateway, events[number])
        await flow.run()
    meeting = someone.row("meetings")
    assert meeting["enrollment_id"] == someone.enrollment
    assert (meeting["title"], meeting["video_url"], meeting["organizer_email"]) == (
        "Intro",
        link,
        "lea@atelier.example",
    )
    assert [one["email"] for one in meeting["attendees"]] == [someone.email, "b@x.example"]
    assert (meeting["attendee_name"], meeting["time_zone"]) == ("Jeanne Durand", "Europe/Paris")
    assert (meeting["status"], someone.status) == ("cancelled", "replied")
    assert db.execute("select status from enrollments where id = %s", [other]).fetchone() == {"status": "in_sequence"}


class TestLeases:
    async def test_a_report_without_a_lease_is_refused(self, flow: Flow) -> None:
        answer = await flow.call("record", event_id=str(uuid4()), lease_token=str(uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (409, "lease_lost")

    async def test_a_lease_that_ran_out_is_refused(self, db: Db, gateway: httpx2.AsyncClient, flow: Flow) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60))
        [item] = (await flow.call("claim", limit=10)).json()["items"]
        db.execute("update public.inbound_events set lease_until = now() - interval '1 second'")
        held = {"event_id": item["event_id"], "lease_token": item["lease_token"]}
        assert (await flow.call("record", **held)).status_code == 409
        assert not someone.rows("meetings")
        assert await flow.run() == ["created"]

    async def test_the_same_report_twice_is_answered_twice_and_done_once(
        self, db: Db, gateway: httpx2.AsyncClient, flow: Flow
    ) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60))
        [item] = (await flow.call("claim", limit=10)).json()["items"]
        held = {"event_id": item["event_id"], "lease_token": item["lease_token"]}
        first, second = await flow.call("record", **held), await flow.call("record", **held)
        assert first.json() == second.json()
        assert len(someone.rows("meetings")) == 1

    async def test_what_is_held_is_not_claimed_again(self, db: Db, gateway: httpx2.AsyncClient, flow: Flow) -> None:
        someone = make_sequence(db)
        await tell(someone, gateway, booking("BOOKING_CREATED", "uid-1", someone.email, 60))
        assert len((await flow.call("claim", limit=10)).json()["items"]) == 1
        assert (await flow.call("claim", limit=10)).json()["items"] == []

    async def test_a_wrong_service_token_is_401(self, gateway: httpx2.AsyncClient) -> None:
        answer = await gateway.post(
            "/internal/v1/meetings/claim", json={"limit": 1}, headers={"Authorization": "Bearer other"}
        )
        assert answer.status_code == 401
