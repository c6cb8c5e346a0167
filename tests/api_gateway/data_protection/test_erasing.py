"""A person who is erased is nowhere, and does not come back."""

import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from api_gateway.data_protection import erasing, identity, repository
from api_gateway.jobs import Wait
from api_gateway.resources import Resources
from tests.api_gateway.data_protection.somebody import (
    ALIAS,
    EMAIL,
    FIRST,
    LAST,
    NEEDLES,
    PHONE,
    PROFILE,
    Somebody,
    make_somebody,
    where_found,
)
from tests.api_gateway.factories import Db, make_prospect, one
from tests.api_gateway.webhooks.vendors import open_way_in

pytestmark = pytest.mark.anyio
API = "/api/v1"


async def ask(gateway: httpx2.AsyncClient, somebody: Somebody) -> dict[str, Any]:
    answer = await gateway.post(
        f"{API}/prospects/{somebody.prospect}/erasure",
        json={"confirmation": EMAIL},
        headers=somebody.tenant.owner.headers,
    )
    assert answer.status_code == 202, answer.text
    erasure: dict[str, Any] = answer.json()
    return erasure


async def erase(gateway: httpx2.AsyncClient, resources: Resources, somebody: Somebody) -> dict[str, Any]:
    """Asked for, and done here; vendors not asked yet."""
    asked = await ask(gateway, somebody)
    await erasing.erase(resources, somebody.tenant.id, asked["id"])
    answer = await gateway.get(f"{API}/erasures/{asked['id']}", headers=somebody.tenant.admin.headers)
    erased: dict[str, Any] = answer.json()
    return erased


@pytest.fixture
def somebody(db: Db) -> Somebody:
    # Each test has a tenant of its own, and the log of platform errors is everybody's.
    db.execute("delete from private.workflow_errors")
    db.execute("delete from public.organizations")
    return make_somebody(db)


class TestTheRequest:
    async def test_stops_everything_at_once(self, gateway: httpx2.AsyncClient, db: Db, somebody: Somebody) -> None:
        await ask(gateway, somebody)
        planned = one(db, "select status from public.send_intents where id = %s", somebody.rows["send_intents"])
        message = one(db, "select status from public.messages where id = %s", somebody.rows["planned"])
        assert (planned["status"], message["status"]) == ("cancelled", "cancelled")
        due = one(
            db, "select next_step_due_at, status from public.enrollments where prospect_id = %s", somebody.prospect
        )
        assert (due["next_step_due_at"], due["status"]) == (None, "completed")


class TestTheJob:
    async def test_leaves_nothing_in_any_column_of_any_table(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        before = {place.rpartition(".")[0] for place in where_found(db)}
        assert len(before) > 20, before
        erased = await erase(gateway, resources, somebody)
        assert where_found(db) == []
        assert erased["status"] == "erased"
        assert erased["counts"]["audit_log"] > 0

    async def test_what_is_sealed_for_the_vendors_is_not_readable_and_goes_when_they_have_answered(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        erased = await erase(gateway, resources, somebody)
        sealed = one(db, "select sealed_traces from public.erasures where id = %s", erased["id"])["sealed_traces"]
        assert not any(needle in sealed.lower() for needle in NEEDLES)
        opened = erasing.open_traces(resources, somebody.tenant.id, erased["id"], sealed)
        assert opened["email_norm"] == EMAIL
        db.execute("update public.erasure_vendors set status = 'done' where erasure_id = %s", [erased["id"]])
        async with resources.database.workflow(somebody.tenant.id) as session:
            await repository.settle_erasure(session, erased["id"])
        row = one(db, "select status, sealed_traces from public.erasures where id = %s", erased["id"])
        assert (row["status"], row["sealed_traces"]) == ("done", None)

    async def test_keeps_what_is_counted(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        figures = """
            select (select count(*) from public.messages where status = 'sent' and organization_id = %(id)s) as sent,
                   (select count(*) from public.message_events where organization_id = %(id)s) as events,
                   (select count(*) from public.replies where organization_id = %(id)s) as replies,
                   (select count(*) from public.meetings where organization_id = %(id)s) as meetings,
                   (select count(*) from public.enrollments where organization_id = %(id)s) as enrolled
        """
        before = db.execute(figures, {"id": somebody.tenant.id}).fetchone()
        await erase(gateway, resources, somebody)
        assert db.execute(figures, {"id": somebody.tenant.id}).fetchone() == before

    async def test_is_seen_by_no_member(
        self, gateway: httpx2.AsyncClient, resources: Resources, somebody: Somebody
    ) -> None:
        await erase(gateway, resources, somebody)
        headers = somebody.tenant.owner.headers
        assert (await gateway.get(f"{API}/prospects/{somebody.prospect}", headers=headers)).status_code == 404
        listed = (await gateway.get(f"{API}/prospects", headers=headers)).json()["items"]
        assert [row["id"] for row in listed] == [str(somebody.rows["other"])]

    async def test_other_people_stay_as_they_are(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        colleague = make_prospect(
            db, somebody.tenant, email=f"marie.{EMAIL}", first_name="Marie", last_name=LAST,
            company_id=somebody.rows["companies"], about="Une phrase.",
        )  # fmt: skip
        before = one(db, "select * from public.prospects where id = %s", colleague)
        await erase(gateway, resources, somebody)
        assert one(db, "select * from public.prospects where id = %s", colleague) == before
        assert one(db, "select name from public.companies where id = %s", somebody.rows["companies"])["name"]
        text = one(db, "select body from public.messages where id = %s", somebody.rows["other message"])["body"]
        assert text == "[erased] m’a parlé de vous : [erased], www.[erased]"

    async def test_a_namesakes_and_a_colleagues_number_stay(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        namesake = make_prospect(
            db, somebody.tenant, first_name=FIRST, last_name=LAST, phone="06 98 76 54 32", phone_e164=PHONE,
            about=f"{FIRST} {LAST}",
        )  # fmt: skip
        before = one(db, "select * from public.prospects where id = %s", namesake)
        await erase(gateway, resources, somebody)
        assert one(db, "select * from public.prospects where id = %s", namesake) == before

    async def test_waits_for_a_message_that_is_on_its_way(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        db.execute(
            "update public.send_intents set status = 'sending', lease_until = now() + interval '40 s' where id = %s",
            [somebody.rows["send_intents"]],
        )
        asked = await ask(gateway, somebody)
        with pytest.raises(Wait):
            await erasing.erase(resources, somebody.tenant.id, asked["id"])
        assert one(db, "select email from public.prospects where id = %s", somebody.prospect)["email"] == EMAIL
        db.execute("update public.send_intents set status = 'sent' where id = %s", [somebody.rows["send_intents"]])
        await erasing.erase(resources, somebody.tenant.id, asked["id"])
        assert where_found(db) == []

    async def test_is_in_the_log_without_the_person(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        erased = await erase(gateway, resources, somebody)
        emptied = one(db, "select actor, after from public.audit_log where entity = 'audit_log'")
        assert emptied["actor"] == "erasure"
        assert emptied["after"]["erasure_id"] == erased["id"]
        asked = one(db, "select actor from public.audit_log where entity = 'erasures' and action = 'insert'")
        assert asked["actor"] == f"user:{somebody.tenant.owner.user_id}"

    async def test_only_for_an_erasure_that_was_asked_for(self, resources: Resources, somebody: Somebody) -> None:
        async with resources.database.workflow(somebody.tenant.id) as session:
            with pytest.raises(Exception, match="no such erasure"):
                await session.value("select private.erase_person(%(id)s, 'x', '{}')", id=uuid4())


class TestComingBack:
    async def test_leaves_hashes_only(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        await erase(gateway, resources, somebody)
        left = db.execute(
            "select kind, value_norm, is_hashed, reason, note from public.suppressions where organization_id = %s",
            [somebody.tenant.id],
        ).fetchall()
        assert sorted(row["kind"] for row in left) == ["email", "email", "linkedin", "phone"]
        assert all(row["is_hashed"] and row["value_norm"].startswith("hmac:") for row in left)
        assert {(row["reason"], row["note"]) for row in left} == {("erased", None)}

    @pytest.mark.parametrize("line", [
        f"Zoé,Autre,{EMAIL.upper()},,",
        f"Zoé,Autre,{ALIAS},,",
        "Zoé,Autre,neuve@exemple.example,+33 6 98 76 54 32,",
        f"Zoé,Autre,,,https://fr.{PROFILE}/",
    ])  # fmt: skip
    async def test_by_an_import_is_refused(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody, line: str
    ) -> None:
        await erase(gateway, resources, somebody)
        file = f"Prénom,Nom,Email,Téléphone,LinkedIn\n{line}\n".encode()
        answer = await gateway.post(
            f"{API}/prospects/imports",
            files={"file": ("x.csv", file, "text/csv")},
            headers=somebody.tenant.owner.headers,
        )
        assert answer.status_code == 201, answer.text
        assert (answer.json()["created_count"], answer.json()["suppressed_count"]) == (0, 1), answer.json()
        assert where_found(db) == []

    async def test_by_hand_is_refused(
        self, gateway: httpx2.AsyncClient, resources: Resources, somebody: Somebody
    ) -> None:
        await erase(gateway, resources, somebody)
        answer = await gateway.post(
            f"{API}/prospects", json={"first_name": "Z", "email": EMAIL}, headers=somebody.tenant.owner.headers
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "prospect_erased")

    async def test_by_a_late_event_is_taken_without_the_person(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        await erase(gateway, resources, somebody)
        vendor = open_way_in(db, somebody.tenant, gateway, "instantly")
        event = {
            "timestamp": "2026-02-01T10:00:00Z", "event_type": "reply_received", "workspace": "w", "campaign_id": "c",
            "lead_email": EMAIL, "email_id": "late", "reply_text": f"Ici {FIRST}", "firstName": FIRST,
        }  # fmt: skip
        people = "select count(*) as n from public.prospects where organization_id = %s and erased_at is null"
        before = one(db, people, somebody.tenant.id)
        answer = await vendor.deliver(event)
        assert answer.status_code == 202
        assert (await vendor.deliver(event)).json()["status"] == "duplicate"
        query = "select raw_body, headers from public.inbound_events where event_type = %s and status = 'ignored'"
        stored = one(db, query, "reply_received")
        assert (bytes(stored["raw_body"]), stored["headers"]) == (b'{"erased":true}', {})
        assert where_found(db) == []
        assert one(db, people, somebody.tenant.id) == before

    async def test_an_emptied_event_can_be_replayed_without_harm(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        await erase(gateway, resources, somebody)
        from api_gateway.webhooks import handling

        for row in db.execute("select id from public.inbound_events where organization_id = %s", [somebody.tenant.id]):
            db.execute("update public.inbound_events set status = 'received', attempts = 0 where id = %s", [row["id"]])
            await handling.handle(resources, somebody.tenant.id, row["id"])
            assert one(db, "select status from public.inbound_events where id = %s", row["id"])["status"] == "ignored"


class TestTheCatalogue:
    """Every table that hangs on a person is in the export and in the erasure."""

    def test_names_every_table_that_hangs_on_a_person(self, db: Db) -> None:
        found = db.execute(
            """
            with recursive hanging(oid) as (
                select 'public.prospects'::regclass::oid
                union
                select k.conrelid from pg_constraint k join hanging h on h.oid = k.confrelid
                where k.contype = 'f'
            ), named as (
                select a.attrelid as oid from pg_attribute a
                join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p')
                where c.relnamespace = 'public'::regnamespace and not a.attisdropped
                  and a.attname in ('prospect_id', 'enrollment_id', 'message_id', 'reply_id', 'conversation_id')
            )
            select relname from pg_class where oid in (select oid from hanging union select oid from named)
              and relname not in (select table_name from private.personal_tables)
            """
        ).fetchall()
        assert [row["relname"] for row in found] == []

    def test_has_nothing_that_is_gone(self, db: Db) -> None:
        found = db.execute(
            """
            select table_name from (select table_name from private.personal_tables union all
                                    select table_name from private.own_tables) named
            where to_regclass('public.' || table_name) is null
            """
        ).fetchall()
        assert found == []

    def test_says_of_every_column_that_stays_whether_it_is_emptied_or_about_nobody(self, db: Db) -> None:
        found = db.execute(
            """
            select p.table_name || '.' || a.attname as place
            from private.personal_tables p
            join pg_attribute a on a.attrelid = ('public.' || p.table_name)::regclass and a.attnum > 0
                 and not a.attisdropped
            where p.on_erasure = 'empty' and not p.emptied ? a.attname and not a.attname = any (p.kept)
              and a.atttypid::regtype::text in ('text', 'jsonb', 'json', 'bytea', 'text[]', 'character varying', 'inet')
            """
        ).fetchall()
        assert [row["place"] for row in found] == []

    async def test_has_a_row_of_everything_in_the_example(
        self, gateway: httpx2.AsyncClient, resources: Resources, db: Db, somebody: Somebody
    ) -> None:
        """So that the search above proves something about each table."""
        await ask(gateway, somebody)
        async with resources.database.workflow(somebody.tenant.id) as session:
            traces = await repository.traces(session, somebody.prospect)
            assert traces is not None
            keys = [PHONE, EMAIL]
            tables = await repository.rows_of_person(session, somebody.prospect, identity.pattern_of(traces), keys)
        without = {name for name, rows in tables if not rows}
        assert without <= {"data_exports", "erasure_vendors"}, without
        told = json.dumps(dict(tables), default=str)
        assert "sealed" not in told
        assert "lease_token" not in told
