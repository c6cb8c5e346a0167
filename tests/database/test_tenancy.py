"""Who may do what to whose rows: every table, every kind of person, every command, both sides of the wall."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.database import matrix
from tests.database.mutants import doubts, mutants
from tests.database.walls import PERSONAL, WALLS, row_id

pytestmark = pytest.mark.database

LOGS_AND_MARKS = {
    "profiles": "a person's own name and language, of no organization",
    "notifications": "a person's own marks of what they have read",
    "campaign_progress": "counted, not written by hand",
    "message_revisions": "is the log of who edited which message",
    "prospect_sources": "is the log of where a person came from",
    "reply_decisions": "is the log of who decided about a reply",
}


@pytest.fixture(scope="module")
def seeded(connection: matrix.Connection) -> Iterator[matrix.Connection]:
    with connection.transaction(force_rollback=True):
        matrix.seed(connection)
        yield connection


class TestEveryTable:
    def test_is_in_the_expectation(self, connection: matrix.Connection) -> None:
        found = connection.execute(
            "select relname from pg_class"
            " where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')"
        )
        assert {name for (name,) in found} == set(WALLS) | PERSONAL

    def test_forces_row_level_security(self, connection: matrix.Connection) -> None:
        found = connection.execute(
            "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
            " and not (relrowsecurity and relforcerowsecurity)"
        )
        assert found.fetchall() == []

    def test_is_described(self, connection: matrix.Connection) -> None:
        found = connection.execute(
            "select relname from pg_class where relnamespace in ('public'::regnamespace, 'private'::regnamespace)"
            " and relkind = 'r' and obj_description(oid) is null"
        )
        assert found.fetchall() == []

    def test_gives_nothing_to_anon_and_nothing_to_everyone(self, connection: matrix.Connection) -> None:
        found = connection.execute(
            "select relname, acl.grantee::regrole::text, acl.privilege_type from pg_class, aclexplode(relacl) as acl"
            " where relnamespace = 'public'::regnamespace and (acl.grantee = 0 or acl.grantee = 'anon'::regrole)"
        )
        assert found.fetchall() == []

    def test_that_a_person_writes_is_in_the_audit_log(self, connection: matrix.Connection) -> None:
        """By its own grant, or by a function that writes for them."""
        logged = connection.execute(
            "select tgrelid::regclass::text from pg_trigger where tgname = 'audit_change' and tgenabled = 'O'"
        )
        written = connection.execute(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not a.attisdropped"
            " and (has_table_privilege('authenticated', c.oid, 'DELETE')"
            "      or has_column_privilege('authenticated', c.oid, a.attnum, 'INSERT, UPDATE'))"
            " union select unnest('{inbound_endpoints,inbound_events}'::text[])"
        )
        assert {name for (name,) in written} - {name for (name,) in logged} == set(LOGS_AND_MARKS)

    def test_has_an_index_that_leads_each_policy(self, connection: matrix.Connection) -> None:
        """Under a policy Postgres plans by organization_id first."""
        found = connection.execute(
            """
            select c.relname from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id'
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not exists (
                select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum and i.indpred is null
            ) and c.relname <> 'notifications'
            """
        )
        assert found.fetchall() == []

    @pytest.mark.parametrize("table", sorted(WALLS))
    def test_lets_each_person_do_what_their_role_says_and_no_more(self, seeded: matrix.Connection, table: str) -> None:
        assert list(doubts(seeded, table)) == []

    @pytest.mark.parametrize("table", sorted(PERSONAL))
    def test_shows_what_is_a_persons_own_to_nobody_else(self, seeded: matrix.Connection, table: str) -> None:
        assert list(doubts(seeded, table)) == []


class TestEveryPolicy:
    def test_is_missed_when_it_is_taken_away_or_weakened_in_any_one_place(self, seeded: matrix.Connection) -> None:
        survivors = []
        found = mutants(seeded)
        for mutant in found:
            with seeded.transaction(force_rollback=True):
                mutant.apply(seeded)
                if not any(doubts(seeded, mutant.table, mutant.command)):
                    survivors.append(mutant.name)
        assert not survivors, "\n".join(survivors)
        assert len(found) > 12 * len(WALLS)

    def test_names_a_role(self, connection: matrix.Connection) -> None:
        found = connection.execute(
            "select tablename, policyname from pg_policies where schemaname = 'public'"
            " and (roles && '{public,anon}'::name[] or cmd = 'ALL' or permissive <> 'PERMISSIVE')"
        )
        assert found.fetchall() == []


class TestPeople:
    def test_a_suspended_owner_sees_nothing_at_once(self, seeded: matrix.Connection) -> None:
        with seeded.transaction(force_rollback=True):
            seeded.execute(
                "update memberships set status = 'suspended' where user_id = %s", [matrix.user_id("a", "admin")]
            )
            with matrix.acting_as(seeded, "admin"):
                assert seeded.execute("select count(*) from organizations").fetchone() == (0,)

    def test_an_admin_cannot_make_themself_an_owner(self, seeded: matrix.Connection) -> None:
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            seeded.transaction(force_rollback=True),
            matrix.acting_as(seeded, "admin"),
        ):
            seeded.execute("update memberships set role = 'owner' where user_id = %s", [matrix.user_id("a", "admin")])

    def test_the_last_owner_stays(self, seeded: matrix.Connection) -> None:
        with (
            pytest.raises(psycopg.errors.CheckViolation, match="at least one active owner"),
            seeded.transaction(force_rollback=True),
        ):
            seeded.execute("delete from memberships where user_id = %s", [matrix.user_id("a", "owner")])

    def test_a_person_reads_only_their_own_profile_and_notifications(self, seeded: matrix.Connection) -> None:
        with seeded.transaction(force_rollback=True):
            for person in ("owner", "member"):
                seeded.execute("insert into profiles (id) values (%s)", [matrix.user_id("a", person)])
            with matrix.acting_as(seeded, "member"):
                assert seeded.execute("select id from profiles").fetchall() == [(matrix.user_id("a", "member"),)]
                assert seeded.execute("select id from notifications").fetchall() == []
        with seeded.transaction(force_rollback=True), matrix.acting_as(seeded, "owner"):
            assert len(seeded.execute("select id from notifications").fetchall()) == 1

    def test_a_row_cannot_hang_on_another_organizations_row(self, seeded: matrix.Connection) -> None:
        """Foreign keys carry the organization, so that a guessed id of somebody else's is not there."""
        theirs = row_id("b", "prospects")
        with (
            pytest.raises(psycopg.errors.ForeignKeyViolation),
            seeded.transaction(force_rollback=True),
            matrix.acting_as(seeded, "owner"),
        ):
            seeded.execute(
                "insert into enrollments (organization_id, campaign_id, prospect_id) values (%s, %s, %s)",
                [row_id("a", "organizations"), row_id("a", "campaigns"), theirs],
            )


class TestRealtime:
    @pytest.mark.parametrize("weakened", [False, True])
    def test_only_active_members_hear_an_organization(self, seeded: matrix.Connection, weakened: bool) -> None:
        topic = f"organization:{row_id('a', 'organizations')}"
        ears = {}
        with seeded.transaction(force_rollback=True):
            seeded.execute("select realtime.send('{}', 'test', %s, true)", [topic])
            if weakened:
                seeded.execute("alter policy organization_topic_select_member on realtime.messages using (true)")
            for actor in ("viewer", "member", "owner", "suspended", "stranger", "member of b", "anon"):
                with seeded.transaction(force_rollback=True), matrix.acting_as(seeded, actor):
                    seeded.execute("select set_config('realtime.topic', %s, true)", [topic])
                    ears[actor] = seeded.execute("select 1 from realtime.messages limit 1").rowcount
        deaf = {"suspended", "stranger", "member of b", "anon"}
        # With the policy opened whoever signs in hears, or else this test could not fail.
        assert {actor for actor, heard in ears.items() if not heard} == ({"anon"} if weakened else deaf)


class TestSecrets:
    @pytest.mark.parametrize(
        ("table", "column"),
        [
            ("api_credentials", "sealed_key"),
            ("inbound_endpoints", "sealed_secret"),
            ("inbound_endpoints", "token_hash"),
            ("enrollments", "lease_token"),
            ("send_intents", "lease_token"),
            ("send_intents", "idempotency_key"),
            ("replies", "lease_token"),
            ("inbound_events", "lease_token"),
            ("workflow_runs", "lease_token"),
        ],
    )
    def test_no_member_reads_a_sealed_secret_or_a_lease(
        self, seeded: matrix.Connection, table: str, column: str
    ) -> None:
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            seeded.transaction(force_rollback=True),
            matrix.acting_as(seeded, "owner"),
        ):
            seeded.execute(f"select {column} from {table}")

    def test_the_audit_log_cannot_be_changed_by_anyone(self, seeded: matrix.Connection) -> None:
        held = seeded.execute(
            "select grantee::regrole::text, privilege_type from pg_class, aclexplode(relacl)"
            " where oid = 'public.audit_log'::regclass and privilege_type <> 'SELECT' and grantee <> relowner"
        )
        assert held.fetchall() == []

    def test_the_audit_log_holds_no_sealed_key(self, seeded: matrix.Connection) -> None:
        found = seeded.execute(
            "select count(*) from audit_log where entity = 'api_credentials' and after ? 'sealed_key'"
        )
        assert found.fetchone() == (0,)
        found = seeded.execute("select count(*) from audit_log where entity = 'api_credentials'")
        assert found.fetchone() == (2,)
