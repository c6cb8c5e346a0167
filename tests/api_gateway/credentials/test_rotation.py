"""Keys are rotated while the gateway serves: nothing fails, nothing newer is overwritten, no old key is left needed."""

import asyncio
from pathlib import Path
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
from kit.sealing import Keyring, associated_data
from sandbox.database import Database
from tests.api_gateway.factories import Db, insert, make_tenant, one
from tests.api_gateway.people import KEY, Tenant
from tests.api_gateway.webhooks.vendors import Vendor

pytestmark = pytest.mark.anyio

REPOSITORY = Path(__file__).resolve().parents[3]
NEW_KEY = "BwYFBAMCAQAPDg0MCwoJCBcWFRQTEhEQHx4dHBsaGRg="
OLD, BOTH, NEW = Keyring.parse(f"1:{KEY}"), Keyring.parse(f"1:{KEY},2:{NEW_KEY}"), Keyring.parse(f"2:{NEW_KEY}")
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
        hidden = one(db, "select private.audit_hidden() as columns")["columns"]
        sealed = {row["column_name"] for row in db.execute("select column_name from private.sealed_columns()")}
        assert sealed
        assert sealed <= set(hidden)

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
