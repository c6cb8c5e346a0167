"""Lists of people who want no messages, as they really look."""

import io
from typing import Any

import httpx2
import pytest

from api_gateway.suppressions.importing import read_list
from tests.api_gateway.factories import Db, enroll, insert, make_campaign, make_prospect, make_tenant, one
from tests.api_gateway.people import Tenant
from tests.api_gateway.suppressions.test_suppressions import PATH

pytestmark = pytest.mark.anyio


def read(content: str | bytes) -> list[str]:
    found = read_list(io.BytesIO(content if isinstance(content, bytes) else content.encode()))
    return sorted(key.value for key in found.keys)


class TestWhatARowNames:
    def test_is_the_person_and_not_their_companys_website(self) -> None:
        assert read("Website,E-mail\nacme.fr,jean@acme.fr\n") == ["jean@acme.fr"]
        assert read("acme.fr,jean@acme.fr\n") == ["jean@acme.fr"]

    def test_is_no_number_of_a_customer_and_no_name_with_a_dot(self) -> None:
        assert read("732829320;J.Martin;jean@acme.fr\n") == ["jean@acme.fr"]
        assert read("SIREN;Nom;Courriel\n732829320;J.Martin;jean@acme.fr\n") == ["jean@acme.fr"]

    def test_is_everything_by_which_they_are_known(self) -> None:
        content = "E-mail;Téléphone;LinkedIn\njean@acme.fr;06 12 34 56 78;https://linkedin.com/in/jean\n"
        assert read(content) == ["+33612345678", "jean@acme.fr", "linkedin.com/in/jean"]

    def test_is_a_domain_where_it_names_nobody(self) -> None:
        assert read("domain\nacme.fr\n") == ["acme.fr"]
        assert read("email\n@acme.fr\nautre.fr\n") == ["acme.fr", "autre.fr"]

    def test_that_can_be_read_in_part_is_taken_and_told(self) -> None:
        found = read_list(io.BytesIO(b"email,phone\nnobody,0612345678\n"))
        assert [key.value for key in found.keys] == ["+33612345678"]
        assert [(problem.line, found.rejected) for problem in found.problems] == [(2, 0)]


class TestHowItIsWritten:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_in_any_encoding(self, encoding: str, separator: str, end: str) -> None:
        rows = [["Prénom", "Adresse e-mail"], ["Zoé", "zoe@acme.fr"], ["Noël", "josé@acme.fr"]]
        content = end.join(separator.join(row) for row in rows).encode(encoding)
        assert read(content) == ["josé@acme.fr", "zoe@acme.fr"]

    def test_a_quote_that_is_never_closed_costs_no_other_row(self) -> None:
        rows = "".join(f"p{number}@acme.fr\n" for number in range(20_000))
        assert len(read(f'email\n"first@acme.fr\n{rows}')) == 20_001

    def test_a_broken_address_of_a_profile_is_a_problem_and_no_failure(self) -> None:
        found = read_list(io.BytesIO(b"https://[linkedin.com/in/a\nlinkedin.com/in/a%00b\n"))
        assert (found.rejected, [problem.line for problem in found.problems]) == (2, [1, 2])


async def imported(gateway: httpx2.AsyncClient, tenant: Tenant, content: bytes) -> dict[str, Any]:
    answer = await gateway.post(
        f"{PATH}/import", headers=tenant.member.headers, files={"file": ("stop.csv", content, "text/csv")}
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


class TestALongList:
    async def test_is_taken_in_whole_and_stops_who_is_on_it(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        email = one(db, "select email from public.prospects where id = %s", prospect := make_prospect(db, tenant))
        enrollment = enroll(db, tenant, make_campaign(db, tenant), prospect, status="in_sequence")
        rows = "".join(f"p{number}@d{number}.example\n" for number in range(30_000))
        told = await imported(gateway, tenant, f"email\n{rows}{email['email']}\n".encode())
        assert (told["added"], told["rejected"]) == (30_001, 0)
        assert one(db, "select status from public.enrollments where id = %s", enrollment)["status"] == "completed"


class TestOurOwnExport:
    async def test_is_read_back_as_it_was(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        hashed = f"hmac:{'a' * 64}"
        for kind, value in (("email", "jean@x.fr"), ("domain", "acme.fr"), ("phone", "+33612345678"),
                            ("linkedin", "linkedin.com/in/jean"), ("email", hashed)):  # fmt: skip
            insert(
                db, "suppressions", organization_id=tenant.id, kind=kind, value_norm=value, reason="manual",
                is_hashed=value == hashed, note="=cmd()",
            )  # fmt: skip
        before = (
            "select array_agg((kind, value_norm, is_hashed)::text order by kind, value_norm) as rows"
            " from public.suppressions"
        )
        was = one(db, f"{before} where organization_id = %s", tenant.id)
        exported = (await gateway.get(f"{PATH}/export", headers=tenant.viewer.headers)).content
        assert b"'=cmd()" in exported
        db.execute("delete from public.suppressions where organization_id = %s", [tenant.id])
        assert (await imported(gateway, tenant, exported))["rejected"] == 0
        assert one(db, f"{before} where organization_id = %s", tenant.id) == was
