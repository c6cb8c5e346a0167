"""Vendor keys go in sealed, are used by the gateway, and never come out."""

import asyncio
import hashlib
import json
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from api_gateway.credentials import vendor_checks
from api_gateway.credentials.sealed import open_credential
from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, make_tenant, one
from tests.api_gateway.outside import Outside

pytestmark = pytest.mark.anyio
PATH = "/api/v1/credentials"
CANARY = "pb-canary-5c1f0a77d2e94b61"


async def put(gateway: httpx2.AsyncClient, headers: dict[str, str], service: str = "phantombuster") -> httpx2.Response:
    body = {"key": CANARY, "options": {"agent_id": "7423"}}
    return await gateway.put(f"{PATH}/{service}", headers=headers, json=body)


class TestAnonymous:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", ""), ("PUT", "/instantly"), ("DELETE", "/instantly"), ("POST", "/instantly/test")],
    )
    async def test_is_401(self, gateway: httpx2.AsyncClient, method: str, path: str) -> None:
        assert (await gateway.request(method, PATH + path, json={"key": CANARY})).status_code == 401


class TestTheOtherOrganization:
    async def test_sees_and_touches_nothing(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        await put(gateway, tenant.admin.headers)
        assert (await gateway.get(PATH, headers=other.owner.headers)).json()["items"] == []
        assert (await gateway.delete(f"{PATH}/phantombuster", headers=other.owner.headers)).status_code == 404
        assert (await gateway.post(f"{PATH}/phantombuster/test", headers=other.owner.headers)).status_code == 404


class TestStoring:
    async def test_the_key_is_sealed_and_only_its_end_is_shown(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db
    ) -> None:
        tenant = make_tenant(db)
        stored = await put(gateway, tenant.admin.headers)
        assert stored.status_code == 200
        assert stored.json()["key_last4"] == CANARY[-4:]
        listed = await gateway.get(PATH, headers=tenant.viewer.headers)
        everything = stored.text + listed.text
        for table in ("api_credentials", "audit_log"):
            rows = db.execute(f"select * from public.{table} where organization_id = %s", [tenant.id]).fetchall()
            assert rows
            everything += str(rows)
        assert CANARY not in everything
        async with resources.database.workflow(tenant.id) as session:
            opened = await open_credential(session, resources.keyring, "phantombuster")
        assert opened.key.get_secret_value() == CANARY
        assert CANARY not in repr(opened)

    async def test_a_new_key_replaces_the_old_one(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        first = (await put(gateway, tenant.admin.headers)).json()
        second = await gateway.put(
            f"{PATH}/phantombuster", headers=tenant.admin.headers, json={"key": "another-key-0042"}
        )
        assert second.json()["id"] == first["id"]
        assert second.json()["key_last4"] == "0042"
        assert second.json()["key_fingerprint"] != first["key_fingerprint"]

    async def test_a_member_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        assert (await put(gateway, make_tenant(db).member.headers)).status_code == 403

    async def test_an_unknown_service_is_422(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await put(gateway, make_tenant(db).admin.headers, "fax")
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "service_name")
        assert CANARY not in answer.text

    async def test_a_key_copied_to_another_organization_does_not_open(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside
    ) -> None:
        tenant, thief = make_tenant(db), make_tenant(db)
        await put(gateway, tenant.admin.headers)
        await put(gateway, thief.admin.headers)
        db.execute(
            "update public.api_credentials set sealed_key = (select sealed_key from public.api_credentials"
            " where organization_id = %s) where organization_id = %s",
            [tenant.id, thief.id],
        )
        answer = await gateway.post(f"{PATH}/phantombuster/test", headers=thief.admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (500, "seal_broken")
        assert outside.calls == []

    async def test_it_can_be_forgotten(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        await put(gateway, tenant.admin.headers)
        assert (await gateway.delete(f"{PATH}/phantombuster", headers=tenant.admin.headers)).status_code == 204
        assert (await gateway.delete(f"{PATH}/phantombuster", headers=tenant.admin.headers)).status_code == 404


class TestTesting:
    ROUTE = "GET phantombuster.test/api/v2/orgs/fetch-resources"

    async def test_a_key_that_works_is_marked_verified(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside
    ) -> None:
        tenant = make_tenant(db)
        await put(gateway, tenant.admin.headers)
        outside.answer(self.ROUTE)
        answer = await gateway.post(f"{PATH}/phantombuster/test", headers=tenant.admin.headers)
        assert answer.json()["ok"] is True
        assert outside.called(self.ROUTE)[0].headers["x-phantombuster-key"] == CANARY
        stored = one(db, "select last_verified_at from public.api_credentials where organization_id = %s", tenant.id)
        assert stored["last_verified_at"] is not None

    @pytest.mark.parametrize(("status", "said"), [(401, "refuses"), (429, "limiting"), (500, "answered 500")])
    async def test_a_refusal_is_told_in_a_sentence(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, status: int, said: str
    ) -> None:
        tenant = make_tenant(db)
        await put(gateway, tenant.admin.headers)
        outside.answer(self.ROUTE, status)
        answer = (await gateway.post(f"{PATH}/phantombuster/test", headers=tenant.admin.headers)).json()
        assert answer["ok"] is False
        assert said in answer["detail"]

    async def test_a_vendor_that_is_away_is_told_too(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, app: FastAPI
    ) -> None:
        tenant = make_tenant(db)
        await put(gateway, tenant.admin.headers)
        outside.answer(self.ROUTE, error=httpx2.ConnectError("refused"))
        answer = (await gateway.post(f"{PATH}/phantombuster/test", headers=tenant.admin.headers)).json()
        assert (answer["ok"], "could not be reached" in answer["detail"]) == (False, True)

    async def test_while_the_vendor_is_asked_no_connection_is_kept_from_others(
        self,
        gateway: httpx2.AsyncClient,
        resources: Resources,
        db: Db,
        outside: Outside,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        tenant = make_tenant(db)
        await put(gateway, tenant.admin.headers)
        outside.answer(self.ROUTE)
        ask, kept = vendor_checks.check, list[int]()

        async def asked(*about: Any) -> tuple[bool, str]:
            pool = resources.database.pool.get_stats()
            kept.append(pool["pool_size"] - pool["pool_available"])
            return await ask(*about)

        monkeypatch.setattr(vendor_checks, "check", asked)
        assert (await gateway.post(f"{PATH}/phantombuster/test", headers=tenant.admin.headers)).status_code == 200
        assert kept == [0]


class TestWhatIsNoKey:
    @pytest.mark.parametrize(
        "key", ["clé-que-personne-ne-donne", "a key with spaces", "line\nbreak", "nul\x00character", "      ", "   x  ",
                "half\ud800character"],
    )  # fmt: skip
    async def test_is_refused(self, gateway: httpx2.AsyncClient, db: Db, key: str) -> None:
        headers = make_tenant(db).admin.headers | {"Content-Type": "application/json"}
        answer = await gateway.put(f"{PATH}/instantly", headers=headers, content=json.dumps({"key": key}))
        assert (answer.status_code, answer.json()["detail"].partition(":")[0]) == (400, "This is not a key")
        assert (await gateway.get(PATH, headers=headers)).json()["items"] == []

    async def test_may_be_a_mail_password(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        headers = make_tenant(db).admin.headers
        body = {"key": "mot de passé", "options": {"host": "127.0.0.1", "port": 2525}}
        assert (await gateway.put(f"{PATH}/smtp", headers=headers, json=body)).status_code == 200

    @pytest.mark.parametrize(
        "beside", [{"options": {"agent": [f"x{CANARY}"]}}, {"webhook_url": f"https://x.example/?key={CANARY}"}]
    )
    async def test_stands_beside_the_key_where_everybody_reads_it(
        self, gateway: httpx2.AsyncClient, db: Db, beside: dict[str, Any]
    ) -> None:
        tenant = make_tenant(db)
        answer = await gateway.put(f"{PATH}/calcom", headers=tenant.admin.headers, json={"key": CANARY, **beside})
        assert (answer.status_code, CANARY in answer.text) == (400, False)
        assert (
            one(db, "select count(*) from public.api_credentials where organization_id = %s", tenant.id)["count"] == 0
        )


class TestFingerprint:
    async def test_cannot_be_guessed_by_who_sees_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        """A mail password is short: a hash that anybody can compute would give it away to a viewer with a word list."""
        tenant, other = make_tenant(db), make_tenant(db)
        body = {"key": "summer24", "options": {"host": "127.0.0.1", "port": 2525}}
        seen = [
            (await gateway.put(f"{PATH}/smtp", headers=one.admin.headers, json=body)).json()["key_fingerprint"]
            for one in (tenant, tenant, other)
        ]
        assert seen[0] == seen[1] != seen[2]
        for guess in ("summer24", f"{tenant.id}|summer24", f"credential|{tenant.id}|summer24"):
            assert not hashlib.sha256(guess.encode()).hexdigest().startswith(seen[0])


class TestMailServer:
    async def server(self, code: int, said: list[bytes]) -> asyncio.Server:
        async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"220 mail.test\r\n")
            while line := await reader.readline():
                said.append(line)
                if line.startswith(b"EHLO"):
                    writer.write(b"250-mail.test\r\n250 AUTH PLAIN\r\n")
                else:
                    writer.write(b"%d done\r\n" % code if line.startswith(b"AUTH") else b"250 ok\r\n")
            writer.close()

        return await asyncio.start_server(speak, "127.0.0.1", 0)

    @pytest.mark.parametrize(("code", "works", "told"), [(235, True, "lets us in"), (535, False, "refuses the login")])
    async def test_is_logged_in_to(
        self, gateway: httpx2.AsyncClient, db: Db, code: int, works: bool, told: str
    ) -> None:
        said: list[bytes] = []
        server = await self.server(code, said)
        port = server.sockets[0].getsockname()[1]
        headers = make_tenant(db).admin.headers
        options = {"host": "127.0.0.1", "port": port, "username": "lea", "security": "none"}
        await gateway.put(f"{PATH}/smtp", headers=headers, json={"key": "mot de passe", "options": options})
        answer = await gateway.post(f"{PATH}/smtp/test", headers=headers)
        server.close()
        await server.wait_closed()
        assert (answer.status_code, answer.json()["ok"], told in answer.json()["detail"]) == (200, works, True)
        assert any(line.startswith(b"AUTH PLAIN") for line in said)
        assert not any(line.startswith(b"MAIL") for line in said)
        away = await gateway.post(f"{PATH}/smtp/test", headers=headers)
        assert (away.json()["ok"], "could not be reached" in away.json()["detail"]) == (False, True)
