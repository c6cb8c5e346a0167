"""The client of Cal.com: which contract it names, how it pages, and what it makes of refusals."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from api_gateway.providers.calcom import PAGE, Calcom
from kit.errors import VendorFailed
from tests.api_gateway.outside import Outside

pytestmark = pytest.mark.anyio
BASE = "calcom.test/v2"


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def calcom(outside: Outside) -> Calcom:
    return Calcom(httpx2.AsyncClient(transport=outside.transport), "http://calcom.test/", "cal_key-of-tests")


async def test_every_call_names_its_contract_and_its_key(calcom: Calcom, outside: Outside) -> None:
    outside.answer(f"GET {BASE}/bookings", body={"data": []})
    await calcom.bookings_changed_since(datetime(2026, 11, 2, tzinfo=UTC))
    [call] = outside.calls
    assert call.headers["cal-api-version"] == "2024-08-13"
    assert call.headers["authorization"] == "Bearer cal_key-of-tests"
    assert call.url.params["afterUpdatedAt"] == "2026-11-02T00:00:00Z"


async def test_all_pages_are_read(calcom: Calcom, outside: Outside) -> None:
    class Paged(Outside):
        def _handle(self, request: httpx2.Request) -> httpx2.Response:
            self.calls.append(request)
            skip = int(request.url.params["skip"])
            rows: list[Any] = [{"uid": str(number)} for number in range(skip, min(skip + PAGE, 250))]
            return httpx2.Response(200, json={"data": [*rows, "nonsense"][: PAGE if len(rows) == PAGE else None]})

    paged = Paged()
    client = Calcom(httpx2.AsyncClient(transport=paged.transport), "http://calcom.test", "key")
    rows = await client.bookings_changed_since(datetime(2026, 11, 2, tzinfo=UTC))
    assert (len(rows), len(paged.calls)) == (250, 3)


async def test_a_webhook_is_made_with_its_secret_and_without_triggers_that_do_not_exist(
    calcom: Calcom, outside: Outside
) -> None:
    outside.answer(f"POST {BASE}/webhooks", 201, {"data": {"id": 7}})
    assert await calcom.register_webhook("https://gateway.example/webhooks/calcom/x", "s3cret") == "7"
    body = json.loads(outside.calls[0].content)
    assert (body["secret"], body["active"]) == ("s3cret", True)
    assert not {"BOOKING_CONFIRMED", "BOOKING_COMPLETED", "BOOKING_REOPENED"} & set(body["triggers"])


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, {}), (404, {"error": "x"}), (400, {"error": {"message": "Booking is already cancelled"}})],
)
async def test_what_is_cancelled_or_gone_is_no_failure(
    calcom: Calcom, outside: Outside, status: int, body: dict[str, Any]
) -> None:
    outside.answer(f"POST {BASE}/bookings/uid-1/cancel", status, body)
    await calcom.cancel_booking("uid-1", "Empêchement")


@pytest.mark.parametrize("status", [400, 401, 429, 500])
async def test_a_refusal_is_the_vendors_failure_and_names_no_key(calcom: Calcom, outside: Outside, status: int) -> None:
    outside.answer(f"POST {BASE}/bookings/uid-1/cancel", status, {"error": {"message": "no"}})
    with pytest.raises(VendorFailed) as failed:
        await calcom.cancel_booking("uid-1", "")
    assert str(status) in failed.value.detail
    assert "key-of-tests" not in failed.value.detail


async def test_silence_is_the_vendors_failure(calcom: Calcom, outside: Outside) -> None:
    outside.answer(f"DELETE {BASE}/webhooks/7", error=httpx2.ConnectTimeout("late"))
    with pytest.raises(VendorFailed, match="could not be reached"):
        await calcom.delete_webhook("7")


async def test_a_webhook_that_is_gone_is_gone(calcom: Calcom, outside: Outside) -> None:
    outside.answer(f"DELETE {BASE}/webhooks/7", 404)
    await calcom.delete_webhook("7")
