"""Everything about one person in two files, behind addresses that expire: with Storage as the laptop runs it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from api_gateway.data_protection import erasing, exporting, forgetting, rendering, storage
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from kit.errors import VendorFailed
from tests.api_gateway.data_protection.somebody import (
    ALIAS,
    EMAIL,
    FIRST,
    HANDLE,
    LAST,
    NEEDLES,
    PHONE,
    Somebody,
    make_somebody,
)
from tests.api_gateway.factories import Db, one

pytestmark = [pytest.mark.anyio, pytest.mark.database]
API = "/api/v1"


@pytest.fixture
def somebody(db: Db) -> Somebody:
    return make_somebody(db)


async def export(client: httpx2.AsyncClient, shared: Resources, somebody: Somebody) -> dict[str, Any]:
    """Asked for, made, and read by an administrator."""
    headers = somebody.tenant.admin.headers
    asked = await client.post(f"{API}/prospects/{somebody.prospect}/exports", headers=headers)
    assert asked.status_code == 202, asked.text
    assert (asked.json()["status"], asked.json()["files"]) == ("queued", [])
    await exporting.export(shared, somebody.tenant.id, asked.json()["id"])
    answer = await client.get(f"{API}/data-exports/{asked.json()['id']}", headers=headers)
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


def files_of(made: dict[str, Any]) -> dict[str, httpx2.Response]:
    with httpx2.Client(trust_env=False) as anybody:
        return {file["format"]: anybody.get(file["url"]) for file in made["files"]}


class TestTheFiles:
    async def test_hold_everything(self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody) -> None:
        made = await export(client, shared, somebody)
        files = files_of(made)
        assert made["status"] == "ready"
        told = files["json"].json()
        tables = told["tables"]
        empty = {name for name, rows in tables.items() if not rows}
        assert empty == {"erasures", "erasure_vendors"}
        assert tables["prospects"][0]["email"] == EMAIL
        assert tables["prospect_sources"][0]["lawful_basis"] == "legitimate_interest"
        assert tables["send_decisions"][0]["explanation"] == f"{FIRST} is due"
        assert tables["enrollments"][0]["campaign_name"] == "SaaS en France"
        bodies = [event["raw_body"] for event in tables["inbound_events"]]
        assert sorted(body[:6] for body in bodies) == ["From=%", '{"even']
        assert made["counts"]["audit_log"] == len(tables["audit_log"]) > 0
        for needle in (EMAIL, ALIAS, PHONE, HANDLE, f"{FIRST} {LAST}"):
            assert needle in files["json"].text

    async def test_read_as_a_page_in_the_organizations_language(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody
    ) -> None:
        page = files_of(await export(client, shared, somebody))["html"]
        assert page.headers["content-type"].startswith("text/html")
        assert "Les données que nous détenons sur vous" in page.text
        assert "D’où viennent ces données" in page.text
        assert EMAIL in page.text

    async def test_hold_nobody_elses_problems_and_no_secret(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody, db: Db
    ) -> None:
        db.execute("update public.prospect_imports set problems = %s", ['[{"line": 9, "reason": "x@autre.example"}]'])
        text = files_of(await export(client, shared, somebody))["json"].text
        for hidden in ("x@autre.example", "sealed", "lease_token", "idempotency_key", "user_agent", "search_text"):
            assert hidden not in text, hidden

    def test_escape_what_strangers_wrote(self) -> None:
        page = rendering.as_html(
            [("replies", [{"body_text": "<script>alert(1)</script>{{ 7 * 7 }}"}])],
            language="en", organization="A & B", made_at=datetime.now(UTC), time_zone="Europe/Paris",
        ).decode()  # fmt: skip
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}" in page
        assert "A &amp; B" in page


class TestTheAddresses:
    async def test_open_nothing_without_their_signature(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody
    ) -> None:
        made = await export(client, shared, somebody)
        with httpx2.Client(trust_env=False) as anybody:
            for file in made["files"]:
                bare = file["url"].partition("?")[0]
                assert anybody.get(bare).status_code >= 400
                assert anybody.get(bare.replace("/sign/", "/public/")).status_code >= 400
                assert anybody.get(file["url"][:-3] + "abc").status_code >= 400

    async def test_expire(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = await export(client, shared, somebody)
        until = datetime.fromisoformat(made["files"][0]["expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=9) < until <= timedelta(minutes=10)
        monkeypatch.setattr(storage, "ADDRESS_S", -1)
        again = await client.get(f"{API}/data-exports/{made['id']}", headers=somebody.tenant.admin.headers)
        for answer in files_of(again.json()).values():
            assert answer.status_code >= 400
            assert EMAIL not in answer.text

    async def test_tell_nothing_about_the_person(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody
    ) -> None:
        made = await export(client, shared, somebody)
        assert not any(needle in file["url"].lower() for file in made["files"] for needle in NEEDLES)


class TestTheEndOfAnExport:
    async def test_comes_by_itself_after_a_week(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody
    ) -> None:
        made = await export(client, shared, somebody)
        kept_until = datetime.fromisoformat(made["kept_until"])
        assert await exporting.remove_old(shared, kept_until - timedelta(minutes=1)) == 0
        assert all(answer.status_code == 200 for answer in files_of(made).values())
        assert await exporting.remove_old(shared, kept_until + timedelta(minutes=1)) >= 1
        assert all(answer.status_code >= 400 for answer in files_of(made).values())
        after = await client.get(f"{API}/data-exports/{made['id']}", headers=somebody.tenant.admin.headers)
        assert (after.json()["status"], after.json()["files"]) == ("removed", [])

    async def test_comes_with_the_persons_erasure(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody, db: Db
    ) -> None:
        made = await export(client, shared, somebody)
        headers = somebody.tenant.admin.headers
        asked = await client.post(
            f"{API}/prospects/{somebody.prospect}/erasure", json={"confirmation": EMAIL}, headers=headers
        )
        erasure = asked.json()["id"]
        await erasing.erase(shared, somebody.tenant.id, erasure)
        await forgetting.forget(shared, somebody.tenant.id, erasure, "storage")
        assert all(answer.status_code >= 400 for answer in files_of(made).values())
        row = one(
            db, "select status, steps from public.erasure_vendors where erasure_id = %s and vendor = 'storage'", erasure
        )
        assert (row["status"], row["steps"]) == (
            "done",
            [{"act": "export_files_deleted", "outcome": "done", "count": 2}],
        )

    async def test_an_export_that_runs_into_an_erasure_leaves_no_file(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody, db: Db, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        headers = somebody.tenant.admin.headers
        asked = (await client.post(f"{API}/prospects/{somebody.prospect}/exports", headers=headers)).json()["id"]
        put = storage.Storage.put

        async def put_and_erase(self: storage.Storage, *arguments: Any) -> None:
            await put(self, *arguments)
            path = f"{API}/prospects/{somebody.prospect}/erasure"
            erasure = await client.post(path, json={"confirmation": EMAIL}, headers=headers)
            await erasing.erase(shared, somebody.tenant.id, erasure.json()["id"])

        monkeypatch.setattr(storage.Storage, "put", put_and_erase)
        await exporting.export(shared, somebody.tenant.id, asked)
        assert one(db, "select status from public.data_exports where id = %s", asked)["status"] == "removed"
        async with storage.opened(shared.settings) as kept:
            with pytest.raises(storage.StorageFailed):
                await kept.addresses(somebody.tenant.id, asked)


class TestFailure:
    async def test_is_tried_again_and_told_at_the_end(
        self, client: httpx2.AsyncClient, shared: Resources, somebody: Somebody, db: Db, outside_settings: Settings
    ) -> None:
        headers = somebody.tenant.admin.headers
        asked = (await client.post(f"{API}/prospects/{somebody.prospect}/exports", headers=headers)).json()["id"]
        shared.settings = outside_settings.model_copy(update={"supabase_url": "http://127.0.0.1:9"})
        with pytest.raises(VendorFailed):
            await exporting.export(shared, somebody.tenant.id, asked)
        assert one(db, "select status from public.data_exports where id = %s", asked)["status"] == "queued"
        await exporting.export(shared, somebody.tenant.id, asked, is_last=True)
        row = one(db, "select status, error from public.data_exports where id = %s", asked)
        assert (row["status"], row["error"]) == ("failed", "Supabase Storage could not be reached.")
