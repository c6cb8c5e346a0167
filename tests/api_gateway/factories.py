"""Rows for tests, made by functions that say what matters and fill in the rest. They write as the superuser."""

from itertools import count
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from tests.api_gateway.people import Someone, Tenant

Db = psycopg.Connection[dict[str, Any]]
_numbers = count(1)


def insert(db: Db, table: str, **columns: Any) -> UUID:
    """Insert one row and answer its id; dictionaries and lists of dictionaries become jsonb."""
    values = {name: Jsonb(value) if _is_json(value) else value for name, value in columns.items()}
    query = sql.SQL("insert into public.{} ({}) values ({}) returning id").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, values)),
        sql.SQL(", ").join(map(sql.Placeholder, values)),
    )
    row = db.execute(query, values).fetchone()
    assert row is not None
    created: UUID = row["id"]
    return created


def _is_json(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def make_someone(db: Db, email: str | None = None) -> Someone:
    user_id = uuid4()
    email = email or f"person{next(_numbers)}@example.com"
    db.execute("insert into auth.users (id, email) values (%s, %s)", [user_id, email])
    return Someone(user_id, email)


def add_member(db: Db, organization_id: UUID, someone: Someone, role: str, status: str = "active") -> UUID:
    return insert(db, "memberships", organization_id=organization_id, user_id=someone.user_id, role=role, status=status)


def make_tenant(db: Db, name: str = "Atelier Nord", **columns: Any) -> Tenant:
    """An organization with its settings, its five scenarios, and one person of each role."""
    organization_id = insert(db, "organizations", name=name, **columns)
    people = {role: make_someone(db) for role in ("owner", "admin", "member", "viewer")}
    for role, someone in people.items():
        add_member(db, organization_id, someone, role)
    return Tenant(organization_id, **people)


def make_icp(db: Db, tenant: Tenant, *, is_default: bool = True, **columns: Any) -> UUID:
    columns = {"industries": ["Logiciels"], "job_titles": ["Directeur commercial"], **columns}
    return insert(db, "icps", organization_id=tenant.id, is_default=is_default, **columns)


def scenario_id(db: Db, tenant: Tenant, key: str = "soft_follow_up") -> UUID:
    """One of the house's scenarios, which every organization starts with."""
    row = db.execute(
        "select id from public.scenarios where organization_id = %s and key = %s", [tenant.id, key]
    ).fetchone()
    assert row is not None
    found: UUID = row["id"]
    return found


def step_ids(db: Db, scenario: UUID) -> list[UUID]:
    """The steps of a scenario in their order."""
    rows = db.execute("select id from public.scenario_steps where scenario_id = %s order by position", [scenario])
    return [row["id"] for row in rows]


def make_mailbox(db: Db, tenant: Tenant, **columns: Any) -> UUID:
    address = columns.pop("address", f"sdr{next(_numbers)}@try-us.example")
    columns = {"provider": "instantly", **columns}
    return insert(db, "mailboxes", organization_id=tenant.id, address=address, address_norm=address.lower(), **columns)


def make_campaign(db: Db, tenant: Tenant, **columns: Any) -> UUID:
    columns = {"name": "SaaS en France", "scenario_id": scenario_id(db, tenant), **columns}
    return insert(db, "campaigns", organization_id=tenant.id, **columns)


def make_company(db: Db, tenant: Tenant, name: str | None = None, **columns: Any) -> UUID:
    name = name or f"Exemple {next(_numbers)}"
    domain = columns.pop("domain", f"exemple{next(_numbers)}.example")
    return insert(
        db, "companies", organization_id=tenant.id, name=name, name_norm=name.lower(), domain=domain,
        domain_norm=domain, **columns,
    )  # fmt: skip


def make_prospect(db: Db, tenant: Tenant, **columns: Any) -> UUID:
    email = columns.pop("email", f"jeanne.durand{next(_numbers)}@exemple.example")
    columns = {"first_name": "Jeanne", "last_name": "Durand", "title": "Directrice commerciale", **columns}
    return insert(
        db, "prospects", organization_id=tenant.id, email=email, email_norm=email and email.lower(), **columns
    )


def enroll(db: Db, tenant: Tenant, campaign: UUID, prospect: UUID, status: str = "found", **columns: Any) -> UUID:
    return insert(
        db,
        "enrollments",
        organization_id=tenant.id,
        campaign_id=campaign,
        prospect_id=prospect,
        status=status,
        **columns,
    )


def make_message(db: Db, tenant: Tenant, campaign: UUID, enrollment: UUID, prospect: UUID, **columns: Any) -> UUID:
    columns = {
        "kind": "email",
        "channel": "email",
        "status": "pending_review",
        "subject": "Votre équipe",
        "body": "Bonjour Jeanne, un mot sur votre équipe.",
        "source": "rules",
        **columns,
    }
    return insert(
        db, "messages", organization_id=tenant.id, campaign_id=campaign, enrollment_id=enrollment,
        prospect_id=prospect, **columns,
    )  # fmt: skip


def one(db: Db, query: str, *parameters: Any) -> dict[str, Any]:
    """The one row that `query` finds."""
    rows = db.execute(query, parameters).fetchall()
    assert len(rows) == 1, f"{len(rows)} rows"
    return rows[0]
