"""CSV files as LinkedIn, Sales Navigator, Apollo and HubSpot export them, in any encoding and delimiter."""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Literal

from sandbox.story.prospects import COUNT, WORLD_DATE, Person, people, row

Shape = Literal["linkedin", "sales_navigator", "apollo", "hubspot"]
Encoding = Literal["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"]

LINKEDIN_NOTES = (
    "Notes:\n"
    '"When exporting your connection data, you may notice that some of the email addresses are missing. '
    'You will only see email addresses for connections who have allowed it."\n'
    "\n"
)

_LINKEDIN = ("First Name", "Last Name", "URL", "Email Address", "Company", "Position", "Connected On")
_SALES_NAVIGATOR = (
    "First Name", "Last Name", "Title", "Company", "Company Website", "LinkedIn Profile URL", "Location", "Industry",
    "Email", "Company Headcount",
)  # fmt: skip
_APOLLO = (
    "First Name", "Last Name", "Title", "Company", "Company Name for Emails", "Email", "Email Status", "Seniority",
    "# Employees", "Industry", "Person Linkedin Url", "Website", "City", "State", "Country", "Technologies",
)  # fmt: skip
_HUBSPOT_FR = (
    "ID de l'enregistrement", "Prénom", "Nom", "E-mail", "Intitulé du poste", "Nom de l'entreprise",
    "URL du site web", "Ville", "Pays/région", "URL LinkedIn",
)  # fmt: skip


def _linkedin(person: Person, seed: int) -> list[str]:
    cells = row(person, seed)
    connected = WORLD_DATE.replace(day=1 + person.index % 28)
    return [
        person.first_name, person.last_name, f"https://www.linkedin.com/in/{person.slug}", cells["email"],
        person.company.name, person.title, f"{connected:%d %b %Y}",
    ]  # fmt: skip


def _sales_navigator(person: Person, seed: int) -> list[str]:
    cells = row(person, seed)
    return [
        person.first_name, person.last_name, cells["title"], person.company.name, cells["companyWebsite"],
        cells["linkedInProfileUrl"], cells["location"], person.company.trade.industry, cells["email"],
        cells["companySize"],
    ]  # fmt: skip


def _apollo(person: Person, seed: int) -> list[str]:
    cells, place = row(person, seed), person.company.place
    status = "Verified" if person.email else "Unavailable"
    return [
        person.first_name, person.last_name, person.title, person.company.name, person.company.name, cells["email"],
        status, person.seniority, str(person.company.size), person.company.trade.industry, cells["linkedInProfileUrl"],
        cells["companyWebsite"], place.city, place.region, place.country, cells["companyTechnologies"],
    ]  # fmt: skip


def _hubspot(person: Person, seed: int) -> list[str]:
    cells, place = row(person, seed), person.company.place
    return [
        str(10_000 + person.index), person.first_name, person.last_name, cells["email"], person.title,
        person.company.name, cells["companyWebsite"], place.city, place.country, cells["linkedInProfileUrl"],
    ]  # fmt: skip


_SHAPES: dict[Shape, tuple[tuple[str, ...], Callable[[Person, int], list[str]], str]] = {
    "linkedin": (_LINKEDIN, _linkedin, LINKEDIN_NOTES),
    "sales_navigator": (_SALES_NAVIGATOR, _sales_navigator, ""),
    "apollo": (_APOLLO, _apollo, ""),
    "hubspot": (_HUBSPOT_FR, _hubspot, ""),
}


def export_bytes(
    shape: Shape,
    *,
    seed: int = 1,
    count: int = COUNT,
    encoding: Encoding = "utf-8",
    delimiter: str = ",",
    extra_rows: Iterable[list[str]] = (),
) -> bytes:
    """The file of one export. `extra_rows` are appended as they are, for tests that need bad rows.

    Characters that the encoding doesn't have become `?`, as in the exports of old spreadsheets.
    """
    header, cells, preamble = _SHAPES[shape]
    text = io.StringIO(newline="")
    text.write(preamble)
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(header)
    writer.writerows(cells(person, seed) for person in people(seed, count))
    writer.writerows(extra_rows)
    return text.getvalue().encode(encoding, errors="replace")


def write_export(
    path: Path, shape: Shape, *, seed: int = 1, count: int = COUNT, encoding: Encoding = "utf-8", delimiter: str = ","
) -> Path:
    """Write one export to a file; the path is returned."""
    path.write_bytes(export_bytes(shape, seed=seed, count=count, encoding=encoding, delimiter=delimiter))
    return path
