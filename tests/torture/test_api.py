"""The whole OpenAPI document against a running gateway: whatever is asked, the answer is one that the document knows.

Schemathesis makes requests that fit the document and requests that do not; half of the ids are of rows that exist.
Every operation has an organization of its own, so that what one deletes another does not miss.
`TORTURE_SCALE=1` asks 200 times for each operation, `make test` 20 times.
"""

import hashlib
import hmac
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

import httpx2
import jwt
import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from psycopg.rows import dict_row
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api_gateway.webhooks.inbox import hash_of
from api_gateway.webhooks.sealed import seal
from kit.sealing import Keyring
from sandbox.ports import Ports
from sandbox.stack import Stack
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_icp,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    scenario_id,
)
from tests.api_gateway.people import Tenant
from tests.api_gateway.webhooks.vendors import booking
from tests.torture.conftest import Size

pytestmark = pytest.mark.stack

WHOLE = 200
SEED = 20261120
MOST_LIMITED = 0.01
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_path(Path(__file__).parents[2] / "api_gateway" / "openapi.json")
OPERATIONS = {one.label: one for one in (cast("Ok[Any]", found).ok() for found in SCHEMA.get_all_operations())}
# An id in a path is, every other time, that of a row of the caller's.
ROWS = {
    "campaign_id": "campaigns",
    "prospect_id": "prospects",
    "message_id": "messages",
    "mailbox_id": "mailboxes",
    "scenario_id": "scenarios",
    "enrollment_id": "enrollments",
    "endpoint_id": "inbound_endpoints",
    "suppression_id": "suppressions",
}


@dataclass
class Tally:
    """Every answer of the whole proof."""

    statuses: Counter[int] = field(default_factory=Counter)
    by_operation: dict[str, Counter[int]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def tally() -> Tally:
    return Tally()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything but n8n, for which something stands that says yes to every start."""
    unlimited = {f"RATE_LIMIT_{who}_PER_MINUTE": "1000000" for who in ("PERSON", "ORGANIZATION", "WEBHOOK")}
    stack = Stack(
        tmp_path_factory.mktemp("api"),
        Ports.free(),
        with_n8n=False,
        with_panel=False,
        env={"LOG_LEVEL": "ERROR", **unlimited},
    )
    with N8nThatAgrees(stack.ports.n8n), stack:
        yield stack
    stack.database.destroy()


class N8nThatAgrees(ThreadingHTTPServer):
    """n8n as far as a start of a workflow is concerned."""

    daemon_threads = True

    def __init__(self, port: int) -> None:
        class Yes(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", port), Yes)
        self._thread = threading.Thread(target=self.serve_forever, daemon=True)

    def __enter__(self) -> "N8nThatAgrees":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join(10)


@pytest.fixture(scope="module")
def db(stack: Stack) -> Iterator[Db]:
    with psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="module")
def client(stack: Stack) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=stack.urls["gateway"], timeout=30) as client:
        yield client


@dataclass
class Caller:
    """Who asks: an organization of its own with a row of most kinds, and the headers of each door."""

    stack: Stack
    tenant: Tenant
    rows: dict[str, UUID]
    way_in: str
    secret: str
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))

    def headers(self, path: str, body: bytes) -> dict[str, str]:
        """What opens the door of `path`; for webhooks the signature over what is sent."""
        if path.startswith("/internal/"):
            return {"authorization": f"Bearer {self.stack.secrets.workflow_token}"}
        if path.startswith("/webhooks/"):
            return {"X-Cal-Signature-256": hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}
        claims = {
            "sub": str(self.tenant.owner.user_id),
            "email": self.tenant.owner.email,
            "role": "authenticated",
            "aud": "authenticated",
            "iss": f"{self.stack.urls['supabase']}/auth/v1",
            "exp": 4_000_000_000,
        }
        return {"authorization": f"Bearer {jwt.encode(claims, self.stack.secrets.jwt_secret, algorithm='HS256')}"}

    def event(self) -> bytes:
        """What a vendor might deliver: the document cannot say, so it is said here."""
        whole = booking(self.dice.choice(["BOOKING_CREATED", "BOOKING_CANCELLED", "X"]), uuid4().hex, "a@b.example", 1)
        odd: list[Any] = [{}, [], 1, None, "x", {"payload": None}, {"triggerEvent": 1}, {**whole, "payload": []}]
        return self.dice.choice([json.dumps(whole).encode(), json.dumps(self.dice.choice(odd)).encode(), b"\xff{", b""])

    def place(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """Path parameters, some of them of things that are there."""
        if "endpoint_token" in parameters and self.dice.random() < 0.7:
            return {**parameters, "source": "calcom", "endpoint_token": self.way_in}
        known = {name: str(self.rows[ROWS[name]]) for name in parameters if ROWS.get(name) in self.rows}
        return {**parameters, **known} if self.dice.random() < 0.5 else parameters


def make_caller(stack: Stack, db: Db) -> Caller:
    tenant = make_tenant(db)
    rows = {"icps": make_icp(db, tenant), "scenarios": scenario_id(db, tenant), "mailboxes": make_mailbox(db, tenant)}
    rows["campaigns"] = make_campaign(db, tenant, icp_id=rows["icps"])
    rows["prospects"] = make_prospect(db, tenant)
    rows["enrollments"] = enroll(db, tenant, rows["campaigns"], rows["prospects"])
    rows["messages"] = make_message(db, tenant, rows["campaigns"], rows["enrollments"], rows["prospects"])
    rows["suppressions"] = insert(
        db, "suppressions", organization_id=tenant.id, kind="domain", value_norm="x.example",
        reason="manual", source="manual",
    )  # fmt: skip
    token, secret, endpoint = uuid4().hex, "a secret of the proof", uuid4()
    keyring = Keyring.parse(f"1:{stack.secrets.credentials_key}")
    rows["inbound_endpoints"] = insert(
        db, "inbound_endpoints", id=endpoint, organization_id=tenant.id, source="calcom", token_hash=hash_of(token),
        sealed_secret=seal(keyring, tenant.id, endpoint, secret),
    )  # fmt: skip
    return Caller(stack, tenant, rows, token, secret)


def test_every_operation_is_asked() -> None:
    document = json.loads((Path(__file__).parents[2] / "api_gateway" / "openapi.json").read_text())
    assert len(OPERATIONS) == sum(len(methods) for methods in document["paths"].values())
    doors = ("/api/v1/", "/internal/v1/", "/webhooks/", "/u/", "/health/")
    assert all(any(f" {door}" in label for label in OPERATIONS) for door in doors)


@pytest.mark.parametrize("label", OPERATIONS)
def test_the_answer_is_one_that_the_document_knows(
    label: str, stack: Stack, db: Db, client: httpx2.Client, size: Size, tally: Tally
) -> None:
    operation = OPERATIONS[label]
    caller = make_caller(stack, db)
    whole = size.of(WHOLE)
    failures: dict[str, str] = {}

    def ask(case: Any) -> None:
        case.path_parameters = caller.place(dict(case.path_parameters or {}))
        if case.headers and "X-Organization-Id" in case.headers and caller.dice.random() < 0.9:
            case.headers["X-Organization-Id"] = str(caller.tenant.id)
        event = caller.event() if case.path.startswith("/webhooks/") else None
        answer = case.call(
            base_url=stack.urls["gateway"],
            headers=caller.headers(case.path, event or b""),
            timeout=30,
            **({} if event is None else {"data": event}),
        )
        tally.statuses[answer.status_code] += 1
        tally.by_operation.setdefault(label, Counter())[answer.status_code] += 1
        if answer.status_code == 429:
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            for failure in group.exceptions:
                failures.setdefault(
                    f"{type(failure).__name__} {answer.status_code}", f"{failure}\n{case.as_curl_command()}"[:1500]
                )

    for mode, share in ((GenerationMode.POSITIVE, 0.6), (GenerationMode.NEGATIVE, 0.4)):
        how = settings(
            max_examples=max(1, round(whole * share)), deadline=None, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        # Nothing can be wrong with a request that has neither parameters nor a body.
        with suppress(Unsatisfiable) if mode is GenerationMode.NEGATIVE else nullcontext():
            asking: Any = given(operation.as_strategy(generation_mode=mode))
            seeded: Any = seed(SEED)
            seeded(how(asking(ask)))()
    assert not failures, "\n\n".join(f"{kind}: {text}" for kind, text in failures.items())


def test_nearly_nothing_was_refused_for_being_too_much(tally: Tally) -> None:
    asked = sum(tally.statuses.values())
    print(f"\n{asked} requests to {len(tally.by_operation)} operations: {dict(sorted(tally.statuses.items()))}")
    for label, statuses in tally.by_operation.items():
        print(label, dict(statuses))
    assert set(tally.by_operation) == set(OPERATIONS)
    assert tally.statuses[429] <= asked * MOST_LIMITED
    assert sum(count for status, count in tally.statuses.items() if status < 300) >= asked * 0.1
