"""The way out that every message carries."""

import base64
from uuid import UUID, uuid4

import httpx2
import pytest

from api_gateway.suppressions import unsubscribe
from kit.settings import decode_key
from tests.api_gateway.factories import Db, make_tenant, one
from tests.api_gateway.people import KEY
from tests.api_gateway.suppressions.test_suppressions import planned

pytestmark = pytest.mark.anyio
SECRET = decode_key(KEY)


def path_of(organization_id: UUID, message_id: UUID, email: str | None = None) -> str:
    return f"/u/{unsubscribe.token(SECRET, organization_id, message_id, email)}"


async def test_looking_changes_nothing(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    _, enrollment, message = planned(db, tenant)
    answer = await gateway.get(path_of(tenant.id, message))
    assert answer.status_code == 200
    assert 'method="post"' in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "in_sequence"
    assert one(db, "select count(*) as n from public.suppressions where organization_id = %s", tenant.id)["n"] == 0


@pytest.mark.parametrize("times", [1, 3])
async def test_one_click_stops_everything_once(gateway: httpx2.AsyncClient, db: Db, times: int) -> None:
    tenant = make_tenant(db)
    _, enrollment, message = planned(db, tenant)
    for _ in range(times):
        answer = await gateway.post(path_of(tenant.id, message), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "unsubscribed"
    assert one(db, "select status from public.messages where id = %s", message)["status"] == "cancelled"
    assert one(db, "select count(*) as n from public.suppressions where organization_id = %s", tenant.id)["n"] == 3


async def test_the_page_speaks_the_messages_language(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    _, _, message = planned(db, tenant)
    assert '<html lang="fr">' in (await gateway.get(path_of(tenant.id, message))).text
    db.execute("update public.messages set language = 'en' where id = %s", [message])
    assert "Stop writing to me" in (await gateway.get(path_of(tenant.id, message))).text


@pytest.mark.parametrize("forged", ["x", "a.b.c", "é", "....", base64.urlsafe_b64encode(b"0" * 44).decode()])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_forged_token_is_404(gateway: httpx2.AsyncClient, forged: str, method: str) -> None:
    answer = await gateway.request(method, f"/u/{forged}", headers={"accept-language": "en-GB"})
    assert answer.status_code == 404
    assert "not valid" in answer.text


async def test_a_token_of_another_message_does_not_fit(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    _, _, message = planned(db, tenant)
    organization, _, signature = unsubscribe.token(SECRET, tenant.id, uuid4(), None).split(".")
    forged = f"{organization}.{unsubscribe.marker(message)}.{signature}"
    assert (await gateway.post(f"/u/{forged}")).status_code == 404


class TestAfterADeletion:
    @pytest.mark.parametrize("deleted", ["campaigns", "prospects"])
    async def test_a_stop_still_holds(self, gateway: httpx2.AsyncClient, db: Db, deleted: str) -> None:
        tenant = make_tenant(db)
        prospect, _, message = planned(db, tenant)
        email = one(db, "select email_norm from public.prospects where id = %s", prospect)["email_norm"]
        path = path_of(tenant.id, message, email)
        db.execute(f"delete from public.{deleted} where organization_id = %s", [tenant.id])
        assert (await gateway.get(path)).status_code == 200
        assert one(db, "select count(*) as n from public.suppressions where organization_id = %s", tenant.id)["n"] == 0
        assert (await gateway.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 200
        again = await gateway.post("/api/v1/prospects", headers=tenant.member.headers, json={"email": email})
        assert again.json()["is_suppressed"] is True, again.text

    async def test_nobody_is_told_what_is_not_so(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        for method in ("GET", "POST"):
            assert (await gateway.request(method, path_of(tenant.id, uuid4()))).status_code == 404
            elsewhere = path_of(uuid4(), uuid4(), "jean@x.example")
        assert (await gateway.post(elsewhere)).status_code == 404

    async def test_the_hash_in_a_token_is_signed(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        message = uuid4()
        mine, theirs = (unsubscribe.token(SECRET, tenant.id, message, email) for email in ("a@x.fr", "b@x.fr"))
        forged = ".".join([*theirs.split(".")[:3], mine.split(".")[3]])
        assert (await gateway.post(f"/u/{forged}")).status_code == 404
        assert (await gateway.post(f"/u/{'.'.join(mine.split('.')[:2] + mine.split('.')[3:])}")).status_code == 404


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
async def test_no_other_method_stops_anything(gateway: httpx2.AsyncClient, db: Db, method: str) -> None:
    tenant = make_tenant(db)
    _, enrollment, message = planned(db, tenant)
    assert (await gateway.request(method, path_of(tenant.id, message))).status_code == 405
    assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "in_sequence"
