"""What the walls of every table must be, and one row for each side of them.

A table that is missing here fails the run: nobody has to remember to test a new one.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from psycopg.types.json import Jsonb

Role = Literal["viewer", "member", "admin", "owner"]
RANK: dict[str, int] = {"viewer": 1, "member": 2, "admin": 3, "owner": 4}

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NAMESPACE = uuid.UUID("6f3f6b0e-6a5d-4d0c-9d5c-0f6f6f6f6f6f")


@dataclass(frozen=True, slots=True)
class Wall:
    """The least role for each command (None: nobody) and the commands of the workflow role, by initial."""

    select: Role | None
    insert: Role | None = None
    update: Role | None = None
    delete: Role | None = None
    workflow: str = ""


WALLS: dict[str, Wall] = {
    "organizations": Wall("viewer", None, "admin", "owner", "su"),
    "memberships": Wall("viewer", None, "admin", "admin", "s"),
    "invitations": Wall("admin", "admin", "admin", "admin"),
    "audit_log": Wall("admin"),
    "api_credentials": Wall("viewer", "admin", "admin", "admin", "su"),
    "icps": Wall("viewer", "member", "member", "admin", "s"),
    "sending_settings": Wall("viewer", "admin", "admin", None, "s"),
    "agent_settings": Wall("viewer", "admin", "admin", None, "s"),
    "sending_domains": Wall("viewer", "admin", "admin", "admin", "su"),
    "companies": Wall("viewer", "member", "member", "admin", "siu"),
    "prospects": Wall("viewer", "member", "member", "member", "siu"),
    "prospect_enrichments": Wall("viewer", workflow="si"),
    "prospect_imports": Wall("viewer", "member", "member"),
    "prospect_sources": Wall("viewer", "member", workflow="si"),
    "tags": Wall("viewer", "member", "member", "member"),
    "prospect_tags": Wall("viewer", "member", None, "member"),
    "scenarios": Wall("viewer", "member", "member", "admin", "s"),
    "scenario_steps": Wall("viewer", "member", "member", "member", "s"),
    "variant_decisions": Wall("viewer", workflow="si"),
    "mailboxes": Wall("viewer", "admin", "admin", "admin", "siu"),
    "mailbox_days": Wall("viewer", workflow="siu"),
    "campaigns": Wall("viewer", "member", "member", "admin", "su"),
    "campaign_mailboxes": Wall("viewer", "member", "member", "member", "siu"),
    "campaign_progress": Wall("viewer", "member", "member", None, "siu"),
    "enrollments": Wall("viewer", "member", "member", "admin", "siu"),
    "enrollment_events": Wall("viewer", workflow="s"),
    "qualifications": Wall("viewer", workflow="si"),
    "suppressions": Wall("viewer", "member", None, "admin", "si"),
    "messages": Wall("viewer", "member", "member", None, "siu"),
    "message_revisions": Wall("viewer", "member"),
    "send_intents": Wall("viewer", "member", "member", None, "siu"),
    "send_decisions": Wall("viewer", workflow="siu"),
    "message_events": Wall("viewer", workflow="si"),
    "conversations": Wall("viewer", workflow="siu"),
    "replies": Wall("viewer", workflow="siu"),
    "reply_decisions": Wall("viewer", "member", workflow="si"),
    "review_items": Wall("viewer", None, "member", None, "siu"),
    "meetings": Wall("viewer", None, "member", None, "siu"),
    "inbound_endpoints": Wall("admin", workflow="siu"),
    "inbound_events": Wall("admin", workflow="siu"),
    "workflow_runs": Wall("viewer", "member", None, None, "siu"),
    "alerts": Wall("viewer", None, "member", None, "siu"),
    "data_exports": Wall("admin", "admin", workflow="su"),
    "erasures": Wall("admin", "admin", workflow="siu"),
    "erasure_vendors": Wall("admin", workflow="siu"),
    "retention_settings": Wall("viewer", "admin", "admin", None, "s"),
    "retention_reports": Wall("admin", None, "admin", None, "siu"),
    "retention_items": Wall("admin", None, "admin", None, "siu"),
}

# Rows of a person, not of an organization; they have tests of their own.
PERSONAL = {"profiles", "notifications"}


def row_id(organization: str, thing: str) -> uuid.UUID:
    """The id of the one row of `thing` in organization "a" or "b"; a third name gives a row that is not there yet."""
    return uuid.uuid5(NAMESPACE, f"{organization}/{thing}")


def rows(organization: str, fresh: str = "") -> dict[str, dict[str, Any]]:
    """One row for every table, parents first. With `fresh`, the rows' own ids and unique values are new ones."""

    def own(table: str) -> uuid.UUID:
        return row_id(organization, table + fresh)

    def of(table: str) -> uuid.UUID:
        return row_id(organization, table)

    org = {"organization_id": of("organizations")}
    tag = f"{organization}{fresh}"
    chain = {"enrollment_id": of("enrollments"), "campaign_id": of("campaigns"), "prospect_id": of("prospects")}
    person = row_id(organization, "user:owner")
    # A fresh row that hangs on a parent with a unique key hangs on a second parent, made for that.
    second = row_id(organization, "prospects-second")
    table_rows: dict[str, dict[str, Any]] = {
        "organizations": {"id": own("organizations"), "name": f"Organization {tag}"},
        "memberships": {"user_id": row_id(organization, "user:spare"), "role": "viewer"},
        "invitations": {
            "email": f"{tag}@x.example",
            "email_norm": f"{tag}@x.example",
            "role": "member",
            "token_hash": tag,
            "expires_at": NOW,
        },
        "audit_log": {"actor": "system", "action": "insert", "entity": "test"},
        "api_credentials": {
            "service_name": "resend" if fresh else "instantly",
            "sealed_key": "sealed",
            "key_version": 1,
            "key_last4": "abcd",
            "key_fingerprint": "f",
        },
        "icps": {"name": tag},
        "sending_settings": {},
        "agent_settings": {},
        "sending_domains": {"domain": f"{tag}.example", "domain_norm": f"{tag}.example"},
        "companies": {"name": tag, "name_norm": tag},
        "prospects": {"first_name": tag, "email": f"{tag}@p.example", "email_norm": f"{tag}@p.example"},
        "prospect_enrichments": {"prospect_id": of("prospects"), "source": "rules"},
        "prospect_imports": {"file_name": "x.csv"},
        "prospect_sources": {"prospect_id": of("prospects"), "source": "csv"},
        "tags": {"name": tag},
        "prospect_tags": {"prospect_id": second if fresh else of("prospects"), "tag_id": of("tags")},
        "scenarios": {"name": tag},
        "scenario_steps": {
            "scenario_id": of("scenarios"),
            "position": 2 if fresh else 1,
            "delay_days": 1,
            "channel": "email",
            "kind": "email",
            "objective": "x",
        },
        "variant_decisions": {
            "step_id": of("scenario_steps"),
            "since": NOW + timedelta(bool(fresh)),
            "winner": "A",
            "measure": "replied",
            "minimum_sample": 100,
            "figures": Jsonb({}),
            "explanation": "x",
        },
        "mailboxes": {"provider": "instantly", "address": f"{tag}@m.example", "address_norm": f"{tag}@m.example"},
        "mailbox_days": {"mailbox_id": of("mailboxes"), "day": (NOW + timedelta(days=bool(fresh))).date()},
        "campaigns": {"name": tag},
        "campaign_mailboxes": {"campaign_id": of("campaigns"), "mailbox_id": of("mailboxes")},
        "campaign_progress": {"campaign_id": of("campaigns")},
        "enrollments": {"campaign_id": of("campaigns"), "prospect_id": second if fresh else of("prospects")},
        "enrollment_events": {**chain, "to_status": "found", "actor": "system"},
        "qualifications": {
            "enrollment_id": of("enrollments"),
            "prospect_id": of("prospects"),
            "score": 70,
            "criteria": Jsonb({}),
            "decision": "qualified",
            "source": "rules",
        },
        "suppressions": {"kind": "email", "value_norm": f"{tag}@s.example", "reason": "manual"},
        "messages": {**chain, "kind": "email", "channel": "email", "body": "x", "source": "rules"},
        "message_revisions": {
            "message_id": of("messages"),
            "before_subject": "",
            "before_body": "",
            "after_subject": "",
            "after_body": "",
        },
        "send_intents": {
            "campaign_id": of("campaigns"),
            "enrollment_id": of("enrollments"),
            "message_id": of("messages"),
            "step_key": tag,
            "channel": "email",
            "idempotency_key": tag,
        },
        "send_decisions": {
            "enrollment_id": of("enrollments"),
            "prospect_id": of("prospects"),
            "outcome": "send",
            "reason": "ok",
        },
        "message_events": {
            "message_id": of("messages"),
            "campaign_id": of("campaigns"),
            "kind": "opened",
            "occurred_at": NOW + timedelta(bool(fresh)),
        },
        "conversations": {**chain, "channel": "sms" if fresh else "email"},
        "replies": {**chain, "conversation_id": of("conversations"), "provider_message_id": tag, "received_at": NOW},
        "reply_decisions": {
            "reply_id": of("replies"),
            "intent": "other",
            "confidence": 0.5,
            "action": "human_review",
            "action_taken": "queued_for_review",
            "decided_by": "rules",
        },
        "review_items": {**chain, "reply_id": of("replies"), "intent": "other", "confidence": 0.5},
        "meetings": {"booking_uid": tag, "start_at": NOW, "end_at": NOW, "last_event_at": NOW},
        "inbound_endpoints": {"source": "instantly", "token_hash": tag, "sealed_secret": "sealed"},
        "inbound_events": {"source": "instantly", "dedupe_key": tag, "meaning_key": tag, "raw_body": b"{}"},
        "workflow_runs": {"workflow_name": tag},
        "alerts": {"kind": "event_dead", "title": "x", "dedupe_key": tag},
        "data_exports": {"prospect_id": of("prospects")},
        "erasures": {"prospect_id": second if fresh else of("prospects")},
        "erasure_vendors": {"erasure_id": of("erasures"), "vendor": "resend" if fresh else "instantly"},
        "retention_settings": {},
        "retention_reports": {"retention_months": 36, "acts_at": NOW},
        "retention_items": {
            "report_id": of("retention_reports"),
            "prospect_id": second if fresh else of("prospects"),
            "last_contact_at": NOW,
            "counted_from": "contact",
        },
        "profiles": {},
        "notifications": {"user_id": person, "alert_id": of("alerts")},
    }
    return {
        table: ({} if table == "organizations" else {"id": own(table), **org}) | values
        for table, values in table_rows.items()
        if table != "profiles"
    }
