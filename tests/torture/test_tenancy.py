"""Every id that a request can carry, swapped for one of another organization: nothing is answered, nothing changes.

Both organizations ask for everything of the other, in paths, queries, bodies and in the header that names an
organization. The same requests with an id of one's own are answered, so that a refusal is about whose row it is.
"""

import json
import random
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from sandbox.stack import Stack
from tests.database import matrix
from tests.database.walls import WALLS, row_id, rows
from tests.torture.conftest import Size, signed_in

pytestmark = pytest.mark.stack

OPENAPI: dict[str, Any] = json.loads((Path(__file__).parents[2] / "api_gateway" / "openapi.json").read_text())
WHOLE = 10_000

STEP = {"delay_days": 1, "channel": "email", "kind": "email", "objective": "x", "target_length": 50}
# A body that would be accepted for one's own row, so that a refusal is about whose row it is; "{whose}" owns the row.
BODIES: dict[str, dict[str, Any]] = {
    "campaigns_update": {"name": "Swapped"},
    "campaigns_pause": {},
    "enrollments_move": {"status": "rejected"},
    "erasures_create": {"confirmation": "{whose}@p.example"},
    "mailboxes_update": {"daily_cap": 1},
    "meetings_cancel": {"reason": "swapped"},
    "meetings_set_outcome": {"status": "no_show"},
    "messages_update": {"body": "Swapped"},
    "messages_reject": {"reason": "swapped"},
    "messages_settle": {"outcome": "sent"},
    "webhooks_rotate_secret": {},
    "members_update": {"role": "viewer"},
    "prospects_update": {"first_name": "Swapped"},
    "retention_items_hold": {"reason": "swapped"},
    "review_items_update": {"body": "Swapped"},
    "review_items_approve": {"body": "Swapped"},
    "review_items_reject": {"note": "swapped"},
    "scenarios_update": {"name": "Swapped"},
    "scenarios_put_steps": {"steps": [STEP]},
}
# Requests whose body carries ids; "{id}" is where another's goes, "{own:table}" where one's own stands;
# last, what the id is one of.
CARRIERS: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/api/v1/alerts/read", {"ids": ["{id}"]}, "alerts"),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "icp_id": "{id}"}, "icps"),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "scenario_id": "{id}"}, "scenarios"),
    ("POST", "/api/v1/campaigns", {"name": "Swapped", "mailbox_ids": ["{id}"]}, "mailboxes"),
    ("PATCH", "/api/v1/campaigns/{own:campaigns}", {"icp_id": "{id}"}, "icps"),
    ("PATCH", "/api/v1/campaigns/{own:campaigns}", {"scenario_id": "{id}"}, "scenarios"),
    ("PATCH", "/api/v1/campaigns/{own:campaigns}", {"mailbox_ids": ["{id}"]}, "mailboxes"),
    ("POST", "/api/v1/messages/bulk", {"ids": ["{id}"], "action": "approve"}, "messages"),
    ("POST", "/api/v1/messages/bulk", {"ids": ["{id}"], "action": "reject"}, "messages"),
    (
        "POST",
        "/api/v1/prospects",
        {"first_name": "Swapped", "email": "swapped@x.example", "campaign_id": "{id}"},
        "campaigns",
    ),
    (
        "POST",
        "/api/v1/prospects/bulk",
        {"ids": ["{own:prospects}"], "action": "enroll", "campaign_id": "{id}"},
        "campaigns",
    ),
    ("POST", "/api/v1/prospects/bulk", {"ids": ["{id}"], "action": "delete"}, "prospects"),
    ("POST", "/api/v1/prospects/bulk", {"ids": ["{id}"], "action": "suppress"}, "prospects"),
    ("POST", "/api/v1/scenarios", {"name": "Swapped", "copy_of": "{id}"}, "scenarios"),
    ("PUT", "/api/v1/scenarios/{own:scenarios}/steps", {"steps": [{"id": "{id}", **STEP}]}, "scenario_steps"),
    ("POST", "/api/v1/webhooks/events/replay", {"ids": ["{id}"]}, "inbound_events"),
    ("POST", "/api/v1/workflows/send-due-messages/start", {"campaign_id": "{id}"}, "campaigns"),
]
# What a parameter names; one that names no row of ours is not here.
TABLES = {
    "alert_id": "alerts",
    "campaign_id": "campaigns",
    "endpoint_id": "inbound_endpoints",
    "enrollment_id": "enrollments",
    "entity_id": "prospects",
    "erasure_id": "erasures",
    "event_id": "inbound_events",
    "export_id": "data_exports",
    "import_id": "prospect_imports",
    "invitation_id": "invitations",
    "item_id": "retention_items",
    "mailbox_id": "mailboxes",
    "meeting_id": "meetings",
    "membership_id": "memberships",
    "message_id": "messages",
    "prospect_id": "prospects",
    "report_id": "retention_reports",
    "review_item_id": "review_items",
    "scenario_id": "scenarios",
    "suppression_id": "suppressions",
    "tag_id": "tags",
}
# Requests of a person rather than of a member: no organization is chosen for them.
PERSONAL = {"me_get", "me_update", "organizations_create", "invitations_accept"}
OWNERS = 4
AT_ONCE = 6
SIDES = {"a": "b", "b": "a"}


@dataclass(frozen=True)
class Operation:
    """One operation of the API, as far as its ids go."""

    name: str
    method: str
    path: str
    parameters: list[tuple[str, bool]]
    """Name of each id, and whether it stands in the path."""

    def url(self, parameter: str, in_path: bool, one: object) -> str:
        return self.path.replace(f"{{{parameter}}}", str(one)) if in_path else f"{self.path}?{parameter}={one}"


@dataclass(frozen=True)
class Swap:
    """One request of an owner of `side` with an id of the other side in it."""

    side: str
    method: str
    url: str
    body: dict[str, Any] | None
    # The request is about the one thing that the id names, so any 2xx is an answer about somebody else's.
    is_about_it: bool
    # It is an id of the kind that is asked for: nothing but the wall stands between.
    is_right_kind: bool


def operations() -> Iterator[Operation]:
    """Every operation under /api/v1."""
    for path, methods in OPENAPI["paths"].items():
        if not path.startswith("/api/v1"):
            continue
        for method, operation in methods.items():
            ids = [
                (parameter["name"], parameter["in"] == "path")
                for parameter in operation.get("parameters", [])
                if parameter["in"] in ("path", "query") and "uuid" in json.dumps(parameter["schema"])
            ]
            yield Operation(operation["operationId"], method.upper(), path, ids)


@dataclass(frozen=True)
class Asker:
    """Owners of one organization, taking turns."""

    side: str
    client: httpx2.Client
    tokens: list[str]

    def ask(self, method: str, url: str, *, organization: str = "", **arguments: Any) -> httpx2.Response:
        """The answer, in one's own organization unless another is named. A refusal for haste would prove nothing."""
        answer = self.client.request(
            method,
            url,
            headers={
                "authorization": f"Bearer {random.choice(self.tokens)}",
                "x-organization-id": str(row_id(organization or self.side, "organizations")),
            },
            **arguments,
        )
        assert answer.status_code != 429, "the limit of calls makes this proof hollow"
        return answer


@pytest.fixture(scope="module")
def connection(stack: Stack) -> Iterator[matrix.Connection]:
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        matrix.seed(connection)
        for side in SIDES:
            seed_more(connection, side)
        # An event that waits is taken up by the worker some time, which is no change made by anybody's request.
        connection.execute("update inbound_events set status = 'handled', handled_at = now()")
        yield connection


def seed_more(connection: matrix.Connection, side: str) -> None:
    """A second row of every table, wherever one fits beside the first."""
    for table, values in rows(side, "-fresh").items():
        with suppress(psycopg.errors.IntegrityError, psycopg.errors.RaiseException):
            matrix._insert(connection, table, values)


@pytest.fixture(scope="module")
def askers(stack: Stack, connection: matrix.Connection) -> Iterator[dict[str, Asker]]:
    with httpx2.Client(base_url=stack.urls["gateway"], timeout=60) as client:
        askers = {
            side: Asker(side, client, [_owner(stack, connection, side, n) for n in range(OWNERS)]) for side in SIDES
        }
        assert all(asker.ask("GET", "/api/v1/me").status_code == 200 for asker in askers.values())
        yield askers


def _owner(stack: Stack, connection: matrix.Connection, side: str, number: int) -> str:
    person, email = row_id(side, f"user:extra-{number}"), f"extra{number}@{side}.example"
    connection.execute("insert into auth.users (id, email) values (%s, %s)", [person, email])
    connection.execute(
        "insert into memberships (organization_id, user_id, role) values (%s, %s, 'owner')",
        [row_id(side, "organizations"), person],
    )
    return signed_in(stack, person, email)


Ids = dict[str, list[uuid.UUID]]


def ids_of(connection: matrix.Connection, side: str) -> Ids:
    """Every id that an organization has, by table; of its audit log the latest fifty."""
    found: Ids = {}
    for table in WALLS:
        column = "id" if table == "organizations" else "organization_id"
        query = f"select id from public.{table} where {column} = %s order by created_at desc limit 50"
        found[table] = [one for (one,) in connection.execute(query.encode(), [row_id(side, "organizations")])]
    return found


def body_for(operation: Operation, whose: str) -> Any:
    """A body that would be accepted if the row belonged to who asks."""
    body = BODIES.get(operation.name)
    return None if body is None else json.loads(json.dumps(body).replace("{whose}", whose))


def swaps(side: str, theirs: Ids, own: Ids) -> Iterator[Swap]:
    """Every operation with an id in its path, query or body, times every id of the other organization."""
    everything = [(table, one) for table, ids in theirs.items() for one in ids]
    for operation in operations():
        for parameter, in_path in operation.parameters:
            if not in_path and "{" in operation.path:
                continue
            for table, one in everything:
                yield Swap(
                    side,
                    operation.method,
                    operation.url(parameter, in_path, one),
                    body_for(operation, SIDES[side]),
                    is_about_it=in_path,
                    is_right_kind=table == TABLES.get(parameter),
                )
    for method, path, carried, wanted in CARRIERS:
        url, body = (_with_own(text, own) for text in (path, json.dumps(carried)))
        for table, one in everything:
            yield Swap(
                side,
                method,
                url,
                json.loads(body.replace("{id}", str(one))),
                is_about_it=not any(isinstance(value, list) for value in carried.values()),
                is_right_kind=table == wanted,
            )


def _with_own(text: str, own: Ids) -> str:
    return re.sub(r"\{own:(\w+)\}", lambda found: str(own[found[1]][0]), text)


def chosen(every: list[Swap], wanted: int) -> list[Swap]:
    """Every swap of an id for one of its own kind, and of the others as many as are wanted, evenly."""
    right = [swap for swap in every if swap.is_right_kind]
    rest = [swap for swap in every if not swap.is_right_kind]
    step = max(1, len(rest) // max(1, wanted - len(right)))
    return right + rest[::step]


def belongings(connection: matrix.Connection, side: str) -> dict[str, str]:
    """Table → digest of everything that an organization has in it."""
    digests = {}
    for table in WALLS:
        column = "id" if table == "organizations" else "organization_id"
        row = connection.execute(
            f"select md5(coalesce(string_agg(t::text, '|' order by t::text), ''))"
            f" from public.{table} t where {column} = %s".encode(),
            [row_id(side, "organizations")],
        ).fetchone()
        assert row
        digests[table] = row[0]
    return digests


def answered(asker: Asker, swap: Swap, marks: set[str]) -> str | None:
    """What is wrong with the answer to a swap; None when nothing is."""
    answer = asker.ask(swap.method, swap.url, json=swap.body)
    sent = swap.url + json.dumps(swap.body)
    leaked = any(mark in answer.text and mark not in sent for mark in marks)
    if answer.status_code < 500 and not leaked and not (answer.is_success and swap.is_about_it):
        return None
    return f"{swap.side}: {swap.method} {swap.url} {swap.body} → {answer.status_code} {answer.text[:200]}"


class TestSwaps:
    def test_every_operation_with_an_id_is_swapped(self) -> None:
        """An operation that changes something needs a body that would be accepted."""
        missing = [
            operation["operationId"]
            for path, methods in OPENAPI["paths"].items()
            for operation in methods.values()
            if path.startswith("/api/v1")
            and re.search(r"\{\w+_id\}", path)
            and operation.get("requestBody")
            and operation["operationId"] not in BODIES
        ]
        assert missing == []
        named = {parameter for operation in operations() for parameter, _ in operation.parameters}
        assert named - set(TABLES) == set(), "say which table these ids are of"

    @pytest.mark.timeout(3_600)
    def test_no_request_reaches_another_organizations_row(
        self,
        askers: dict[str, Asker],
        connection: matrix.Connection,
        size: Size,
        record_testsuite_property: Callable[[str, object], None],
    ) -> None:
        asked, right, wrong = 0, 0, list[str]()
        for side, other in SIDES.items():
            theirs, own = ids_of(connection, other), ids_of(connection, side)
            marks = {str(one) for ids in theirs.values() for one in ids}
            marks |= {f"Organization {other}", f"@{other}.example", f"{other}@p.example", f"{other}@m.example"}
            before = belongings(connection, other)
            some = chosen(list(swaps(side, theirs, own)), size.of(WHOLE) // 2)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                answers = pool.map(lambda swap: answered(askers[swap.side], swap, marks), some)  # noqa: B023
                wrong += [answer for answer in answers if answer is not None]
            asked += len(some)
            right += sum(swap.is_right_kind for swap in some)
            assert belongings(connection, other) == before
        figures = {"swaps": asked, "of the kind asked for": right, "answered": len(wrong)}
        record_testsuite_property("tenancy_swaps", figures)
        print(f"\n{figures}")
        assert wrong == []
        assert asked >= size.of(WHOLE)

    def test_another_organizations_header_is_not_found(
        self, askers: dict[str, Asker], connection: matrix.Connection
    ) -> None:
        """Whatever is asked for, one's own included: in the other's name there is nothing."""
        wrong = []
        for side, other in SIDES.items():
            own = ids_of(connection, side)
            for operation in operations():
                if operation.name in PERSONAL:
                    continue
                answer = askers[side].ask(
                    operation.method, _with_ids(operation, own), organization=other, json=body_for(operation, side)
                )
                if answer.status_code != 404:
                    wrong.append(f"{side}: {operation.name} → {answer.status_code} {answer.text[:120]}")
        assert wrong == []

    def test_the_same_requests_about_ones_own_are_answered(
        self, askers: dict[str, Asker], connection: matrix.Connection
    ) -> None:
        """Otherwise a refusal above would prove nothing. Last, because it changes what it asks about."""
        order = {"GET": 0, "PATCH": 1, "PUT": 2, "POST": 3, "DELETE": 4}
        unanswered = []
        # Members come last of all, since the askers are among them; campaigns and people after what hangs on them.
        # The newest three members lose their role, so the oldest of the askers speaks then.
        oldest = replace(askers["a"], tokens=askers["a"].tokens[:1])
        listed = reversed(list(operations()))
        for operation in sorted(listed, key=lambda one: ("/members" in one.path, order[one.method])):
            for parameter, in_path in operation.parameters:
                if not in_path:
                    continue
                own = ids_of(connection, "a")[TABLES[parameter]]
                asker = oldest if "/members" in operation.path else askers["a"]
                statuses = [
                    asker.ask(
                        operation.method, operation.url(parameter, in_path, one), json=body_for(operation, "a")
                    ).status_code
                    for one in own[:3]
                ]
                if not any(status < 500 and status not in {401, 403, 404, 422} for status in statuses):
                    unanswered.append(f"{operation.name}: {statuses}")
        assert unanswered == [], "\n".join(unanswered)


def _with_ids(operation: Operation, own: Ids) -> str:
    url = operation.path.replace("{name}", "send-due-messages").replace("{service_name}", "instantly")
    for parameter, in_path in operation.parameters:
        if in_path:
            url = operation.url(parameter, in_path, own[TABLES[parameter]][0])
    return url
