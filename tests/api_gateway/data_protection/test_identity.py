"""Who somebody is, in a text: however it is spelt, and nobody else."""

import json
import unicodedata
from typing import Any
from urllib.parse import quote

import pytest

from api_gateway.data_protection import identity
from tests.api_gateway.factories import Db, one

NOBODY: dict[str, Any] = {
    "first_name": "",
    "last_name": "",
    "email_norm": None,
    "phone_e164": None,
    "linkedin_norm": None,
}


def mentions(db: Db, text: str, **traces: Any) -> bool:
    """What the database says of the text and of its bytes, which must be the same."""
    pattern = identity.pattern_of({**NOBODY, **traces})
    query = "select private.mentions(%s, %s) as text, private.bytes_mention(%s, %s) as bytes"
    found = db.execute(query, [text, pattern, text.encode(), pattern]).fetchone()
    assert found is not None
    assert found["text"] == found["bytes"], text
    return bool(found["text"])


def spellings(value: str) -> list[str]:
    decomposed = unicodedata.normalize("NFD", value)
    return [
        value,
        value.upper(),
        decomposed,
        json.dumps(value)[1:-1],
        quote(value, safe=""),
        f"« {value} »",
        f"x\n{value}.",
    ]


PEOPLE: list[tuple[str, dict[str, Any]]] = [
    ("bo@gmail.com", {"email_norm": "bo@gmail.com"}),
    ("a+b@x.co", {"email_norm": "a+b@x.co"}),
    ("contact@firme.example", {"email_norm": "contact@firme.example"}),
    ("lea@société.example", {"email_norm": "lea@xn--socit-esab.example"}),
    ("lea@xn--socit-esab.example", {"email_norm": "lea@xn--socit-esab.example"}),
    ("Антон Чехов", {"first_name": "Антон", "last_name": "Чехов"}),
    ("Éva Lê", {"first_name": "Éva", "last_name": "Lê"}),
    ("Cafe\u0301 Olé", {"first_name": "Cafe\u0301", "last_name": "Olé"}),
    ("Jean-Paul de la Tour", {"first_name": "Jean-Paul", "last_name": "de la Tour"}),
    ("linkedin.com/in/zoé-77-martin", {"linkedin_norm": "linkedin.com/in/zoé-77-martin"}),
    ("06.98-76 54(32)", {"phone_e164": "+33698765432"}),
    ("SM0123456789abcdef", {"replies": [{"id": "SM0123456789abcdef"}]}),
]


@pytest.mark.parametrize(("value", "traces"), PEOPLE, ids=[value for value, _ in PEOPLE])
def test_is_found_in_every_spelling(db: Db, value: str, traces: dict[str, Any]) -> None:
    assert [spelt for spelt in spellings(value) if not mentions(db, spelt, **traces)] == []


@pytest.mark.parametrize(("text", "traces"), [
    ("jumbo@gmail.com", {"email_norm": "bo@gmail.com"}),
    ("bo@gmail.com.example", {"email_norm": "bo@gmail.com"}),
    ("al@gmail.com", {"email_norm": "bo@gmail.com"}),
    ("Antonia Martinez", {"first_name": "Antonia", "last_name": "Martin"}),
    ("Martin a dit à Antonia", {"first_name": "Antonia", "last_name": "Martin"}),
    ("1069876543210", {"phone_e164": "+33698765432"}),
    ("linkedin.com/in/zoe-martin-2", {"linkedin_norm": "linkedin.com/in/zoe-martin"}),
    ("anything", {}),
])  # fmt: skip
def test_is_not_taken_for_somebody_else(db: Db, text: str, traces: dict[str, Any]) -> None:
    assert not mentions(db, text, **traces)


def test_what_is_taken_out_leaves_the_rest(db: Db) -> None:
    pattern = identity.pattern_of({**NOBODY, "first_name": "Éva", "last_name": "Lê", "phone_e164": "+33698765432"})
    text = "Vu avec Eva Le (06 98 76 54 32), Évariste et Éva Lêon."
    assert one(db, "select private.without(%s, %s) as text", text, pattern)["text"] == (
        "Vu avec [erased] ([erased]), Évariste et Éva Lêon."
    )
