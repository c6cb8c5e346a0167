"""Asks the database, as each kind of person, what they may do to their own organization's row and to another's."""

import uuid
from collections.abc import Iterable, Iterator
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
# Who belongs to both: with this role to A, and as an owner to B.
HATS: dict[str, tuple[str, str | None, str | None]] = {
    f"{role} of a, owner of b": ("authenticated", f"user:{role} and owner", None)
    for role in ("viewer", "member", "admin")
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
    for role in ("viewer", "member", "admin"):
        hat = user_id("a", f"{role} and owner")
        connection.execute("insert into auth.users (id, email) values (%s, %s)", [hat, f"{role}@both.example"])
        connection.execute(
            "insert into memberships (organization_id, user_id, role) values (%s, %s, %s), (%s, %s, 'owner')",
            [row_id("a", "organizations"), hat, role, row_id("b", "organizations"), hat],
        )


def differences(connection: Connection, table: str, *, commands: Iterable[Command] = COMMANDS) -> Iterator[str]:
    """Cells whose answer is not the expected one, as sentences. Leaves the database as it was."""
    wall = WALLS[table]
    for cell in cells(table):
        if cell.command in commands:
            got = allowed(connection, cell)
            if got != expected(cell, wall):
                yield f"{cell.actor} {'may' if got else 'may not'} {cell.command} {cell.side}'s row of {table}"


def allowed(connection: Connection, cell: Cell) -> bool:
    """Try it, and undo it. A denied select, update or delete is zero rows or no privilege, a denied insert an error.

    An update that reaches a row and is then refused by it counts as allowed: it tells that the row is there.
    """
    attempt = {"select": _select, "insert": _insert_fresh, "update": _update, "delete": _delete}[cell.command]
    with connection.transaction(force_rollback=True):
        try:
            with acting_as(connection, cell.actor):
                if attempt(connection, cell) > 0:
                    return True
        except psycopg.errors.InsufficientPrivilege as error:
            return cell.command == "update" and is_of_a_policy(error)
        except psycopg.errors.IntegrityError:
            # The wall lets through; what stopped the row is a rule of the trade that lies behind it.
            return True
    return cell.command in ("update", "delete") and _touched_blindly(connection, cell)


def is_of_a_policy(error: psycopg.errors.InsufficientPrivilege) -> bool:
    """Whether a row was refused by a policy, and not the whole table by a missing privilege."""
    return "row-level security" in str(error)


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
        except psycopg.errors.InsufficientPrivilege as error:
            return is_of_a_policy(error)
        except psycopg.errors.IntegrityError:
            return False


@contextmanager
def acting_as(connection: Connection, actor: str) -> Iterator[None]:
    """Wear the actor's role and claims, as api_gateway does, for the rest of the transaction."""
    role, person, narrowed = (ACTORS | HATS)[actor]
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
    granted = _granted(connection, cell, "UPDATE")
    names = [n for n in granted if (n,) in free and n not in ("id", "role")]
    if cell.table != "memberships" and len(names) > 1:
        names = [n for n in names if n != "status"]
    if not names:
        return False
    change = _cancelled(cell, granted) or sql.SQL("{} = default").format(sql.Identifier(names[0]))
    connection.execute(sql.SQL("update public.{} set {}").format(sql.Identifier(cell.table), change))
    return True


def _cancelled(cell: Cell, granted: list[str]) -> sql.Composable | None:
    # Which column does not matter to a policy; a cancelled intent is the only one that a member may write.
    return sql.SQL("status = 'cancelled'") if cell.table == "send_intents" and "lease_token" not in granted else None


def _update(connection: Connection, cell: Cell) -> int:
    granted = _granted(connection, cell, "UPDATE")
    if not granted:
        return 0
    name = next((n for n in granted if n not in ("id", "organization_id")), granted[0])
    change = _cancelled(cell, granted) or sql.SQL("{0} = {0}").format(sql.Identifier(name))
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
