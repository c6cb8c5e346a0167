"""Asks the database, as each kind of person, what they may do to their own organization's row and to another's."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from psycopg import sql

from tests.database.walls import RANK, WALLS, Wall, row_id, rows

Command = Literal["select", "insert", "update", "delete"]
COMMANDS: tuple[Command, ...] = ("select", "insert", "update", "delete")
Connection = psycopg.Connection[tuple[Any, ...]]

# Who asks: database role, the person behind the token, and the organization a workflow session is narrowed to.
ACTORS: dict[str, tuple[str, str | None, str | None]] = {
    "anon": ("anon", None, None),
    "stranger": ("authenticated", "user:stranger", None),
    "viewer": ("authenticated", "user:viewer", None),
    "member": ("authenticated", "user:member", None),
    "admin": ("authenticated", "user:admin", None),
    "owner": ("authenticated", "user:owner", None),
    "suspended": ("authenticated", "user:suspended", None),
    "member of b": ("authenticated", "b:user:member", None),
    "workflow": ("workflow", None, "a"),
    "workflow unnarrowed": ("workflow", None, None),
    "gateway login": ("gateway", None, None),
}


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One question of the matrix: may `actor` do `command` to the row of organization `side` in `table`?"""

    table: str
    actor: str
    command: Command
    side: str


def cells(table: str) -> Iterator[Cell]:
    """Every question about one table."""
    for actor in ACTORS:
        for command in COMMANDS:
            for side in ("a", "b"):
                yield Cell(table, actor, command, side)


def expected(cell: Cell, wall: Wall) -> bool:
    """What the wall of the table says."""
    needed = {"select": wall.select, "insert": wall.insert, "update": wall.update, "delete": wall.delete}[cell.command]
    if cell.actor == "workflow":
        return cell.side == "a" and cell.command[0] in wall.workflow
    if cell.actor == "member of b":
        return cell.side == "b" and needed is not None and RANK[needed] <= RANK["member"]
    if cell.actor in RANK:
        return cell.side == "a" and needed is not None and RANK[needed] <= RANK[cell.actor]
    return False


def seed(connection: Connection) -> None:
    """Two organizations with the same people and one row in every table."""
    people = ["owner", "admin", "member", "viewer", "suspended", "spare"]
    for side in ("a", "b"):
        for person in people:
            connection.execute(
                "insert into auth.users (id, email) values (%s, %s)",
                [user_id(side, person), f"{person}@{side}.example"],
            )
    connection.execute(
        "insert into auth.users (id, email) values (%s, 'stranger@c.example')", [row_id("a", "user:stranger")]
    )
    for side in ("a", "b"):
        for table, values in rows(side).items():
            if table in ("sending_settings", "agent_settings"):
                connection.execute(
                    sql.SQL("update {} set id = %s where organization_id = %s").format(sql.Identifier(table)),
                    [values["id"], values["organization_id"]],
                )
                continue
            _insert(connection, table, values)
            if table == "prospects":
                _insert(connection, table, rows(side, "-second")["prospects"])
            if table == "memberships":
                for person in people[:-1]:
                    connection.execute(
                        "insert into memberships (organization_id, user_id, role, status) values (%s, %s, %s, %s)",
                        [
                            row_id(side, "organizations"),
                            user_id(side, person),
                            person if person in RANK else "owner",
                            "suspended" if person == "suspended" else "active",
                        ],
                    )


def differences(connection: Connection, table: str, *, stop_at_first: bool = False) -> list[str]:
    """Cells whose answer is not the expected one, as sentences. Leaves the database as it was."""
    wall = WALLS[table]
    found = []
    for cell in cells(table):
        got = allowed(connection, cell)
        if got != expected(cell, wall):
            found.append(f"{cell.actor} {'may' if got else 'may not'} {cell.command} {cell.side}'s row of {table}")
            if stop_at_first:
                break
    return found


def allowed(connection: Connection, cell: Cell) -> bool:
    """Try it, and undo it. A denied select, update or delete is zero rows or no privilege, a denied insert an error."""
    attempt = {"select": _select, "insert": _insert_fresh, "update": _update, "delete": _delete}[cell.command]
    with connection.transaction(force_rollback=True):
        try:
            with acting_as(connection, cell.actor):
                if attempt(connection, cell) > 0:
                    return True
        except psycopg.errors.InsufficientPrivilege:
            return False
        except psycopg.errors.IntegrityError:
            # The wall lets through; what stopped the row is a rule of the trade that lies behind it.
            return True
    return cell.command in ("update", "delete") and _touched_blindly(connection, cell)


def _touched_blindly(connection: Connection, cell: Cell) -> bool:
    """A statement that reads no column needs no select policy: it reaches whatever the other policy leaves open."""
    place = sql.SQL("select ctid from public.{} where id = %s").format(sql.Identifier(cell.table))
    row = [row_id(cell.side, cell.table)]
    before = connection.execute(place, row).fetchone()
    with connection.transaction(force_rollback=True):
        try:
            with acting_as(connection, cell.actor):
                if cell.command == "delete":
                    connection.execute(sql.SQL("delete from public.{}").format(sql.Identifier(cell.table)))
                elif not _update_blindly(connection, cell):
                    return False
            connection.execute("reset role")
            return connection.execute(place, row).fetchone() != before
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.IntegrityError):
            return False


@contextmanager
def acting_as(connection: Connection, actor: str) -> Iterator[None]:
    """Wear the actor's role and claims, as api_gateway does, for the rest of the transaction."""
    role, person, narrowed = ACTORS[actor]
    subject = "" if person is None else str(user_id("b" if person.startswith("b:") else "a", person.split("user:")[1]))
    organization = "" if narrowed is None else str(row_id(narrowed, "organizations"))
    connection.execute(
        "select set_config('request.jwt.claim.sub', %s, true), set_config('request.jwt.claims', %s, true),"
        " set_config('app.organization_id', %s, true)",
        [subject, f'{{"sub": "{subject}"}}' if subject else "", organization],
    )
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))
    yield


def user_id(side: str, person: str) -> uuid.UUID:
    """The id of one of the people of organization "a" or "b"."""
    return row_id(side, f"user:{person}")


def _row_key(cell: Cell) -> tuple[str, uuid.UUID]:
    return "id", row_id(cell.side, cell.table)


def _granted(connection: Connection, cell: Cell, privilege: str) -> list[str]:
    found = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
        " and has_column_privilege(current_user, attrelid, attnum, %s) order by attnum",
        [f"public.{cell.table}", privilege],
    )
    return [name for (name,) in found]


def _select(connection: Connection, cell: Cell) -> int:
    key, value = _row_key(cell)
    query = sql.SQL("select {key} from public.{table} where {key} = %s")
    return connection.execute(query.format(key=sql.Identifier(key), table=sql.Identifier(cell.table)), [value]).rowcount


def _insert_fresh(connection: Connection, cell: Cell) -> int:
    values = rows(cell.side, "-fresh")[cell.table]
    granted = _granted(connection, cell, "INSERT")
    if not granted:
        raise psycopg.errors.InsufficientPrivilege
    return _insert(connection, cell.table, {name: value for name, value in values.items() if name in granted})


def _update_blindly(connection: Connection, cell: Cell) -> bool:
    # A column that takes its own default breaks no rule of the trade.
    free = connection.execute(
        "select attname from pg_attribute where attrelid = %s::regclass and (atthasdef or not attnotnull)",
        [f"public.{cell.table}"],
    ).fetchall()
    names = [n for n in _granted(connection, cell, "UPDATE") if (n,) in free and n not in ("id", "role")]
    if cell.table != "memberships" and len(names) > 1:
        names = [n for n in names if n != "status"]
    if not names:
        return False
    query = sql.SQL("update public.{table} set {column} = default")
    connection.execute(query.format(table=sql.Identifier(cell.table), column=sql.Identifier(names[0])))
    return True


def _update(connection: Connection, cell: Cell) -> int:
    granted = _granted(connection, cell, "UPDATE")
    if not granted:
        return 0
    # Which column does not matter to a policy; a cancelled intent is the only one that a member may write.
    if cell.table == "send_intents" and "lease_token" not in granted:
        change = sql.Composed([sql.SQL("status = 'cancelled'")])
    else:
        name = next((n for n in granted if n not in ("id", "organization_id")), granted[0])
        change = sql.SQL("{0} = {0}").format(sql.Identifier(name))
    key, value = _row_key(cell)
    query = sql.SQL("update public.{table} set {change} where {key} = %s")
    return connection.execute(
        query.format(table=sql.Identifier(cell.table), change=change, key=sql.Identifier(key)), [value]
    ).rowcount


def _delete(connection: Connection, cell: Cell) -> int:
    key, value = _row_key(cell)
    query = sql.SQL("delete from public.{table} where {key} = %s")
    return connection.execute(query.format(table=sql.Identifier(cell.table), key=sql.Identifier(key)), [value]).rowcount


def _insert(connection: Connection, table: str, values: dict[str, Any]) -> int:
    query = sql.SQL("insert into public.{table} ({columns}) values ({values})").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, values)),
        values=sql.SQL(", ").join([sql.Placeholder()] * len(values)),
    )
    return connection.execute(query, list(values.values())).rowcount


@dataclass(frozen=True, slots=True)
class Mutant:
    """A policy taken away, or opened to everyone; the matrix must notice either."""

    name: str
    table: str
    apply: Callable[[Connection], None]


def mutants(connection: Connection) -> list[Mutant]:
    """Two mutants for each policy in the catalogue."""
    found: list[Mutant] = []
    policies = connection.execute(
        "select tablename, policyname, cmd from pg_policies where schemaname = 'public' order by 1, 2"
    ).fetchall()
    for table, policy, command in policies:
        if table not in WALLS:
            continue
        target = {"policy": sql.Identifier(policy), "table": sql.Identifier(table)}
        clauses = {
            "SELECT": "using (true)",
            "DELETE": "using (true)",
            "INSERT": "with check (true)",
            "UPDATE": "using (true) with check (true)",
        }
        dropped = sql.SQL("drop policy {policy} on public.{table}").format(**target)
        opened = sql.SQL("alter policy {policy} on public.{table} " + clauses[command]).format(**target)
        for how, statement in (("dropped", dropped), ("opened to all", opened)):

            def apply(on: Connection, statement: sql.Composed = statement) -> None:
                on.execute(statement)

            found.append(Mutant(f"{policy} {how}", table, apply))
    return found
