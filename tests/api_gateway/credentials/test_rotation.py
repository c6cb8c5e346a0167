"""Keys are rotated while the gateway serves: nothing fails, nothing newer is overwritten, no old key is left needed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from api_gateway.credentials import rotate
from api_gateway.credentials import rotation_repository as repository
from api_gateway.credentials.rotate import Rotation
from api_gateway.credentials.sealed import COLUMN, TABLE, open_credential
from api_gateway.database import Session
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from api_gateway.webhooks.inbox import hash_of
from api_gateway.webhooks.sealed import PREVIOUS, open_secret, seal
from api_gateway.worker import apply_schema
from kit.sealing import Keyring, SealBroken, associated_data
from sandbox.database import Database
from tests.api_gateway.factories import Db, insert, make_tenant, one
from tests.api_gateway.people import KEY, TEST_SETTINGS, Tenant
from tests.api_gateway.sends.vendor import until
from tests.api_gateway.webhooks.vendors import Vendor, booking

pytestmark = pytest.mark.anyio

REPOSITORY = Path(__file__).resolve().parents[3]
NEW_KEY = "BwYFBAMCAQAPDg0MCwoJCBcWFRQTEhEQHx4dHBsaGRg="
OLD, BOTH, NEW = Keyring.parse(f"1:{KEY}"), Keyring.parse(f"1:{KEY},2:{NEW_KEY}"), Keyring.parse(f"2:{NEW_KEY}")
ROWS = 1_500
TENANTS = 6
BEFORE = "a secret from before the last change"


@pytest.fixture(scope="module", autouse=True)
def jobs_schema(cluster: Database, database_name: str, db: Db) -> None:
    asyncio.run(apply_schema(make_conninfo(cluster.gateway_url, dbname=database_name)))


@pytest.fixture(autouse=True)
def nothing_sealed(db: Db) -> None:
    """Counts are of the whole database."""
    db.execute("truncate public.api_credentials, public.inbound_endpoints cascade")


def seed_credential(db: Db, tenant: Tenant, service: str, key: str, keyring: Keyring = OLD) -> UUID:
    row = uuid4()
    return insert(
        db, TABLE, id=row, organization_id=tenant.id, service_name=service, key_last4=key[-4:], key_fingerprint="f",
        sealed_key=keyring.seal(key, associated=associated_data(tenant.id, TABLE, COLUMN, row)),
        key_version=keyring.current_version,
    )  # fmt: skip


def seed_way_in(db: Db, tenant: Tenant, client: httpx2.AsyncClient, secret: str) -> Vendor:
    """A Cal.com endpoint in the middle of a change of secrets, sealed with the old key."""
    row, token = uuid4(), uuid4().hex
    insert(
        db, "inbound_endpoints", id=row, organization_id=tenant.id, source="calcom", token_hash=hash_of(token),
        sealed_secret=seal(OLD, tenant.id, row, secret), vendor_webhook_id="wh-1",
        sealed_previous_secret=seal(OLD, tenant.id, row, BEFORE, column=PREVIOUS), previous_until="2100-01-01",
    )  # fmt: skip
    return Vendor(client, "calcom", row, token, secret)


def versions(db: Db) -> dict[str, dict[int, int]]:
    """Column → key version → values, as the superuser sees them."""
    found: dict[str, dict[int, int]] = {}
    for row in db.execute("select * from private.sealed_counts()").fetchall():
        found.setdefault(f"{row['table_name']}.{row['column_name']}", {})[row["key_version"]] = row["sealed"]
    return found


class TestEverySealedColumn:
    """Read from the catalogue: a column that nobody rotates, or that the audit log copies, fails here."""

    def test_is_found_by_the_rotation(self, db: Db) -> None:
        suspects = db.execute(
            """
            select c.table_name || '.' || c.column_name as place
            from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
            where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
              and c.column_name ~ '(seal|secret|encrypt|cipher|password|private_key)'
            """
        ).fetchall()
        rotated = db.execute("select table_name || '.' || column_name as place from private.sealed_columns()")
        assert {row["place"] for row in suspects} == {row["place"] for row in rotated.fetchall()}
        assert len(suspects) >= 3

    def test_has_what_its_seal_is_bound_to(self, db: Db) -> None:
        for row in db.execute("select distinct table_name from private.sealed_columns()").fetchall():
            columns = db.execute(
                "select column_name from information_schema.columns where table_schema = 'public' and table_name = %s",
                [row["table_name"]],
            ).fetchall()
            assert {"id", "organization_id"} <= {column["column_name"] for column in columns}, row

    def test_is_hidden_from_the_audit_log(self, db: Db) -> None:
        source = one(db, "select prosrc from pg_proc where proname = 'audit_change'")["prosrc"]
        for row in db.execute("select column_name from private.sealed_columns()").fetchall():
            assert row["column_name"] in source

    async def test_is_rotated_without_a_line_of_code(self, db: Db, resources: Resources) -> None:
        tenant = make_tenant(db)
        db.execute(
            "create table public.later_things (id uuid primary key, organization_id uuid not null, sealed_pin text)"
        )
        owner = one(db, "select tableowner from pg_tables where tablename = 'api_credentials'")["tableowner"]
        db.execute(sql.SQL("alter table public.later_things owner to {}").format(sql.Identifier(owner)))
        try:
            row = uuid4()
            place = associated_data(tenant.id, "later_things", "sealed_pin", row)
            insert(db, "later_things", id=row, organization_id=tenant.id, sealed_pin=OLD.seal("1234", associated=place))
            outcome = await Rotation(resources.database, BOTH).run()
            assert (outcome.resealed, outcome.is_done) == (1, True)
            stored = one(db, "select sealed_pin from public.later_things")["sealed_pin"]
            assert NEW.open(stored, associated=place) == "1234"
        finally:
            db.execute("drop table public.later_things")

    def test_is_crossed_to_by_the_rotation_alone(self) -> None:
        crossings = ("private.sealed_counts", "private.sealed_with_other_keys", "private.reseal")
        callers = {
            path.relative_to(REPOSITORY).as_posix()
            for path in (REPOSITORY / "api_gateway").rglob("*.py")
            if any(name in path.read_text() for name in crossings)
        }
        assert callers == {"api_gateway/credentials/rotation_repository.py"}


class TestOneRun:
    async def test_leaves_rows_that_only_the_new_key_opens(
        self, db: Db, resources: Resources, gateway: httpx2.AsyncClient
    ) -> None:
        tenant = make_tenant(db)
        row = seed_credential(db, tenant, "phantombuster", "pb-key-of-the-test")
        way_in = seed_way_in(db, tenant, gateway, "cal-secret-of-the-test")
        outcome = await Rotation(resources.database, BOTH, batch=1).run()
        assert (outcome.resealed, outcome.left, outcome.broken) == (3, 0, set())
        async with resources.database.workflow(tenant.id) as session:
            assert (await open_credential(session, NEW, "phantombuster")).key.get_secret_value() == "pb-key-of-the-test"
        stored = one(db, "select * from public.inbound_endpoints where id = %s", way_in.endpoint_id)
        assert open_secret(NEW, tenant.id, way_in.endpoint_id, stored["sealed_secret"]) == "cal-secret-of-the-test"
        previous = stored["sealed_previous_secret"]
        assert open_secret(NEW, tenant.id, way_in.endpoint_id, previous, column=PREVIOUS) == BEFORE
        assert one(db, "select key_version from public.api_credentials where id = %s", row)["key_version"] == 2

    async def test_is_logged_by_versions_and_nothing_else(
        self, db: Db, resources: Resources, gateway: httpx2.AsyncClient
    ) -> None:
        tenant = make_tenant(db)
        seed_credential(db, tenant, "phantombuster", "pb-key-of-the-test")
        seed_way_in(db, tenant, gateway, "cal-secret-of-the-test")
        await Rotation(resources.database, BOTH).run()
        logged = db.execute(
            "select entity, actor, reason, before, after from public.audit_log"
            " where organization_id = %s and reason = 'key rotation' order by entity, before::text",
            [tenant.id],
        ).fetchall()
        assert [(row["entity"], row["before"], row["after"]) for row in logged] == [
            ("api_credentials", {"key_version": 1}, {"key_version": 2}),
            ("inbound_endpoints", {"sealed_previous_secret_key_version": 1}, {"sealed_previous_secret_key_version": 2}),
            ("inbound_endpoints", {"sealed_secret_key_version": 1}, {"sealed_secret_key_version": 2}),
        ]
        assert {row["actor"] for row in logged} == {"operator"}

    async def test_again_finds_nothing_to_do(self, db: Db, resources: Resources) -> None:
        seed_credential(db, make_tenant(db), "openai", "sk-key-of-the-test")
        await Rotation(resources.database, BOTH).run()
        before = one(db, "select sealed_key, updated_at from public.api_credentials")
        outcome = await Rotation(resources.database, BOTH).run()
        assert (outcome.resealed, outcome.is_done) == (0, True)
        assert one(db, "select sealed_key, updated_at from public.api_credentials") == before

    async def test_does_not_overwrite_a_key_that_was_changed_meanwhile(
        self, db: Db, resources: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tenant = make_tenant(db)
        row = seed_credential(db, tenant, "openai", "the key before")
        newer = BOTH.seal("the key after", associated=associated_data(tenant.id, TABLE, COLUMN, row))
        swap = repository.reseal

        async def change_first(session: Session, *arguments: Any) -> int:
            db.execute("update public.api_credentials set sealed_key = %s, key_version = 2", [newer])
            return await swap(session, *arguments)

        monkeypatch.setattr(repository, "reseal", change_first)
        outcome = await Rotation(resources.database, BOTH).run()
        assert (outcome.resealed, outcome.left) == (0, 0)
        assert one(db, "select sealed_key from public.api_credentials")["sealed_key"] == newer

    async def test_does_not_wait_for_a_row_that_somebody_holds(
        self, db: Db, resources: Resources, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rotate, "MOST_ROUNDS", 2)
        held = seed_credential(db, make_tenant(db), "openai", "held by somebody")
        seed_credential(db, make_tenant(db), "openai", "held by nobody")
        with psycopg.connect(make_conninfo(db.info.dsn, password=db.info.password)) as other:
            other.execute("select from public.api_credentials where id = %s for update", [held])
            outcome = await asyncio.wait_for(Rotation(resources.database, BOTH).run(), 10)
        assert (outcome.resealed, outcome.left, outcome.is_done) == (1, 1, False)
        outcome = await Rotation(resources.database, BOTH).run()
        assert (outcome.resealed, outcome.is_done) == (1, True)

    async def test_names_what_no_key_opens_and_does_the_rest(self, db: Db, resources: Resources) -> None:
        stranger = Keyring.parse(f"1:{NEW_KEY}")
        lost = seed_credential(db, make_tenant(db), "openai", "sealed by a stranger", stranger)
        seed_credential(db, make_tenant(db), "openai", "sealed by us")
        outcome = await Rotation(resources.database, BOTH).run()
        assert (outcome.resealed, outcome.left, outcome.is_done) == (1, 1, False)
        assert [str(lost) in place for place in outcome.broken] == [True]

    async def test_dry_writes_nothing(self, db: Db, resources: Resources, settings: Settings) -> None:
        seed_credential(db, make_tenant(db), "openai", "sk-key-of-the-test")
        before = versions(db)
        lines: list[str] = []
        both = settings.model_copy(update={"credentials_keys": type(settings.grant_key)(f"1:{KEY},2:{NEW_KEY}")})
        assert await rotate.run(both, check=False, dry_run=True, say=lines.append)
        assert lines == ["1 values would be sealed again with key 2; nothing was written."]
        assert versions(db) == before
        assert not await rotate.run(both, check=True, dry_run=False, say=lines.append)
        assert lines[-2:] == [
            "api_credentials.sealed_key: 1 sealed with key 1  older: its key must stay",
            "1 values are not sealed with key 2.",
        ]
        assert await rotate.run(both, check=False, dry_run=False, say=lines.append)
        assert await rotate.run(both, check=True, dry_run=False, say=lines.append)
        assert lines[-1] == "Key 2 seals everything."


class KeyChecker(ThreadingHTTPServer):
    """PhantomBuster as far as a key is tried: says 200 to the keys it knows."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, known: set[str]) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.headers["X-Phantombuster-Key"] in known else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Answer)


@pytest.fixture
def known_keys() -> set[str]:
    return set()


@pytest.fixture
def environment(cluster: Database, database_name: str, known_keys: set[str]) -> Iterator[dict[str, str]]:
    """For processes that hold both keys."""
    with KeyChecker(known_keys) as vendor:
        thread = Thread(target=vendor.serve_forever)
        thread.start()
        settings = {
            **TEST_SETTINGS,
            "phantombuster_base_url": f"http://127.0.0.1:{vendor.server_port}",
            "database_url": make_conninfo(cluster.gateway_url, dbname=database_name),
            "credentials_keys": f"1:{KEY},2:{NEW_KEY}",
            "rate_limit_person_per_minute": 1_000_000,
            "rate_limit_organization_per_minute": 1_000_000,
        }
        environment = {name.upper(): str(value) for name, value in settings.items()}
        yield {**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
        vendor.shutdown()
        thread.join()


class Gateway:
    """The gateway as a process of its own, answering when this returns."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "api_gateway.app:app", "--port", str(port), "--no-access-log"]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
        until(self._is_live, 60)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _is_live(self) -> bool:
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/health/live", timeout=2).status_code == 200
        return False


async def rotation_process(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api_gateway.credentials.rotate", *arguments, cwd=REPOSITORY, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def has_begun(db: Db) -> None:
    """Wait until a tenth of the values is sealed again."""
    while versions(db)["api_credentials.sealed_key"].get(2, 0) < ROWS // 10:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)


class Load:
    """What customers and vendors do all the while. Each answer is counted; any but the right one is a failure."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.done: dict[str, int] = {}
        self.failures: list[str] = []
        self.last_key: dict[UUID, str] = {}
        self.over = asyncio.Event()

    def count(self, what: str, answer: httpx2.Response, *, good: bool) -> None:
        self.done[what] = self.done.get(what, 0) + 1
        if not good:
            self.failures.append(f"{what} → {answer.status_code} {answer.text[:200]}")

    async def write(self, tenant: Tenant) -> None:
        """New keys, one after the other."""
        number = 0
        while not self.over.is_set():
            number += 1
            key = f"openai-{tenant.id.hex[:6]}-{number:06}"
            answer = await self._client.put(
                "/api/v1/credentials/openai", headers=tenant.admin.headers, json={"key": key}
            )
            self.count("keys written", answer, good=answer.status_code == 200)
            self.last_key[tenant.id] = key

    async def use(self, tenant: Tenant) -> None:
        """A stored key is opened and shown to the vendor."""
        while not self.over.is_set():
            answer = await self._client.post(
                "/api/v1/credentials/phantombuster/test", headers=tenant.admin.headers, timeout=30
            )
            self.count("keys used", answer, good=answer.status_code == 200 and answer.json()["ok"])

    async def deliver(self, way_in: Vendor) -> None:
        """Events, signed with the secret of now and the one before in turn."""
        number = 0
        while not self.over.is_set():
            number += 1
            way_in.secret = way_in.secret if number % 2 else BEFORE
            current = Vendor(self._client, way_in.source, way_in.endpoint_id, way_in.token, way_in.secret)
            answer = await current.deliver(booking("BOOKING_CREATED", uuid4().hex, "a@b.example", number))
            self.count("events verified", answer, good=answer.status_code == 202)
            way_in.secret = f"cal-{way_in.token}"

    async def change_secret(self, tenant: Tenant) -> None:
        """Ways in are opened, and their secrets changed, which seals the one before as well."""
        while not self.over.is_set():
            opened = await self._client.post(
                "/api/v1/webhooks/endpoints", headers=tenant.admin.headers, json={"source": "calendly"}
            )
            self.count("ways in opened", opened, good=opened.status_code in {201, 409})
            if opened.status_code != 201:
                return
            path = f"/api/v1/webhooks/endpoints/{opened.json()['id']}"
            changed = await self._client.post(f"{path}/rotate", headers=tenant.admin.headers, json={})
            self.count("secrets changed", changed, good=changed.status_code == 200)
            retired = await self._client.delete(path, headers=tenant.admin.headers)
            self.count("ways in closed", retired, good=retired.status_code == 204)


class TestUnderLoad:
    async def test_nothing_fails_and_the_old_key_can_be_taken_away(
        self, db: Db, environment: dict[str, str], known_keys: set[str], settings: Settings, resources: Resources
    ) -> None:
        for number in range(ROWS):
            tenant_id = insert(db, "organizations", name=f"Idle {number}")
            seed_credential(db, Tenant(tenant_id, *[None] * 4), "instantly", f"idle-key-{number:05}")  # type: ignore[arg-type]
        tenants = [make_tenant(db) for _ in range(TENANTS)]
        gateway = Gateway(environment)
        try:
            async with httpx2.AsyncClient(base_url=gateway.url, timeout=60) as client:
                load = Load(client)
                ways_in = []
                for tenant in tenants:
                    key = f"pb-{tenant.id}"
                    known_keys.add(key)
                    seed_credential(db, tenant, "phantombuster", key)
                    seed_credential(db, tenant, "openai", "the first of many")
                    way_in = seed_way_in(db, tenant, client, "")
                    way_in.secret = f"cal-{way_in.token}"
                    db.execute(
                        "update public.inbound_endpoints set sealed_secret = %s where id = %s",
                        [seal(OLD, tenant.id, way_in.endpoint_id, way_in.secret), way_in.endpoint_id],
                    )
                    ways_in.append(way_in)
                assert set(versions(db)["api_credentials.sealed_key"]) == {1}

                async with asyncio.TaskGroup() as tasks:
                    for tenant, way_in in zip(tenants, ways_in, strict=True):
                        tasks.create_task(load.write(tenant))
                        tasks.create_task(load.use(tenant))
                        tasks.create_task(load.deliver(way_in))
                    tasks.create_task(load.change_secret(tenants[0]))

                    killed = await rotation_process(environment)
                    await has_begun(db)
                    killed.send_signal(signal.SIGKILL)
                    await killed.communicate()
                    left = versions(db)["api_credentials.sealed_key"].get(1, 0)
                    again = await rotation_process(environment)
                    said, errors = await again.communicate()
                    assert (again.returncode, errors) == (0, b""), said
                    load.over.set()
        finally:
            gateway.stop()

        print(f"\n{ROWS + 4 * TENANTS} values, killed with {left} left; meanwhile {load.done}; {said.decode().strip()}")
        assert load.failures == []
        assert left > 0
        assert min(load.done.values()) > 0
        assert set(load.done) >= {"keys written", "keys used", "events verified", "secrets changed"}
        assert {version for column in versions(db).values() for version in column} == {2}
        check = await rotation_process(environment, "--check")
        assert (await check.communicate())[0].endswith(b"Key 2 seals everything.\n")
        # The old key is gone: everything still opens, and the last key written is the one that is there.
        for tenant in tenants:
            async with resources.database.workflow(tenant.id) as session:
                stored = await open_credential(session, NEW, "openai")
                assert stored.key.get_secret_value() == load.last_key[tenant.id]
                with pytest.raises(SealBroken):
                    await open_credential(session, OLD, "openai")
        rows = db.execute("select id, organization_id, sealed_key from public.api_credentials").fetchall()
        for row in rows:
            NEW.open(row["sealed_key"], associated=associated_data(row["organization_id"], TABLE, COLUMN, row["id"]))
        for row in db.execute("select * from public.inbound_endpoints").fetchall():
            open_secret(NEW, row["organization_id"], row["id"], row["sealed_secret"])
            if row["sealed_previous_secret"]:
                open_secret(NEW, row["organization_id"], row["id"], row["sealed_previous_secret"], column=PREVIOUS)
