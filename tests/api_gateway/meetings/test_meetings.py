"""Meetings in the panel."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api_gateway.providers.calcom import Calcom
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, insert
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import connect
from tests.api_gateway.webhooks.vendors import Sequence, make_sequence

pytestmark = [pytest.mark.anyio, pytest.mark.database]
BASE = "/api/v1/meetings"
CANCEL = "POST calcom.test/v2/bookings/{uid}/cancel"


def make_meeting(someone: Sequence, hours: float = 24, **columns: Any) -> UUID:
    start = datetime.now(UTC) + timedelta(hours=hours)
    columns = {"booking_uid": f"uid-{uuid4()}", "last_event_at": datetime.now(UTC) - timedelta(days=1), **columns}
    someone.db.execute("update public.enrollments set status = 'meeting_scheduled' where id = %s", [someone.enrollment])
    return insert(
        someone.db, "meetings", organization_id=someone.tenant.id, enrollment_id=someone.enrollment,
        campaign_id=someone.campaign, prospect_id=someone.prospect, start_at=start,
        end_at=start + timedelta(minutes=30), **columns,
    )  # fmt: skip


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


class TestWalls:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        meeting = make_meeting(someone)
        answers = [
            await gateway.get(BASE), await gateway.get(f"{BASE}/{meeting}"),
            await gateway.post(f"{BASE}/{meeting}/cancel", json={}),
            await gateway.post(f"{BASE}/{meeting}/outcome", json={"status": "completed"}),
        ]  # fmt: skip
        assert {answer.status_code for answer in answers} == {401}

    async def test_the_other_organization_is_404(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence, outside: Outside
    ) -> None:
        meeting, stranger = make_meeting(someone), make_sequence(db).tenant.owner.headers
        answers = [
            await gateway.get(f"{BASE}/{meeting}", headers=stranger),
            await gateway.post(f"{BASE}/{meeting}/cancel", json={}, headers=stranger),
            await gateway.post(f"{BASE}/{meeting}/outcome", json={"status": "completed"}, headers=stranger),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert (await gateway.get(f"{BASE}?when=all", headers=stranger)).json()["items"] == []
        assert not outside.calls

    async def test_a_viewer_changes_nothing(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        meeting = make_meeting(someone)
        answer = await gateway.post(f"{BASE}/{meeting}/cancel", json={}, headers=someone.tenant.viewer.headers)
        assert answer.status_code == 403


async def test_upcoming_soonest_first_and_past_latest_first(gateway: httpx2.AsyncClient, someone: Sequence) -> None:
    ids = {hours: str(make_meeting(someone, hours)) for hours in (48, 24, -24, -48)}
    headers = someone.tenant.viewer.headers
    upcoming = (await gateway.get(f"{BASE}?limit=1", headers=headers)).json()
    more = (await gateway.get(f"{BASE}?limit=1&cursor={upcoming['next_cursor']}", headers=headers)).json()
    past = (await gateway.get(f"{BASE}?when=past", headers=headers)).json()
    assert [one["id"] for one in upcoming["items"] + more["items"]] == [ids[24], ids[48]]
    assert [one["id"] for one in past["items"]] == [ids[-24], ids[-48]]


class TestCancelling:
    async def test_it_is_cancelled_at_the_vendor_and_here(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        meeting = make_meeting(someone, booking_uid="uid-1")
        outside.answer(CANCEL.format(uid="uid-1"), body={"status": "success", "data": {}})
        headers = someone.tenant.member.headers
        answer = await gateway.post(f"{BASE}/{meeting}/cancel", json={"reason": "Empêchement."}, headers=headers)
        assert (answer.json()["status"], answer.json()["cancellation_reason"]) == ("cancelled", "Empêchement.")
        assert len(outside.called(CANCEL.format(uid="uid-1"))) == 1
        assert someone.status == "replied"
        again = await gateway.post(f"{BASE}/{meeting}/cancel", json={}, headers=headers)
        assert again.json()["code"] == "meeting_not_standing"

    async def test_while_the_vendor_is_asked_no_connection_is_kept_from_others(
        self,
        db: Db,
        gateway: httpx2.AsyncClient,
        resources: Resources,
        someone: Sequence,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        connect(db, someone.tenant, "calcom")
        meeting, kept = make_meeting(someone), list[int]()

        async def cancelled(*_: str | Calcom) -> None:
            pool = resources.database.pool.get_stats()
            kept.append(pool["pool_size"] - pool["pool_available"])

        monkeypatch.setattr(Calcom, "cancel_booking", cancelled)
        await gateway.post(f"{BASE}/{meeting}/cancel", json={}, headers=someone.tenant.member.headers)
        assert (kept, someone.row("meetings")["status"]) == ([0], "cancelled")

    async def test_one_of_calendly_is_cancelled_there(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calendly")
        uri = "https://api.calendly.com/scheduled_events/EVENT-1/invitees/INVITEE-1"
        meeting = make_meeting(someone, booking_uid=uri, provider="calendly")
        route = "POST calendly.test/scheduled_events/EVENT-1/cancellation"
        outside.answer(route, 201, {"resource": {}})
        answer = await gateway.post(
            f"{BASE}/{meeting}/cancel", json={"reason": "Salon"}, headers=someone.tenant.member.headers
        )
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
        [call] = outside.called(route)
        assert json.loads(call.content) == {"reason": "Salon"}

    async def test_when_the_vendor_refuses_nothing_changes_here(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence, outside: Outside
    ) -> None:
        connect(db, someone.tenant, "calcom")
        meeting = make_meeting(someone, booking_uid="uid-2")
        outside.answer(CANCEL.format(uid="uid-2"), 500)
        answer = await gateway.post(f"{BASE}/{meeting}/cancel", json={}, headers=someone.tenant.member.headers)
        assert (answer.status_code, someone.row("meetings")["status"]) == (502, "scheduled")


class TestOutcome:
    async def test_a_meeting_that_was_held_completes_the_enrollment(
        self, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        meeting = make_meeting(someone, -2)
        answer = await gateway.post(
            f"{BASE}/{meeting}/outcome", json={"status": "completed"}, headers=someone.tenant.member.headers
        )
        assert (answer.json()["status"], someone.status) == ("completed", "completed")

    async def test_before_it_begins_nobody_knows(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        meeting = make_meeting(someone, 2)
        answer = await gateway.post(
            f"{BASE}/{meeting}/outcome", json={"status": "no_show"}, headers=someone.tenant.member.headers
        )
        assert answer.json()["code"] == "meeting_not_begun"
