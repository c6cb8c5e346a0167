"""Whom the organization looks for, how fast it may send, how its agent speaks."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_tenant

pytestmark = pytest.mark.anyio
PATH = "/api/v1/settings"


@pytest.mark.parametrize("room", ["icp", "sending", "agent"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_anonymous_is_401(gateway: httpx2.AsyncClient, room: str, method: str) -> None:
    assert (await gateway.request(method, f"{PATH}/{room}", json={})).status_code == 401


class TestIcp:
    async def test_is_empty_before_the_first_is_saved(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.get(f"{PATH}/icp", headers=make_tenant(db).viewer.headers)
        assert (answer.status_code, answer.json()["id"], answer.json()["industries"]) == (200, None, [])

    async def test_is_replaced_as_a_whole_and_stays_within_the_organization(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        first = await gateway.put(
            f"{PATH}/icp", headers=tenant.member.headers, json={"industries": ["Logiciels"], "pains": ["lenteur"]}
        )
        second = await gateway.put(f"{PATH}/icp", headers=tenant.member.headers, json={"job_titles": [" VP Sales "]})
        assert second.json()["id"] == first.json()["id"]
        assert (second.json()["industries"], second.json()["job_titles"]) == ([], ["VP Sales"])
        assert (await gateway.get(f"{PATH}/icp", headers=other.owner.headers)).json()["id"] is None

    async def test_a_viewer_may_not_write(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.put(f"{PATH}/icp", headers=make_tenant(db).viewer.headers, json={})
        assert answer.status_code == 403

    async def test_an_unknown_field_is_named(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.put(f"{PATH}/icp", headers=make_tenant(db).owner.headers, json={"industry": ["x"]})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "industry")


class TestSending:
    async def test_starts_with_the_documents_defaults(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = (await gateway.get(f"{PATH}/sending", headers=make_tenant(db).viewer.headers)).json()
        assert (answer["hourly_cap"], answer["mailbox_daily_cap"], answer["send_days"]) == (20, 20, [1, 2, 3, 4, 5])
        assert (answer["send_from"], answer["send_until"], answer["time_zone"]) == (
            "09:00:00",
            "18:00:00",
            "Europe/Paris",
        )

    async def test_an_administrator_changes_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        wanted = {"hourly_cap": 5, "send_days": [3, 1, 1], "send_from": "08:30", "time_zone": "Europe/Brussels"}
        answer = await gateway.put(f"{PATH}/sending", headers=tenant.admin.headers, json=wanted)
        assert answer.status_code == 200
        assert (answer.json()["hourly_cap"], answer.json()["send_days"]) == (5, [1, 3])

    @pytest.mark.parametrize(
        "wrong",
        [{"time_zone": "Mars/Olympus"}, {"send_from": "18:00", "send_until": "09:00"}, {"send_from": "09:00+02:00"},
         {"send_days": []}, {"send_days": [8]}, {"hourly_cap": -1},
         {"bounce_warn_percent": 6, "bounce_pause_percent": 5}, {"bounce_minimum_sends": 101}],
    )  # fmt: skip
    async def test_nonsense_is_422(self, gateway: httpx2.AsyncClient, db: Db, wrong: dict[str, object]) -> None:
        answer = await gateway.put(f"{PATH}/sending", headers=make_tenant(db).admin.headers, json=wrong)
        assert answer.status_code == 422

    async def test_a_member_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.put(f"{PATH}/sending", headers=make_tenant(db).member.headers, json={})
        assert answer.status_code == 403


class TestAgent:
    async def test_is_replaced(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        wanted = {"sender_first_name": "Léa", "tone": "friendly", "templates": {"merci": "Merci !"}}
        answer = await gateway.put(f"{PATH}/agent", headers=tenant.admin.headers, json=wanted)
        assert (answer.json()["tone"], answer.json()["templates"]) == ("friendly", {"merci": "Merci !"})
        assert (await gateway.get(f"{PATH}/agent", headers=tenant.viewer.headers)).json() == answer.json()

    async def test_a_null_character_is_refused_and_not_a_crash(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await gateway.put(f"{PATH}/agent", headers=make_tenant(db).admin.headers, json={"style": "a\x00b"})
        assert answer.status_code == 400
