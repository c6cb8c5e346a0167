"""The invented people: many, plausible, messy, the same for the same seed, and nobody's real address."""

import csv
import io
import re
from collections import Counter

import pytest

from sandbox.story.exports import Encoding, Shape, export_bytes
from sandbox.story.prospects import COUNT, by_email, people, prospects


class TestPeople:
    def test_are_enough_and_all_different(self) -> None:
        everybody = people(1)
        assert len(everybody) == COUNT >= 300
        assert len({person.full_name for person in everybody}) == COUNT
        assert len({person.slug for person in everybody}) == COUNT
        assert len(by_email(1)) == sum(person.email is not None for person in everybody)

    def test_are_the_same_for_the_same_seed(self) -> None:
        assert people(3, 40) == people(3)[:40]
        assert people(3, 40) != people(4, 40)

    def test_live_under_reserved_domains_in_four_countries(self) -> None:
        assert all(person.company.domain.endswith(".example") for person in people(1))
        assert {person.company.country for person in people(1)} == {"fr", "be", "ch", "de"}

    def test_mostly_decide(self) -> None:
        levels = Counter(person.seniority for person in people(1))
        assert levels["chief"] + levels["director"] > COUNT / 2
        assert levels["junior"] > 10


class TestRows:
    def test_carry_the_mess_of_real_exports(self) -> None:
        rows = prospects(1)
        emails = [row["email"] for row in rows]
        assert any(email == "" for email in emails)
        assert any(email.isupper() for email in emails)
        assert any(email != email.strip() for email in emails)
        urls = " ".join(row["linkedInProfileUrl"] for row in rows)
        assert all(form in urls for form in ("http://www.", "https://fr.linkedin.com", "?originalSubdomain", "/ "))
        assert any(re.search("[\U0001f300-\U0001faff]", row["headline"]) for row in rows)
        assert any(row["companyWebsite"] == "" for row in rows)
        assert {"51-200", "11 à 50 salariés"} <= {row["companySize"] for row in rows}

    def test_repeat_some_people_written_differently(self) -> None:
        slugs = Counter(
            re.search(r"/in/([^/?]+)", row["linkedInProfileUrl"].lower())[1]  # type: ignore[index]
            for row in prospects(1)
        )
        assert sum(count > 1 for count in slugs.values()) > 10
        assert prospects(1) == prospects(1)


class TestExports:
    @pytest.mark.parametrize("shape", ["linkedin", "sales_navigator", "apollo", "hubspot"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_can_be_read_back(self, shape: Shape, encoding: Encoding, delimiter: str) -> None:
        content = export_bytes(shape, count=30, encoding=encoding, delimiter=delimiter)
        text = content.decode(encoding)
        if shape == "linkedin":
            assert text.startswith("Notes:\n")
            text = text.split("\n\n", 1)[1]
        rows = list(csv.DictReader(io.StringIO(text), delimiter=delimiter))
        assert len(rows) == 30
        assert None not in rows[0]

    def test_begin_with_the_columns_of_the_product(self) -> None:
        assert b"First Name,Last Name,URL,Email Address,Company,Position,Connected On" in export_bytes(
            "linkedin", count=1
        )
        assert "Prénom" in export_bytes("hubspot", count=1).decode()

    def test_take_bad_rows_as_they_are(self) -> None:
        content = export_bytes("linkedin", count=1, extra_rows=[["=1+1", "", "", "", "", "", ""]]).decode()
        assert content.rstrip().endswith("=1+1,,,,,,")
