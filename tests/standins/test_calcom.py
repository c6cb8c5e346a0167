"""Cal.com's contract, traps included."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from sandbox.standins.calcom.world import signature
from tests.standins.conftest import Hook, Vendor, until

VECTOR = {
    "secret": "cal-test-secret",
    "body": '{"triggerEvent":"BOOKING_CREATED","createdAt":"2026-01-05T09:00:00.000Z","payload":{"uid":"bk_1"}}',
    "expected": "d3306d7e0af22d47b862195ade1e1a8b305089235dcce0003664881202c76d96",
}
NOW_VERSION = {"cal-api-version": "2024-08-13"}
TRIGGERS = ["BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED"]


class Client:
    """Cal.com with a key."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def __call__(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx2.Response:
        given = {"Authorization": "Bearer cal_x"} | (NOW_VERSION if headers is None else headers)
        return self.vendor.call(method, path, headers=given, **more)

    def free(self) -> list[str]:
        start = datetime.now(UTC) + timedelta(days=1)
        query = {"eventTypeId": 7, "start": start.isoformat(), "end": (start + timedelta(days=7)).isoformat()}
        days = self("GET", "/v2/slots", params=query, headers={"cal-api-version": "2024-09-04"}).json()["data"]
        return [slot["start"] for day in sorted(days) for slot in days[day]]

    def book(self, start: str | None = None, **more: Any) -> httpx2.Response:
        attendee = {"name": "Anna Roy", "email": "anna@acme.example", "timeZone": "Europe/Paris"}
        body = {"start": start or self.free()[0], "eventTypeId": 7, "attendee": attendee}
        return self("POST", "/v2/bookings", json=body | more)

    def subscribe(self, url: str, **more: Any) -> httpx2.Response:
        return self("POST", "/v2/webhooks", json={"subscriberUrl": url, "triggers": TRIGGERS, "active": True} | more)


@pytest.fixture
def cal(vendors: dict[str, Vendor]) -> Client:
    vendors["calcom"].control("configure", limit_per_minute=10_000)
    return Client(vendors["calcom"])


class TestSignature:
    def test_matches_the_published_vector(self) -> None:
        assert signature(VECTOR["secret"], VECTOR["body"].encode()) == VECTOR["expected"]

    def test_signs_what_it_sends(self, cal: Client, hook: Hook) -> None:
        cal.subscribe(hook.url, secret="s3cret")
        cal.book()
        ((headers, body),) = until(lambda: hook.received)
        assert headers["x-cal-signature-256"] == signature("s3cret", body)
        assert json.loads(body)["triggerEvent"] == "BOOKING_CREATED"

    def test_says_so_when_there_is_no_secret(self, cal: Client, hook: Hook) -> None:
        cal.subscribe(hook.url)
        cal.book()
        ((headers, _),) = until(lambda: hook.received)
        assert headers["x-cal-signature-256"] == "no-secret-provided"

    def test_never_sends_again(self, cal: Client, hook: Hook) -> None:
        hook.status = 500
        cal.subscribe(hook.url, secret="s")
        cal.book()
        until(lambda: cal.vendor.effects("webhook_posted"))
        cal.book()
        until(lambda: len(cal.vendor.effects("webhook_posted")) == 2)
        assert len(hook.received) == 2


class TestBookings:
    def test_a_slot_is_booked_once(self, cal: Client) -> None:
        slot = cal.free()[0]
        assert cal.book(slot).status_code == 201
        assert cal.book(slot).status_code == 400
        assert slot not in cal.free()

    def test_a_reschedule_gives_a_new_uid(self, cal: Client, hook: Hook) -> None:
        old = cal.book().json()["data"]
        cal.subscribe(hook.url, secret="s")
        answer = cal("POST", f"/v2/bookings/{old['uid']}/reschedule", json={"start": cal.free()[3]})
        assert answer.status_code == 201
        new = answer.json()["data"]
        assert new["uid"] != old["uid"]
        assert new["rescheduledFromUid"] == old["uid"]
        (event,) = until(lambda: hook.bodies(triggerEvent="BOOKING_RESCHEDULED"))
        assert (event["payload"]["uid"], event["payload"]["rescheduleUid"]) == (new["uid"], old["uid"])
        assert cal("GET", f"/v2/bookings/{old['uid']}").json()["data"]["status"] == "cancelled"

    def test_a_cancelled_booking_can_not_be_cancelled_again(self, cal: Client, hook: Hook) -> None:
        cal.subscribe(hook.url, secret="s")
        uid = cal.book().json()["data"]["uid"]
        path = f"/v2/bookings/{uid}/cancel"
        assert cal("POST", path, json={"cancellationReason": "x"}).status_code == 200
        assert cal("POST", path, json={}).status_code == 400
        (event,) = until(lambda: hook.bodies(triggerEvent="BOOKING_CANCELLED"))
        assert event["payload"]["cancellationReason"] == "x"

    def test_a_hosts_wish_for_another_time_looks_like_a_cancellation(self, cal: Client, hook: Hook) -> None:
        cal.subscribe(hook.url, secret="s")
        uid = cal.book().json()["data"]["uid"]
        cal.vendor.control("request-reschedule", uid=uid)
        (event,) = until(lambda: hook.bodies(triggerEvent="BOOKING_CANCELLED"))
        assert event["payload"]["requestReschedule"] is True

    @pytest.mark.parametrize("headers", [{}, {"cal-api-version": "2024-04-15"}])
    def test_a_wrong_version_silently_gives_the_older_shape(self, cal: Client, headers: dict[str, str]) -> None:
        cal.book()
        older = cal("GET", "/v2/bookings", headers=headers).json()["data"]
        assert "startTime" in older["bookings"][0]
        newer = cal("GET", "/v2/bookings").json()["data"]
        assert "start" in newer[0]

    def test_reconciliation_finds_what_changed(self, cal: Client) -> None:
        first = cal.book().json()["data"]
        second = cal.book().json()["data"]
        cal("POST", f"/v2/bookings/{first['uid']}/cancel", json={})
        changed = cal("GET", "/v2/bookings", params={"afterUpdatedAt": second["updatedAt"], "status": "cancelled"})
        assert [row["uid"] for row in changed.json()["data"]] == [first["uid"]]
        page = cal("GET", "/v2/bookings", params={"take": 1}).json()
        assert page["pagination"] == {"totalItems": 2, "returnedItems": 1, "hasNextPage": True}

    @pytest.mark.parametrize(
        "change",
        [
            {"attendee": {"name": "A"}},
            {"eventTypeId": None},
            {"start": "yesterday"},
            {"start": "2020-01-01T09:00:00Z"},
            {"metadata": {"k" * 41: "v"}},
        ],
    )
    def test_wrong_bookings_are_refused(self, cal: Client, change: dict[str, Any]) -> None:
        answer = (
            cal.book(cal.free()[0], **{key: value for key, value in change.items() if key != "start"})
            if ("start" not in change)
            else cal.book(change["start"])
        )
        assert answer.status_code == 400
        assert answer.json()["status"] == "error"


class TestGuests:
    @pytest.mark.parametrize(("then", "trigger"), [("moves", "BOOKING_RESCHEDULED"), ("cancels", "BOOKING_CANCELLED")])
    def test_change_their_mind(self, cal: Client, hook: Hook, then: str, trigger: str) -> None:
        cal.subscribe(hook.url, secret="s")
        cal.vendor.control("book", key="k", email="anna@acme.example", name="Anna", link="http://c/lea/x", then=then)
        until(lambda: hook.bodies(triggerEvent=trigger))
        assert len(hook.bodies(triggerEvent="BOOKING_CREATED")) == 1

    def test_the_same_wish_twice_is_one_booking(self, cal: Client) -> None:
        for _ in range(2):
            cal.vendor.control("book", key="k", email="anna@acme.example", link="http://c/lea/x")
        assert len(cal.vendor.effects("booking_created")) == 1


class TestSlotsAndWebhooks:
    def test_a_held_slot_is_not_free(self, cal: Client) -> None:
        slot = cal.free()[0]
        body = {"eventTypeId": 7, "slotStart": slot, "slotDuration": 30, "reservationDuration": 5}
        held = cal("POST", "/v2/slots/reservations", json=body)
        assert held.status_code == 201
        assert slot not in cal.free()
        cal("DELETE", f"/v2/slots/reservations/{held.json()['data']['reservationUid']}")
        assert slot in cal.free()

    def test_slots_are_in_working_hours_of_working_days(self, cal: Client) -> None:
        moments = [datetime.fromisoformat(slot).astimezone(UTC) for slot in cal.free()]
        assert all(moment.weekday() < 5 and 6 <= moment.hour <= 17 for moment in moments)

    def test_a_trigger_outside_the_enum_is_refused(self, cal: Client) -> None:
        assert cal.subscribe("http://a.example", triggers=["BOOKING_CONFIRMED"]).status_code == 400

    def test_120_calls_a_minute(self, cal: Client) -> None:
        cal.vendor.control("configure", limit_per_minute=3)
        answers = [cal("GET", "/v2/me") for _ in range(4)]
        assert answers[-1].status_code == 429
        assert answers[-1].headers["x-ratelimit-remaining-default"] == "0"
