"""An export's two files from the same rows: JSON for machines, a page for people in the organization's language."""

import json
import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
Rows = list[dict[str, Any]]


def as_json(about: dict[str, Any], tables: list[tuple[str, Rows]]) -> bytes:
    """Every table, also the empty ones, with what the export is."""
    document = {**about, "tables": dict(tables)}
    return json.dumps(document, ensure_ascii=False, indent=2, default=str).encode()


def as_html(
    tables: list[tuple[str, Rows]], *, language: str, organization: str, made_at: datetime, time_zone: str
) -> bytes:
    """A page without script, of which every value is escaped; tables without rows are left out."""
    words = _words()
    date = format_datetime(made_at, "long", tzinfo=ZoneInfo(time_zone), locale=language)
    sections = [
        {
            "name": name,
            "title": words["tables"].get(name, {}).get(language, name),
            "rows": [
                [(_label(column, language), _shown(value, language)) for column, value in _told(row)] for row in rows
            ],
        }
        for name, rows in tables
        if rows
    ]
    page = _template().render(
        language=language, words=words["page"][language], organization=organization, date=date, sections=sections
    )
    return page.encode()


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))


@cache
def _template() -> Template:
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string((HERE / "export.html").read_text(encoding="utf-8"))


def _told(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """What a person can read something from; the file for machines has the rest."""
    return [
        (column, value)
        for column, value in row.items()
        if value not in (None, "", [], {}) and (column == "id" or not column.endswith("_id"))
    ]


def _label(column: str, language: str) -> str:
    label: str = _words()["columns"].get(column, {}).get(language, column.replace("_", " "))
    return label


def _shown(value: Any, language: str) -> str:
    if isinstance(value, bool):
        return str(_words()["page"][language]["yes" if value else "no"])
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=2)
    return str(value)
