"""Every id that a request can carry, swapped for one of another organization: nothing is answered, nothing changes."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import jwt
import psycopg
import pytest

from sandbox.stack import Stack
from tests.database import matrix
from tests.database.walls import WALLS, row_id
from tests.torture.conftest import Size

pytestmark = pytest.mark.stack

OPENAPI: dict[str, Any] = json.loads((Path(__file__).parents[2] / "api_gateway" / "openapi.json").read_text())
WHOLE = 10_000

# A body that would be accepted for one's own row, so that a refusal is about whose row it is.
BODIES: dict[str, dict[str, Any]] = {
    "campaigns_update": {"name": "Swapped"},
    "campaigns_pause": {},
    "enrollments_move": {"status": "rejected"},
    "mailboxes_update": {"daily_cap": 1},
    "meetings_cancel": {"reason": "swapped"},
    "meetings_set_outcome": {"status": "no_show"},
    "messages_update": {"body": "Swapped"},
    "messages_reject": {"reason": "swapped"},
    "messages_settle": {"outcome": "sent"},
    "webhooks_rotate_secret": {},
    "members_update": {"role": "viewer"},
    "prospects_update": {"first_name": "Swapped"},
    "review_items_update": {"body": "Swapped"},
    "review_items_approve": {"body": "Swapped"},
    "review_items_reject": {"note": "swapped"},
    "scenarios_update": {"name": "Swapped"},
    "scenarios_put_steps": {
        "steps": [{"delay_days": 1, "channel": "email", "kind": "email", "objective": "x", "target_length": 50}]
    },
}
# Requests whose body carries ids; "{id}" is where another's goes.
CARRIERS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/v1/alerts/read", {"ids": ["{id}"]}),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "icp_id": "{id}"}),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "scenario_id": "{id}"}),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "mailbox_ids": ["{id}"]}),
    ("POST", "/api/v1/messages/bulk", {"ids": ["{id}"], "action": "approve"}),
    ("POST", "/api/v1/messages/bulk", {"ids": ["{id}"], "action": "reject"}),
    ("POST", "/api/v1/prospects", {"first_name": "Swapped", "email": "swapped@x.example", "campaign_id": "{id}"}),
    ("POST", "/api/v1/prospects/bulk", {"ids": ["{id}"], "action": "delete"}),
    ("POST", "/api/v1/prospects/bulk", {"ids": ["{id}"], "action": "suppress"}),
    ("POST", "/api/v1/scenarios", {"name": "Swapped", "copy_of": "{id}"}),
    ("POST", "/api/v1/webhooks/events/replay", {"ids": ["{id}"]}),
]


@dataclass(frozen=True)
class Swap:
    """One request of A's owner with an id of B in it."""

    method: str
    url: str
    body: dict[str, Any] | None
    # The request is about the one thing that the id names, so any 2xx is an answer about somebody else's.
    is_about_it: bool


@pytest.fixture(scope="module")
def connection(stack: Stack) -> Iterator[matrix.Connection]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        matrix.seed(connection)
        yield connection


@dataclass(frozen=True)
class Owners:
    """Several owners of A, taking turns, because the limit of calls is each person's own."""

    client: httpx2.Client
    tokens: list[str]

    def ask(self, number: int, method: str, url: str, **arguments: Any) -> httpx2.Response:
        """The answer to call `number`; a refusal for too many calls is waited out, since it proves nothing."""
        token = self.tokens[number % len(self.tokens)]
        headers = {
            "authorization": f"Bearer {token}",
            "x-organization-id": str(row_id("a", "organizations")),
            **arguments.pop("headers", {}),
        }
        for _ in range(5):
            answer = self.client.request(method, url, headers=headers, **arguments)
            if answer.status_code != 429:
                return answer
            time.sleep(float(answer.headers["retry-after"]))
        raise AssertionError("the limit of calls did not lift")


@pytest.fixture(scope="module")
def owners(stack: Stack, connection: matrix.Connection) -> Iterator[Owners]:
    tokens = []
    for number in range(8):
        person = row_id("a", f"user:extra-{number}")
        connection.execute("insert into auth.users (id, email) values (%s, %s)", [person, f"extra{number}@a.example"])
        connection.execute(
            "insert into memberships (organization_id, user_id, role) values (%s, %s, 'owner')",
            [row_id("a", "organizations"), person],
        )
        claims = {
            "sub": str(person),
            "email": f"extra{number}@a.example",
            "role": "authenticated",
            "aud": "authenticated",
            "iss": f"{stack.urls['supabase']}/auth/v1",
            "exp": 4_000_000_000,
        }
        tokens.append(jwt.encode(claims, stack.secrets.jwt_secret, algorithm="HS256"))
    with httpx2.Client(base_url=stack.urls["gateway"], timeout=30) as client:
        owners = Owners(client, tokens)
        assert owners.ask(0, "GET", "/api/v1/me").status_code == 200
        yield owners


def swaps(ids: list[uuid.UUID]) -> Iterator[Swap]:
    """Every operation with an id in its path, query or body, times every id of the other organization."""
    for path, methods in OPENAPI["paths"].items():
        if not path.startswith("/api/v1"):
            continue
        for method, operation in methods.items():
            body = BODIES.get(operation["operationId"])
            for parameter in operation.get("parameters", []):
                if parameter["in"] not in ("path", "query") or "uuid" not in json.dumps(parameter["schema"]):
                    continue
                name, in_path = parameter["name"], parameter["in"] == "path"
                if not in_path and "{" in path:
                    continue
                for one in ids:
                    url = path.replace(f"{{{name}}}", str(one)) if in_path else f"{path}?{name}={one}"
                    yield Swap(method.upper(), url, body, is_about_it=in_path)
    for method, url, carried in CARRIERS:
        for one in ids:
            body = json.loads(json.dumps(carried).replace("{id}", str(one)))
            yield Swap(method, url, body, is_about_it=isinstance(next(iter(carried.values())), str))


def belongings(connection: matrix.Connection) -> dict[str, str]:
    """Table → digest of everything that B has in it."""
    digests = {}
    for table in WALLS:
        column = "id" if table == "organizations" else "organization_id"
        row = connection.execute(
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
            f" from public.{table} t where {column} = %s",
            [row_id("b", "organizations")],
        ).fetchone()
        assert row
        digests[table] = row[0]
    return digests


def test_every_operation_with_an_id_is_swapped() -> None:
    """An operation that changes something needs a body that would be accepted."""
    missing = [
        operation["operationId"]
        for path, methods in OPENAPI["paths"].items()
        for operation in methods.values()
        if path.startswith("/api/v1")
        and "{" in path
        and "{name}" not in path
        and "{service_name}" not in path
        and operation.get("requestBody")
        and operation["operationId"] not in BODIES
    ]
    assert missing == []


def test_no_request_reaches_another_organizations_row(
    owners: Owners, connection: matrix.Connection, size: Size
) -> None:
    theirs: list[uuid.UUID] = []
    for table in WALLS:
        column = "id" if table == "organizations" else "organization_id"
        found = connection.execute(f"select id from public.{table} where {column} = %s", [row_id("b", "organizations")])
        theirs += [one for (one,) in found]
    marks = {str(one) for one in theirs} | {"Organization b", "@b.example", "b@p.example"}
    before = belongings(connection)

    every = list(swaps(theirs))
    wanted = size.of(WHOLE)
    step = max(1, len(every) // wanted)
    asked = 0
    answered: list[str] = []
    for swap in every[::step] if step > 1 else every:
        answer = owners.ask(asked, swap.method, swap.url, json=swap.body)
        asked += 1
        sent = swap.url + json.dumps(swap.body)
        leaked = [mark for mark in marks if mark in answer.text and mark not in sent]
        reached = answer.is_success and swap.is_about_it
        if answer.status_code >= 500 or leaked or reached:
            answered.append(f"{swap.method} {swap.url} {swap.body} → {answer.status_code} {answer.text[:200]}")
    print(f"\n{asked} of {len(every)} possible swaps asked, {len(answered)} answered")
    assert answered == []
    assert asked >= wanted * 0.9
    assert belongings(connection) == before


def test_another_organizations_header_is_not_found(owners: Owners) -> None:
    theirs = {"x-organization-id": str(row_id("b", "organizations"))}
    for path, methods in OPENAPI["paths"].items():
        if path.startswith("/api/v1") and "{" not in path and "get" in methods and path != "/api/v1/me":
            assert owners.ask(0, "GET", path, headers=theirs).status_code == 404, path
