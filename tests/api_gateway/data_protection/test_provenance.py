"""Where a person came from and on what ground they are held: stored with each, shown with each."""

import httpx2
import pytest

from tests.api_gateway.factories import Db, make_tenant, one
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
API = "/api/v1/prospects"
CSV = ("x.csv", "Prénom,Nom,Email\nÉlodie,Blanc,{}\n", "text/csv")


async def bring_in(gateway: httpx2.AsyncClient, tenant: Tenant, email: str, **fields: str) -> None:
    name, content, kind = CSV
    answer = await gateway.post(
        f"{API}/imports",
        files={"file": (name, content.format(email).encode(), kind)},
        data=fields,
        headers=tenant.member.headers,
    )
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(("fields", "basis"), [({}, "legitimate_interest"), ({"lawful_basis": "consent"}, "consent")])
async def test_an_import_says_on_what_ground(
    gateway: httpx2.AsyncClient, db: Db, fields: dict[str, str], basis: str
) -> None:
    tenant = make_tenant(db)
    await bring_in(gateway, tenant, "elodie@exemple.example", **fields)
    row = one(db, "select id from public.prospects where organization_id = %s", tenant.id)
    shown = (await gateway.get(f"{API}/{row['id']}", headers=tenant.viewer.headers)).json()
    assert shown["lawful_basis"] == basis
    [source] = shown["sources"]
    assert (source["source"], source["line_number"], source["lawful_basis"]) == ("csv", 2, basis)


async def test_a_second_import_adds_a_source_and_leaves_the_first_ground(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    await bring_in(gateway, tenant, "elodie@exemple.example", lawful_basis="contract")
    await bring_in(gateway, tenant, "elodie@exemple.example")
    row = one(db, "select id from public.prospects where organization_id = %s", tenant.id)
    shown = (await gateway.get(f"{API}/{row['id']}", headers=tenant.viewer.headers)).json()
    assert shown["lawful_basis"] == "contract"
    assert [source["lawful_basis"] for source in shown["sources"]] == ["legitimate_interest", "contract"]


async def test_a_person_entered_by_hand_has_one_too(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    wanted = {"email": "elodie@exemple.example", "lawful_basis": "consent"}
    shown = (await gateway.post(API, json=wanted, headers=tenant.member.headers)).json()
    assert (shown["lawful_basis"], shown["sources"][0]["lawful_basis"]) == ("consent", "consent")


async def test_an_unknown_ground_is_refused(gateway: httpx2.AsyncClient, db: Db) -> None:
    tenant = make_tenant(db)
    name, content, kind = CSV
    answer = await gateway.post(
        f"{API}/imports",
        files={"file": (name, content.format("e@x.example").encode(), kind)},
        data={"lawful_basis": "because"},
        headers=tenant.member.headers,
    )
    assert answer.status_code == 422
