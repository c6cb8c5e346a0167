"""The committed OpenAPI document is the one that the code serves, and it is complete enough for a client."""

import json
from pathlib import Path
from typing import Any

import pytest

from api_gateway import openapi

ROOT = Path(__file__).resolve().parents[2]
COMMITTED: dict[str, Any] = json.loads((ROOT / "api_gateway" / "openapi.json").read_text())

OPERATIONS = [
    (path, method, operation)
    for path, methods in COMMITTED["paths"].items()
    for method, operation in methods.items()
    if method in ("get", "post", "put", "patch", "delete")
]


def test_the_committed_document_is_current() -> None:
    """`make openapi` writes it."""
    assert openapi.document() == COMMITTED


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[f"{m} {p}" for p, m, _ in OPERATIONS])
class TestEveryOperation:
    def test_has_a_name_of_its_room_and_a_sentence(self, path: str, method: str, operation: dict[str, Any]) -> None:
        assert "_" in operation["operationId"]
        assert operation["tags"]
        assert operation["summary"].endswith(".")

    def test_types_what_it_answers(self, path: str, method: str, operation: dict[str, Any]) -> None:
        for status, answer in operation["responses"].items():
            if status.startswith("2") and status not in ("202", "204"):
                for content in answer["content"].values():
                    assert content["schema"], f"{status} has no schema"

    def test_declares_its_errors_as_problem_details(self, path: str, method: str, operation: dict[str, Any]) -> None:
        if path.startswith("/api/v1"):
            assert "401" in operation["responses"]
        # A page for people says in words that a link is dead; its limit of calls is a problem like any other.
        is_page = "text/html" in operation["responses"].get("200", {}).get("content", {})
        for status, answer in operation["responses"].items():
            if status.startswith("4") and "content" in answer:
                expected = "text/html" if is_page and status == "404" else "application/problem+json"
                assert expected in answer["content"], status


def test_operation_names_are_unique() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))
