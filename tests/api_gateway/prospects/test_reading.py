"""CSV files as people really have them."""

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.prospects.columns import layout_of, recognise
from api_gateway.prospects.people import UnreadableCell, country_of, email_of, merge_same, person_of, profile_of
from api_gateway.prospects.reading import MOST_BYTES, NoHeader, NotCsv, open_sheet
from api_gateway.suppressions.keys import UnreadableAddress, normalized
from kit.errors import TooLarge

LINKEDIN = """Notes:
"When exporting your connection data, you may notice that some of the email addresses are missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Jeanne,Durand,https://www.linkedin.com/in/jeanne-durand,,Exemple SA,Directrice commerciale,12 Mar 2025
"""
APOLLO = (
    "First Name,Last Name,Title,Company Name for Emails,Email,Seniority,Departments,Work Direct Phone,# Employees,"
    "Industry,Person Linkedin Url,Website,City,Country,Apollo Contact Id\n"
    "Jeanne,Durand,VP Sales,Exemple SA,jeanne@exemple.example,Vp,Sales,'+33 6 12 34 56 78,120,software,"
    "http://www.linkedin.com/in/Jeanne-Durand/,http://www.exemple.example/fr,Lyon,France,5f1\n"
)
HUBSPOT_FR = (
    "ID de fiche d'informations;Prénom;Nom;Adresse e-mail;Numéro de téléphone;Intitulé du poste;Nom de l'entreprise;"
    "Phase du cycle de vie;Pays/région\n"
    "101;Jeanne;Durand;Jeanne@Exemple.example;06 12 34 56 78;Directrice commerciale;Exemple SA;Lead;Suisse\n"
)
SALES_NAVIGATOR = (
    "profileUrl\tfullName\tcompanyName\ttitle\tlocation\tdurationInRole\tdefaultProfileUrl\n"
    "https://www.linkedin.com/sales/lead/ACwAA1,NAME\tJeanne Durand\tExemple SA\tVP Sales\tLyon, Rhône, France\t2 years"
    "\thttps://www.linkedin.com/in/jeanne-durand/\n"
)


def read(content: str | bytes, **options: Any) -> tuple[Any, list[tuple[int, dict[str, str]]], list[tuple[int, str]]]:
    lost: list[tuple[int, str]] = []
    data = content.encode() if isinstance(content, str) else content
    sheet = open_sheet(io.BytesIO(data), lambda line, reason: lost.append((line, reason)), **options)
    return sheet, list(sheet.rows), lost


class TestLayouts:
    @pytest.mark.parametrize(
        ("content", "layout", "delimiter"),
        [(LINKEDIN, "linkedin_connections", ","), (APOLLO, "apollo", ","), (HUBSPOT_FR, "hubspot", ";"),
         (SALES_NAVIGATOR, "sales_navigator", "\t"), ("e-mail\nx@exemple.example\n", "generic", ",")],
    )  # fmt: skip
    def test_each_export_is_recognised(self, content: str, layout: str, delimiter: str) -> None:
        sheet, rows, lost = read(content)
        assert (sheet.layout, len(rows), lost) == (layout, 1, [])
        if layout != "generic":
            assert sheet.delimiter == delimiter

    @pytest.mark.parametrize("content", [LINKEDIN, APOLLO, HUBSPOT_FR, SALES_NAVIGATOR])
    def test_the_person_in_it_is_understood(self, content: str) -> None:
        _, rows, _ = read(content)
        problems: list[Any] = []
        person = person_of(rows[0][0], rows[0][1], problems)
        assert person is not None
        assert problems == []
        assert (person.first_name, person.last_name, person.company_name) == ("Jeanne", "Durand", "Exemple SA")
        assert person.title in ("VP Sales", "Directrice commerciale")
        assert person.linkedin_norm == "linkedin.com/in/jeanne-durand" or person.email_norm == "jeanne@exemple.example"

    def test_details_survive(self) -> None:
        _, rows, _ = read(APOLLO)
        person = person_of(2, rows[0][1], [])
        assert person is not None
        assert (person.phone_e164, person.size, person.country, person.city) == ("+33612345678", 120, "FR", "Lyon")
        assert person.company_domain == "exemple.example"

    def test_the_lines_of_linkedins_preamble_are_counted(self) -> None:
        _, rows, _ = read(LINKEDIN)
        assert rows[0][0] == 5

    def test_any_order_and_any_case(self) -> None:
        _, rows, _ = read("COURRIEL,nom DE famille,PRÉNOM\nx@exemple.example,Durand,Jeanne\n")
        assert rows[0][1] == {"email": "x@exemple.example", "last_name": "Durand", "first_name": "Jeanne"}

    def test_a_mapping_goes_before_our_guess(self) -> None:
        _, rows, _ = read("Wer,Email\nJeanne Durand,x@exemple.example\n", wanted={"Wer": "full_name"})
        assert rows[0][1]["full_name"] == "Jeanne Durand"

    def test_the_real_profile_goes_before_the_sales_navigator_link(self) -> None:
        _, rows, _ = read(SALES_NAVIGATOR)
        assert rows[0][1]["linkedin_url"] == "https://www.linkedin.com/in/jeanne-durand/"

    def test_two_signature_columns_of_one_product_only(self) -> None:
        assert layout_of(["Email", "Seniority"]) == "generic"
        assert recognise(["Unknown"]) == {}


class TestEncodings:
    TEXT = "Prénom;E-mail\nJérôme;jerome@exemple.example\n"

    @pytest.mark.parametrize(
        ("encoding", "named"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("utf-16-le", "utf-16-le"),
         ("utf-16-be", "utf-16-be"), ("latin-1", "cp1252"), ("cp1252", "cp1252")],
    )  # fmt: skip
    def test_are_told_apart(self, encoding: str, named: str) -> None:
        sheet, rows, _ = read(self.TEXT.encode(encoding))
        assert sheet.encoding == named
        assert rows[0][1]["first_name"] == "Jérôme"

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_every_line_ending(self, end: str) -> None:
        _, rows, _ = read(self.TEXT.replace("\n", end))
        assert [line for line, _ in rows] == [2]

    def test_excels_own_hint_is_followed(self) -> None:
        sheet, rows, _ = read("sep=;\nNom;E-mail\nDurand, Jeanne;x@exemple.example\n")
        assert (sheet.delimiter, rows[0][1]["last_name"]) == (";", "Durand, Jeanne")


class TestNoCsv:
    @pytest.mark.parametrize(
        ("content", "said"),
        [(b"\x1f\x8b\x08\x00rest", "gzip"), (b"PK\x03\x04rest", "xlsx"), (b"\xd0\xcf\x11\xe0rest", "xls"),
         (b"%PDF-1.7", "PDF"), (b"\x00\x01\x02\x03" + b"a" * 400, "not text"), (bytes(range(256)) * 4, "not text")],
    )  # fmt: skip
    def test_is_told_in_a_sentence(self, content: bytes, said: str) -> None:
        with pytest.raises(NotCsv, match=said):
            read(content)

    @pytest.mark.parametrize("content", ["", "\n\n", "hello world\n", "Name,Company\nJeanne,Exemple\n"])
    def test_without_columns_is_told_what_is_needed(self, content: str) -> None:
        with pytest.raises(NoHeader):
            read(content)

    def test_too_large_is_told_before_it_is_read(self) -> None:
        class Huge(io.BytesIO):
            def seek(self, offset: int, whence: int = 0) -> int:
                return MOST_BYTES + 1 if whence == io.SEEK_END else super().seek(offset, whence)

        with pytest.raises(TooLarge, match="100 MB"):
            open_sheet(Huge(b"email\n"), lambda *_: None)


class TestBadRows:
    HEADER = "First Name,Last Name,Email\n"

    def test_an_unclosed_quote_costs_its_own_line_only(self) -> None:
        content = self.HEADER + 'A,"Broken,a@x.example\nB,"Fine, very",b@x.example\nC,Fine,c@x.example\n'
        _, rows, lost = read(content)
        assert [row["email"] for _, row in rows] == ["b@x.example", "c@x.example"]
        assert [line for line, _ in rows] == [3, 4]
        assert lost == [(2, "A quote is opened and never closed.")]

    def test_an_unclosed_quote_at_the_end_is_told(self) -> None:
        _, rows, lost = read(self.HEADER + 'A,Fine,a@x.example\nB,"Broken,b@x.example\n')
        assert (len(rows), lost) == (1, [(3, "A quote is opened and never closed.")])

    def test_an_unclosed_quote_does_not_swallow_a_long_file(self) -> None:
        content = self.HEADER + 'A,"Broken,a@x.example\n' + "".join(f"B,C,b{n}@x.example\n" for n in range(500))
        _, rows, lost = read(content)
        assert (len(rows), lost[0][0]) == (500, 2)

    def test_a_quote_inside_a_name_is_read(self) -> None:
        _, rows, lost = read(self.HEADER + 'Jean "JP" P,"Du"rand",x@x.example\n')
        assert (len(rows), lost) == (1, [])

    def test_a_cell_may_have_several_lines(self) -> None:
        _, rows, lost = read('Email,About\nx@x.example,"one\ntwo, three"\ny@x.example,four\n')
        assert [line for line, _ in rows] == [2, 4]
        assert (rows[0][1]["about"], lost) == ("one\ntwo, three", [])

    def test_too_many_cells_are_told(self) -> None:
        _, rows, lost = read(self.HEADER + "A,B,a@x.example,extra\nC,D,c@x.example,\n")
        assert len(rows) == 1
        assert lost == [(2, "The row has 4 cells, the header names 3.")]

    def test_empty_lines_are_nothing(self) -> None:
        _, rows, lost = read(self.HEADER + "\n,,\nA,B,a@x.example\n\n")
        assert ([line for line, _ in rows], lost) == ([4], [])

    @given(st.binary(max_size=2_000))
    def test_no_file_makes_it_crash(self, content: bytes) -> None:
        try:
            read(b"Email,Name\n" + content)
        except (NotCsv, NoHeader):
            return


class TestPeople:
    @pytest.mark.parametrize(
        "text",
        ["https://www.linkedin.com/in/Jeanne-Durand/", "http://fr.linkedin.com/in/jeanne-durand?trk=x",
         "linkedin.com/in/jeanne-durand", "www.linkedin.com/in/jeanne-durand#about", "LINKEDIN.COM/in/jeanne-durand"],
    )  # fmt: skip
    def test_forms_of_a_profile_are_one(self, text: str) -> None:
        assert profile_of(text)[1] == normalized("linkedin", "https://linkedin.com/in/jeanne-durand").value

    @given(st.from_regex(r"[a-z0-9._+%-]{1,20}@[a-z0-9.-]{1,20}\.[a-z]{2,6}", fullmatch=True))
    def test_the_short_way_of_reading_an_address_agrees_with_the_long_one(self, text: str) -> None:
        def long_way() -> str | None:
            try:
                return normalized("email", text).value
            except UnreadableAddress:
                return None

        try:
            assert email_of(text) == long_way()
        except UnreadableCell:
            assert long_way() is None

    @pytest.mark.parametrize("text", ["nobody", "a@b", "a b@x.example", "@x.example", "a@@x.example", "a@x..example"])
    def test_what_is_no_address_is_named(self, text: str) -> None:
        problems: list[Any] = []
        assert person_of(7, {"email": text}, problems) is None
        assert (problems[0].line, problems[0].column) == (7, "email")

    def test_a_bad_address_does_not_cost_a_person_with_a_profile(self) -> None:
        problems: list[Any] = []
        person = person_of(7, {"email": "nobody", "linkedin_url": "linkedin.com/in/x-y"}, problems)
        assert person is not None
        assert (person.email, problems[0].column) == (None, "email")

    def test_nobody_is_told(self) -> None:
        problems: list[Any] = []
        assert person_of(7, {"first_name": "Jeanne", "email": "N/A"}, problems) is None
        assert "no e-mail address and no LinkedIn profile" in problems[0].reason

    @pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", '=HYPERLINK("http://x","y")'])
    def test_a_formula_is_neutralised(self, text: str) -> None:
        person = person_of(1, {"email": "x@x.example", "first_name": text, "company_name": text}, [])
        assert person is not None
        assert person.first_name == person.company_name == f"'{text}"

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("France", "FR"),
            ("SUISSE", "CH"),
            ("Deutschland", "DE"),
            ("be", "BE"),
            ("États-Unis", "US"),
            ("UK", "GB"),
            ("The Netherlands", "NL"),
            ("Côte d'Ivoire", "CI"),
            ("DEU", "DE"),
            ("ZZ", None),
            ("EU", None),
            ("Nowhere", None),
        ],
    )
    def test_countries_by_any_name(self, text: str, code: str | None) -> None:
        assert country_of(text) == code

    def test_a_free_mail_address_is_nobodys_company(self) -> None:
        person = person_of(1, {"email": "jeanne@gmail.com"}, [])
        assert person is not None
        assert person.company_domain is None

    def test_the_same_person_is_merged_and_completed(self) -> None:
        rows = [
            {"email": "J@x.example"},
            {"email": "j@X.example", "first_name": "Jeanne", "linkedin_url": "linkedin.com/in/j"},
            {"linkedin_url": "https://fr.linkedin.com/in/J/", "title": "VP"},
            {"email": "k@x.example"},
        ]
        people, merged = merge_same(person for row in rows if (person := person_of(1, row, [])) is not None)
        assert (len(people), merged) == (2, 2)
        assert (people[0].first_name, people[0].title) == ("Jeanne", "VP")
