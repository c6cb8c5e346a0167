"""Every policy weakened in every single way that can be told apart, and the questions that only these raise."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from tests.database.matrix import COMMANDS, Command, Connection, acting_as, differences, is_of_a_policy, user_id
from tests.database.walls import WALLS, Wall, row_id

WEAKER = {"owner": "admin", "admin": "member", "member": "viewer"}
A, B = (str(row_id(side, "organizations")) for side in ("a", "b"))


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy taken away, or weakened in one place; a question about its table must be answered differently."""

    name: str
    table: str
    command: Command
    apply: Callable[[Connection], Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One statement of `actor`, after the superuser has prepared the scene, and what must come of it.

    "refused": an error of the policy; "nothing": no row is found, as if there were none; "done": one row.
    """

    actor: str
    command: Command
    statement: str
    prepare: str = "select"
    ends: Literal["refused", "nothing", "done"] = "nothing"


def _person(name: str) -> str:
    return f"'{user_id('a', name)}'"


def _row(table: str, side: str = "a") -> str:
    return f"'{row_id(side, table)}'"


_PROFILES = f"insert into profiles (id) values ({_person('owner')}), ({_person('member')})"
_NOTIFICATION = f"id = {_row('notifications')}"
_OTHERS = f"update notifications set user_id = {_person('owner')} where organization_id = '{A}'"
_OWN_BUT_SUSPENDED = f"update notifications set user_id = {_person('suspended')} where organization_id = '{A}'"
ATTEMPTS: dict[str, list[Attempt]] = {
    "memberships": [
        Attempt("admin", "update", f"update memberships set role = 'owner' where id = {_row('memberships')}",
                  ends="refused"),
        Attempt("admin", "update", f"update memberships set role = 'viewer' where user_id = {_person('suspended')}"
                  f" and organization_id = '{A}'"),
        Attempt("admin", "delete", f"delete from memberships where user_id = {_person('suspended')}"),
    ],
    "send_intents": [
        Attempt("owner", "update", f"update send_intents set status = 'sent' where id = {_row('send_intents')}",
                  ends="refused"),
        Attempt("owner", "update", f"update send_intents set status = 'cancelled' where id = {_row('send_intents')}",
                  f"update send_intents set status = 'sent' where id = {_row('send_intents')}"),
    ],
    "prospects": [
        Attempt("owner", "select", f"select id from prospects where id = {_row('prospects')}",
                  f"update prospects set erased_at = now() where id = {_row('prospects')}"),
    ],
    "profiles": [
        Attempt("member", "select", f"select id from profiles where id = {_person('owner')}", _PROFILES),
        Attempt("member", "insert", f"insert into profiles (id) values ({_person('owner')})", ends="refused"),
        # Blindly, as it needs no select policy: a stranger has no row, and so must touch none.
        Attempt("stranger", "update", "update profiles set full_name = 'x'", _PROFILES),
        Attempt("member", "select", "select id from profiles", _PROFILES, "done"),
        Attempt("member", "insert", f"insert into profiles (id) values ({_person('member')})", ends="done"),
        Attempt("member", "update", "update profiles set full_name = 'x'", _PROFILES, "done"),
    ],
    "notifications": [
        Attempt("member", "select", f"select id from notifications where {_NOTIFICATION}", _OTHERS),
        Attempt("suspended", "select", f"select id from notifications where {_NOTIFICATION}", _OWN_BUT_SUSPENDED),
        Attempt("workflow", "select", f"select id from notifications where id = {_row('notifications', 'b')}"),
        Attempt("workflow", "insert", "insert into notifications (organization_id, user_id, alert_id)"
                  f" values ('{B}', '{user_id('b', 'member')}', {_row('alerts', 'b')})", ends="refused"),
        Attempt("member", "update", "update notifications set read_at = now()", _OTHERS),
        Attempt("suspended", "update", "update notifications set read_at = now()", _OWN_BUT_SUSPENDED),
        Attempt("owner", "select", "select id from notifications", ends="done"),
        Attempt("owner", "update", "update notifications set read_at = now()", ends="done"),
        Attempt("workflow", "select", "select id from notifications", ends="done"),
        Attempt("workflow", "insert", "insert into notifications (organization_id, user_id, alert_id)"
                f" values ('{A}', {_person('member')}, {_row('alerts')})", ends="done"),
    ],
}  # fmt: skip


def doubts(connection: Connection, table: str, command: Command | None = None) -> Iterator[str]:
    """What is not as it must be about a table, as sentences; with `command`, as far as its policies can matter."""
    if table in WALLS:
        yield from differences(connection, table, commands=(command,) if command else COMMANDS)
        if command in (None, "update"):
            yield from _moved(connection, table, WALLS[table])
    for one in ATTEMPTS.get(table, []):
        if command in (None, one.command) and (end := _end(connection, one)) != one.ends:
            yield f"{end}, not {one.ends}, when {one.actor} tries: {one.statement}"


def mutants(connection: Connection) -> list[Mutant]:
    """For each policy of the catalogue: dropped; each clause opened alone, each condition of it, each role lowered."""
    found: list[Mutant] = []
    policies = connection.execute(
        "select tablename, policyname, cmd, roles[1]::text, qual, with_check from pg_policies"
        " where schemaname = 'public' order by 1, 2"
    ).fetchall()
    for table, policy, command, role, using, check in policies:
        target = {"policy": sql.Identifier(policy), "table": sql.Identifier(table)}
        dropped = sql.SQL("drop policy {policy} on public.{table}").format(**target)
        changes: list[tuple[str, sql.Composed]] = [("dropped", dropped)]
        for clause, condition in (("using", using), ("with check", check)):
            for how, weakened, mentioned in _weakened(condition):
                if clause == "with check" and command == "UPDATE" and not _writable(connection, table, role, mentioned):
                    # The same row under another name: what the clause looks at cannot have been changed.
                    continue
                change = sql.SQL("alter policy {policy} on public.{table} " + clause + " ({condition})")
                altered = change.format(**target, condition=sql.SQL(weakened))
                changes.append((f"{clause}: {how}", altered))
        for how, statement in changes:

            def apply(on: Connection, statement: sql.Composed = statement) -> None:
                on.execute(statement)

            found.append(Mutant(f"{policy} {how}", table, command.lower(), apply))
    return found


def _weakened(condition: str | None) -> Iterator[tuple[str, str, str]]:
    """How, the weaker condition, and the part of the old one that it no longer holds."""
    if condition is None:
        return
    yield "opened to all", "true", condition
    parts = _conjuncts(condition)
    if len(parts) > 1:
        for part in parts:
            yield f"without {part}", " and ".join(one for one in parts if one is not part), part
    for part in parts:
        others = [one for one in parts if one is not part]
        for found in re.finditer(r"member_organization_ids\('(\w+)'", part):
            if lower := WEAKER.get(found[1]):
                lowered = part[: found.start(1)] + lower + part[found.end(1) :]
                yield f"for a mere {lower}", " and ".join([*others, lowered]), part


def _conjuncts(condition: str) -> list[str]:
    """The parts of `(a AND b)` as Postgres writes it."""
    depth, begun, parts = 0, 1, []
    for at, character in enumerate(condition):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth == 1 and condition.startswith(" AND ", at):
            parts.append(condition[begun:at])
            begun = at + len(" AND ")
        elif depth == 0:
            return [*parts, condition[begun:at]] if at == len(condition) - 1 else [condition]
    return [condition]


def _writable(connection: Connection, table: str, role: str, condition: str) -> bool:
    """Whether the role may change a column that the condition looks at."""
    found = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        " and has_column_privilege(%s, attrelid, attnum, 'UPDATE')",
        [f"public.{table}", role],
    )
    return any(re.search(rf"\b{name}\b", condition) for (name,) in found)


def _moved(connection: Connection, table: str, wall: Wall) -> Iterator[str]:
    """Rows carried over the wall, by who may write on one side only, or by a workflow narrowed to one side."""
    movers = [(f"{WEAKER[wall.update]} of a, owner of b", B, A)] if wall.update in WEAKER else []
    movers += [("workflow", A, B)] if "u" in wall.workflow else []
    if table == "organizations":
        return
    for actor, own, other in movers:
        if _carried(connection, table, actor, into=own, watched=other):
            yield f"{actor} may take over a row of {table}"
        if _carried(connection, table, actor, into=other, watched=own):
            yield f"{actor} may give away a row of {table}"


def _carried(connection: Connection, table: str, actor: str, *, into: str, watched: str) -> bool:
    """Whether a row of organization `watched` leaves it. No column is read, so that no select policy stands by."""
    with connection.transaction(force_rollback=True):
        count = sql.SQL("select count(*) from public.{} where organization_id = %s").format(sql.Identifier(table))
        before = connection.execute(count, [watched]).fetchone()
        try:
            with acting_as(connection, actor):
                change = sql.SQL("update public.{} set organization_id = %s").format(sql.Identifier(table))
                connection.execute(change, [into])
        except psycopg.errors.InsufficientPrivilege as error:
            # Giving a row of one's own away is refused by the row; taking one of others must not even find it.
            return is_of_a_policy(error) and into == (A if actor == "workflow" else B)
        except psycopg.errors.IntegrityError:
            return True
        connection.execute("reset role")
        return connection.execute(count, [watched]).fetchone() != before


def _end(connection: Connection, one: Attempt) -> str:
    with connection.transaction(force_rollback=True):
        connection.execute(sql.SQL(one.prepare))
        try:
            with acting_as(connection, one.actor):
                touched = connection.execute(sql.SQL(one.statement)).rowcount
        except psycopg.errors.InsufficientPrivilege as error:
            return "refused" if is_of_a_policy(error) else "not granted"
        except psycopg.errors.IntegrityError:
            return "stopped by a rule of the trade"
        return "done" if touched == 1 else f"{touched} rows" if touched else "nothing"
