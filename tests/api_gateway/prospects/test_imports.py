"""Files that people bring in: everything that can be read goes in once, the rest is reported."""

from typing import Any
from uuid import UUID

import httpx2
import pytest

from api_gateway.resources import Resources
from tests.api_gateway.factories import Db, insert, make_campaign, make_prospect, make_tenant, one
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Someone

pytestmark = pytest.mark.anyio
PATH = "/api/v1/prospects/imports"
HEADER = "First Name,Last Name,Email,Company,LinkedIn URL\n"


async def send(
    gateway: httpx2.AsyncClient, someone: Someone, content: str | bytes, path: str = PATH, **form: Any
) -> httpx2.Response:
    files = {"file": ("people.csv", content if isinstance(content, bytes) else content.encode(), "text/csv")}
    return await gateway.post(path, headers=someone.headers, files=files, data=form)


class TestDoors:
    @pytest.mark.parametrize(
        ("method", "path"), [("POST", ""), ("POST", "/preview"), ("GET", ""), ("GET", f"/{UUID(int=0)}")]
    )
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient, method: str, path: str) -> None:
        answer = await gateway.request(method, PATH + path, files={"file": ("x.csv", b"email\n")})
        assert answer.status_code == 401

    async def test_another_organizations_campaign_or_report_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        answer = await send(gateway, tenant.member, HEADER, campaign_id=str(make_campaign(db, other)))
        assert answer.status_code == 404
        theirs = (await send(gateway, other.member, HEADER + "A,B,a@x.example,X,\n")).json()["id"]
        assert (await gateway.get(f"{PATH}/{theirs}", headers=tenant.owner.headers)).status_code == 404
        assert (await gateway.get(PATH, headers=tenant.owner.headers)).json()["items"] == []

    async def test_a_viewer_may_not(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await send(gateway, make_tenant(db).viewer, HEADER + "A,B,a@x.example,X,\n")
        assert answer.status_code == 403


class TestImporting:
    async def test_everybody_goes_in_with_company_source_and_enrolment(
        self, gateway: httpx2.AsyncClient, db: Db
    ) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant)
        content = (
            HEADER + "Jeanne,Durand,Jeanne@Exemple.example,Exemple SA,\nPaul,Petit,,Autre,linkedin.com/in/paul-petit\n"
        )
        answer = await send(gateway, tenant.member, content, campaign_id=str(campaign))
        assert answer.status_code == 201
        report = answer.json()
        assert (report["status"], report["layout"], report["rows_total"], report["created_count"]) == (
            "succeeded", "generic", 2, 2,
        )  # fmt: skip
        people = db.execute(
            "select p.first_name, p.email_norm, p.linkedin_norm, c.name, c.domain_norm, s.source, s.line_number,"
            " s.import_id, e.status, e.scenario_id from public.prospects p"
            " join public.companies c on c.id = p.company_id join public.prospect_sources s on s.prospect_id = p.id"
            " join public.enrollments e on e.prospect_id = p.id where p.organization_id = %s order by s.line_number",
            [tenant.id],
        ).fetchall()
        assert [(row["first_name"], row["email_norm"], row["name"], row["line_number"]) for row in people] == [
            ("Jeanne", "jeanne@exemple.example", "Exemple SA", 2),
            ("Paul", None, "Autre", 3),
        ]
        assert people[0]["domain_norm"] == "exemple.example"
        assert people[1]["linkedin_norm"] == "linkedin.com/in/paul-petit"
        assert {row["status"] for row in people} == {"found"}
        assert people[0]["scenario_id"] is not None

    async def test_the_same_file_twice_changes_nothing(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        content = HEADER + "A,B,a@x.example,X,\na,b,A@X.example,X,\nC,D,c@x.example,X,linkedin.com/in/c\n"
        first = (await send(gateway, tenant.member, content)).json()
        second = (await send(gateway, tenant.member, content)).json()
        assert (first["created_count"], first["merged_count"], first["rows_total"]) == (2, 1, 3)
        assert (second["created_count"], second["merged_count"]) == (0, 3)
        assert one(db, "select count(*) from public.prospects where organization_id = %s", tenant.id)["count"] == 2

    async def test_who_is_known_is_completed_and_never_overwritten(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        known = make_prospect(db, tenant, email="jeanne@x.example", first_name="Jeanne", last_name="", title=None)
        taken = make_prospect(
            db, tenant, email="paul@x.example", linkedin_norm="linkedin.com/in/paul", linkedin_url="x"
        )
        content = (
            "First Name,Last Name,Email,Title,LinkedIn URL\nJEANNE!,Durand,jeanne@x.example,VP,linkedin.com/in/paul\n"
        )
        report = (await send(gateway, tenant.member, content)).json()
        assert (report["created_count"], report["merged_count"]) == (0, 1)
        row = one(db, "select first_name, last_name, title, linkedin_norm from public.prospects where id = %s", known)
        assert row == {"first_name": "Jeanne", "last_name": "Durand", "title": "VP", "linkedin_norm": None}
        row = one(db, "select linkedin_norm from public.prospects where id = %s", taken)
        assert row["linkedin_norm"] == "linkedin.com/in/paul"

    async def test_bad_rows_are_reported_and_the_rest_goes_in(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        content = (
            HEADER + "A,B,not an address,X,\n" + "C,D,c@x.example,X,\n" + 'E,"F,e@x.example,X,\n' + "G,H,,X,\n"
            "I,J,i@x.example,X,,too,many\n" + "K,L,k@x.example,X,\n"
        )
        report = (await send(gateway, tenant.member, content)).json()
        assert (report["rows_total"], report["created_count"], report["rejected_count"]) == (6, 2, 4)
        found = {(problem["line"], problem["column"]) for problem in report["problems"]}
        assert found == {(2, "email"), (4, None), (5, None), (6, None)}

    async def test_suppressed_people_stay_out(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant, other = make_tenant(db), make_tenant(db)
        for kind, value in (("email", "a@x.example"), ("domain", "stop.example"), ("linkedin", "linkedin.com/in/c")):
            insert(
                db, "suppressions", organization_id=tenant.id, kind=kind, value_norm=value, reason="manual",
            )  # fmt: skip
        content = (
            HEADER + "A,B,A@x.example,,\nC,D,c@y.example,,linkedin.com/in/C\nE,F,e@stop.example,,\nG,H,g@x.example,,\n"
        )
        report = (await send(gateway, tenant.member, content)).json()
        assert (report["created_count"], report["suppressed_count"]) == (1, 3)
        report = (await send(gateway, other.member, content)).json()
        assert (report["created_count"], report["suppressed_count"]) == (4, 0)

    async def test_an_erased_person_is_recognised(
        self, gateway: httpx2.AsyncClient, db: Db, resources: Resources
    ) -> None:
        from api_gateway.suppressions.keys import Key, hashed
        from kit.settings import decode_key

        tenant = make_tenant(db)
        key = decode_key(resources.settings.unsubscribe_key.get_secret_value())
        left = hashed(Key("email", "gone@x.example"), key, tenant.id)
        insert(
            db, "suppressions", organization_id=tenant.id, kind="email", value_norm=left.value, is_hashed=True,
            reason="erased",
        )  # fmt: skip
        report = (await send(gateway, tenant.member, HEADER + "A,B,Gone@x.example,,\n")).json()
        assert (report["created_count"], report["suppressed_count"]) == (0, 1)

    async def test_a_campaign_takes_no_more_than_it_may(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, max_prospects=2)
        content = HEADER + "".join(f"A,B,a{number}@x.example,,\n" for number in range(5))
        await send(gateway, tenant.member, content, campaign_id=str(campaign))
        enrolled = one(db, "select count(*) from public.enrollments where campaign_id = %s", campaign)
        assert enrolled["count"] == 2

    async def test_a_running_campaign_is_told_to_enrich(
        self, gateway: httpx2.AsyncClient, db: Db, outside: Outside, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        outside.answer("POST n8n.test/webhook/sm/enrich-and-qualify-prospects")
        campaign = make_campaign(db, tenant, status="active")
        await send(gateway, tenant.member, HEADER + "A,B,a@x.example,,\n", campaign_id=str(campaign))
        await resources.settle()
        assert len(outside.calls) == 1

    async def test_a_closed_campaign_takes_nobody(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        campaign = make_campaign(db, tenant, status="archived")
        answer = await send(gateway, tenant.member, HEADER + "A,B,a@x.example,,\n", campaign_id=str(campaign))
        assert (answer.status_code, answer.json()["code"]) == (409, "campaign_closed")

    @pytest.mark.parametrize(
        ("content", "code"), [(b"PK\x03\x04", "not_csv"), (b"", "no_header"), (b"\x1f\x8b\x08", "not_csv")]
    )
    async def test_what_is_no_csv_is_told_in_a_sentence(
        self, gateway: httpx2.AsyncClient, db: Db, content: bytes, code: str
    ) -> None:
        answer = await send(gateway, make_tenant(db).member, content)
        assert (answer.status_code, answer.json()["code"]) == (415, code)

    async def test_a_mapping_to_an_unknown_field_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        answer = await send(gateway, make_tenant(db).member, HEADER, mapping='{"Email": "shoe_size"}')
        assert (answer.status_code, "first_name" in answer.json()["detail"]) == (400, True)


class TestPreview:
    async def test_shows_how_a_file_would_be_read_and_keeps_nothing(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        content = "Prénom;Courriel;Divers\nJeanne;nobody;x\n"
        answer = (await send(gateway, tenant.viewer, content, f"{PATH}/preview")).json()
        assert (answer["delimiter"], answer["columns"]) == (";", ["Prénom", "Courriel", "Divers"])
        assert answer["mapping"] == {"Prénom": "first_name", "Courriel": "email"}
        assert (answer["rows"], answer["problems"][0]["line"]) == ([{"first_name": "Jeanne", "email": "nobody"}], 2)
        assert one(db, "select count(*) from public.prospects where organization_id = %s", tenant.id)["count"] == 0
