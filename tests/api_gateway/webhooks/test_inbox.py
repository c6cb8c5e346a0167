"""The door: who is let in, what is stored once, and what is answered."""

import json
from collections.abc import AsyncIterator

import httpx2
import pytest

from api_gateway.resources import Resources
from api_gateway.webhooks.inbox import MOST_BYTES
from tests.api_gateway.factories import Db, make_tenant
from tests.api_gateway.webhooks.vendors import START, Vendor, make_sequence, open_way_in, work_off

pytestmark = [pytest.mark.anyio, pytest.mark.database]


@pytest.fixture
def vendor(db: Db, gateway: httpx2.AsyncClient) -> Vendor:
    return open_way_in(db, make_tenant(db), gateway, "instantly")


def stored(db: Db, vendor: Vendor) -> list[dict[str, object]]:
    return db.execute("select * from public.inbound_events where endpoint_id = %s", [vendor.endpoint_id]).fetchall()


EVENT = {"event_type": "email_opened", "timestamp": START.isoformat(), "lead_email": "a@b.example", "email_id": "m"}


class TestReceiving:
    async def test_an_event_is_stored_with_its_bytes_before_the_answer(self, db: Db, vendor: Vendor) -> None:
        raw = b'{"event_type":"email_opened",  "lead_email":"a@b.example","timestamp":"2026-11-02T09:00:00Z"}'
        answer = await vendor.deliver(None, raw=raw)
        assert (answer.status_code, answer.json()) == (202, {"status": "stored"})
        [event] = stored(db, vendor)
        assert event["raw_body"] == raw
        assert (event["event_type"], event["status"], event["occurred_at"]) == ("email_opened", "received", START)

    async def test_the_secret_is_not_among_the_headers_that_are_kept(self, db: Db, vendor: Vendor) -> None:
        await vendor.deliver(EVENT)
        assert vendor.secret not in json.dumps(stored(db, vendor)[0]["headers"])

    async def test_the_same_bytes_are_one_event(self, db: Db, vendor: Vendor) -> None:
        answers = [(await vendor.deliver(EVENT)).json()["status"] for _ in range(3)]
        assert answers == ["stored", "duplicate", "duplicate"]
        [event] = stored(db, vendor)
        assert event["deliveries"] == 3

    async def test_the_same_meaning_in_other_bytes_is_one_event(self, db: Db, vendor: Vendor) -> None:
        await vendor.deliver(EVENT)
        answer = await vendor.deliver(None, raw=json.dumps({**EVENT, "firstName": "Jeanne"}, indent=2).encode())
        assert answer.json() == {"status": "duplicate"}
        assert len(stored(db, vendor)) == 1

    async def test_json_that_somebody_called_a_form_is_json(self, db: Db, vendor: Vendor) -> None:
        mislabelled = {"content-type": "application/x-www-form-urlencoded"}
        body = json.dumps({**EVENT, "unibox_url": "https://app.example/?a=b"}).encode()
        assert (await vendor.deliver(None, raw=body, headers=mislabelled)).status_code == 202
        assert [event["event_type"] for event in stored(db, vendor)] == ["email_opened"]

    async def test_its_job_is_written_with_it(self, db: Db, vendor: Vendor) -> None:
        await vendor.deliver({**EVENT, "email_id": "another"})
        [event] = stored(db, vendor)
        job = db.execute(
            "select * from jobs.procrastinate_jobs where queueing_lock = %s", [f"event:{event['id']}"]
        ).fetchone()
        assert job is not None
        assert set(job["args"]) == {"organization_id", "event_id", "request_id"}


class TestRefusing:
    @pytest.mark.parametrize("secret", ["", "wrong", "s3cret-of-test", "S3CRET-OF-TESTS"])
    async def test_a_wrong_secret_is_401_and_nothing_is_stored(self, db: Db, vendor: Vendor, secret: str) -> None:
        answer = await vendor.deliver(EVENT, headers={"X-Webhook-Secret": secret})
        assert answer.status_code == 401
        assert answer.json()["code"] == "unauthenticated"
        assert not stored(db, vendor)

    async def test_an_unknown_path_is_404(self, vendor: Vendor) -> None:
        vendor.token = "of-nobody"
        assert (await vendor.deliver(EVENT)).status_code == 404

    async def test_a_path_of_another_source_is_404(self, vendor: Vendor) -> None:
        vendor.source = "phantombuster"
        assert (await vendor.deliver(EVENT)).status_code == 404

    async def test_an_unknown_source_is_404(self, vendor: Vendor) -> None:
        vendor.source = "smoke"
        assert (await vendor.deliver(EVENT)).status_code == 404

    async def test_a_retired_path_is_404(self, db: Db, vendor: Vendor) -> None:
        db.execute("update public.inbound_endpoints set status = 'retired' where id = %s", [vendor.endpoint_id])
        assert (await vendor.deliver(EVENT)).status_code == 404

    async def test_more_than_a_mebibyte_is_413(self, db: Db, vendor: Vendor) -> None:
        assert (await vendor.deliver(None, raw=b"{" + b" " * MOST_BYTES + b"}")).status_code == 413
        assert not stored(db, vendor)

    async def test_a_body_of_unknown_length_is_measured_while_it_comes(self, db: Db, vendor: Vendor) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(20):
                yield b" " * 100_000

        answer = await vendor.client.post(
            f"/webhooks/instantly/{vendor.token}",
            content=endless(),
            headers=vendor.signature(b""),
        )
        assert answer.status_code == 413
        assert not stored(db, vendor)

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"event",
            b"[]",
            b'"text"',
            b"12",
            b"null",
            b"{",
            b'{"a": NaN}',
            b"\xff\xfe",
            b"[" * 100_000,
            b"1" * 5_000,
        ],
    )
    async def test_what_is_no_json_object_is_400(self, db: Db, vendor: Vendor, raw: bytes) -> None:
        assert (await vendor.deliver(None, raw=raw)).status_code == 400
        assert not stored(db, vendor)

    @pytest.mark.parametrize(
        "payload",
        [
            {"event_type": "reply\x00received", "lead_email": "\ud800", "timestamp": START.isoformat()},
            {"event_type": ["a"], "timestamp": {"b": 1}, "lead_email": 12},
            {"event_type": "email_sent", "timestamp": "9999-99-99", "lead_email": None},
            {"event_type": "x" * 10_000, "timestamp": "0001-01-01T00:00:00+23:59", "email_id": "m"},
        ],
    )
    async def test_strange_values_are_kept_and_harm_nothing(
        self, db: Db, vendor: Vendor, resources: Resources, payload: dict[str, object]
    ) -> None:
        assert (await vendor.deliver(payload)).status_code == 202
        await work_off(resources)
        assert [event["status"] for event in stored(db, vendor)] == ["ignored"]


async def test_a_refused_delivery_of_one_organization_is_no_way_into_another(
    db: Db, gateway: httpx2.AsyncClient
) -> None:
    ours, theirs = make_sequence(db), make_sequence(db)
    mine = open_way_in(db, ours.tenant, gateway, "instantly", "secret-of-ours")
    yours = open_way_in(db, theirs.tenant, gateway, "instantly", "secret-of-theirs")
    assert (await mine.deliver(EVENT, headers={"X-Webhook-Secret": yours.secret})).status_code == 401
    assert (await mine.deliver(EVENT)).status_code == 202
    [event] = stored(db, mine)
    assert event["organization_id"] == ours.tenant.id
