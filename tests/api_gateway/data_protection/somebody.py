"""One person about whom there is something in every place where something can be."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg

from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_company,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import Tenant
from tests.api_gateway.sends.scene import connect

FIRST, LAST = "Zéphyrine", "Quatrebarbes"
EMAIL = "zephyrine.quatrebarbes@exemple.example"
ALIAS = "z.quatrebarbes@perso.example"
PHONE, WRITTEN_PHONE = "+33698765432", "06 98 76 54 32"
HANDLE = "zephyrine-quatrebarbes-77"
PROFILE = f"linkedin.com/in/{HANDLE}"
ACCOUNT = "AC" + "0" * 32
# What must be found nowhere afterwards, in lower case.
NEEDLES = (EMAIL, ALIAS, "quatrebarbes", "zéphyrine", "z\\303\\251phyrine", PHONE, "0698765432", WRITTEN_PHONE, HANDLE)
SEARCHED = ("public", "private", "jobs", "realtime", "storage")
"""`auth` is left out: it holds the team's own accounts, and a prospect has none."""


@dataclass
class Somebody:
    """Their rows, by table."""

    tenant: Tenant
    campaign: UUID
    prospect: UUID
    rows: dict[str, UUID] = field(default_factory=dict)


def make_somebody(db: Db, **vendor_ids: Any) -> Somebody:
    """A row in every table that is about a person, and mentions of them in others. `vendor_ids` are vendors' own.

    Each row names them by the first name alone too, which no search for whole names would find.
    """
    tenant = make_tenant(db, locale="fr")
    org = {"organization_id": tenant.id}
    campaign = make_campaign(db, tenant, status="active")
    mailbox = make_mailbox(db, tenant)
    sms_mailbox = make_mailbox(db, tenant, provider="twilio", address="+33700000001")
    for service in ("instantly", "calcom", "calendly"):
        connect(db, tenant, service)
    connect(db, tenant, "twilio", account_sid=ACCOUNT)
    company = make_company(db, tenant, name=f"{LAST} Conseil", domain="quatrebarbes.example")
    prospect = make_prospect(
        db, tenant, email=EMAIL, first_name=FIRST, last_name=LAST, company_id=company, phone=WRITTEN_PHONE,
        phone_e164=PHONE, linkedin_url=f"https://www.{PROFILE}", linkedin_norm=PROFILE, headline=f"{FIRST}, conseil",
        about="À propos", custom_fields={"note": f"ami de {FIRST} {LAST}"}, recent_activity=[{"text": FIRST}],
    )  # fmt: skip
    somebody = Somebody(tenant, campaign, prospect, {"prospects": prospect, "companies": company})

    def add(table: str, **columns: Any) -> UUID:
        somebody.rows[table] = insert(db, table, **org, **columns)
        return somebody.rows[table]

    brought = add(
        "prospect_imports",
        file_name="salon.csv",
        problems=[{"line": 7, "column": "email", "reason": f"“{EMAIL}” twice"}],
    )
    run = add(
        "workflow_runs", workflow_name="scrape", campaign_id=campaign, container_id="c-77", message=f"found {EMAIL}"
    )
    source = {"prospect_id": prospect, "import_id": brought, "workflow_run_id": run, "container_id": "c-77"}
    add("prospect_sources", source="phantombuster", line_number=7, **source)
    tag = insert(db, "tags", **org, name="salon")
    add("prospect_tags", prospect_id=prospect, tag_id=tag)
    add("prospect_enrichments", prospect_id=prospect, source="anthropic", summary=f"{FIRST} dirige")
    enrollment = enroll(
        db, tenant, campaign, prospect, status="in_sequence", mailbox_id=mailbox,
        provider_lead_id=vendor_ids.get("lead", "lead-of-77-zq"), last_error=f"refused {EMAIL}", stop_reason=FIRST,
    )  # fmt: skip
    somebody.rows["enrollments"] = enrollment
    chain = {"enrollment_id": enrollment, "campaign_id": campaign, "prospect_id": prospect}
    add("qualifications", enrollment_id=enrollment, prospect_id=prospect, score=70, criteria={"budget": FIRST},
        decision="qualified", source="rules")  # fmt: skip
    steps = step_ids(db, scenario_id(db, tenant))
    message = make_message(
        db, tenant, campaign, enrollment, prospect, status="sent", step_id=steps[0], body=f"Bonjour {FIRST},",
        subject=f"{FIRST}, une idée", sent_at="2026-01-05T10:00:00Z",
        provider_message_id=vendor_ids.get("mail", "mail-77-zq"),
    )  # fmt: skip
    sms = make_message(
        db, tenant, campaign, enrollment, prospect, status="sent", kind="sms", channel="sms", body=f"Bonjour {FIRST}",
        sent_at="2026-01-06T10:00:00Z", provider_message_id=vendor_ids.get("sms", "SM" + "7" * 32),
    )  # fmt: skip
    planned = make_message(db, tenant, campaign, enrollment, prospect, status="approved", step_id=steps[1],
                           body=f"Encore moi, {FIRST}")  # fmt: skip
    somebody.rows |= {"messages": message, "planned": planned}
    add(
        "message_revisions", message_id=message, before_subject="", before_body=FIRST, after_subject="", after_body=LAST
    )
    sends = (
        (message, mailbox, "instantly", "sent"),
        (sms, sms_mailbox, "twilio", "sent"),
        (planned, mailbox, None, "planned"),
    )
    for number, (of, box, provider, status) in enumerate(sends):
        add(
            "send_intents", campaign_id=campaign, enrollment_id=enrollment, message_id=of, step_key=str(number),
            channel="sms" if provider == "twilio" else "email", mailbox_id=box, provider=provider, status=status,
            idempotency_key=f"sm-{uuid4()}", reason=f"refused: {FIRST} {EMAIL}",
            sending_at="2026-01-05" if provider else None,
        )  # fmt: skip
    add("send_decisions", enrollment_id=enrollment, prospect_id=prospect, message_id=message, outcome="send",
        reason="due", explanation=f"{FIRST} is due")  # fmt: skip
    add("message_events", message_id=message, campaign_id=campaign, kind="clicked", occurred_at="2026-01-05T11:00:00Z",
        details={"to": EMAIL, "name": FIRST})  # fmt: skip
    conversation = add("conversations", **chain, subject=f"Re: {FIRST}", provider_thread_id="thread-77-zq")
    endpoint = insert(
        db, "inbound_endpoints", **org, source="instantly", token_hash=uuid4().hex, sealed_secret="sealed"
    )
    body = f'{{"event_type":"reply_received","lead_email":"{EMAIL}","firstName":"Z\\u00e9phyrine","reply_text":"oui"}}'
    event = add(
        "inbound_events", source="instantly", endpoint_id=endpoint, event_type="reply_received", dedupe_key=uuid4().hex,
        meaning_key=uuid4().hex, raw_body=body.encode(), headers={"x-lead": EMAIL}, status="handled",
    )  # fmt: skip
    insert(
        db, "inbound_events", **org, source="twilio", event_type="message", dedupe_key=uuid4().hex,
        meaning_key=uuid4().hex, raw_body=b"From=%2B33698765432&Body=oui", headers={}, status="dead",
        error=f"of {PHONE}",
    )  # fmt: skip
    reply = add(
        "replies", conversation_id=conversation, **chain, inbound_event_id=event, from_address=ALIAS,
        subject="Re: idée",
        body_text=f"Oui. {FIRST} {LAST}. Bises, {FIRST}", body_html=f"<p>{EMAIL}</p>", body_stripped="Oui.",
        headers={"from": ALIAS},
        provider_message_id="reply-77-zq", received_at="2026-01-07T09:00:00Z", status="queued_for_review",
    )  # fmt: skip
    add("reply_decisions", reply_id=reply, intent="interested", confidence=0.9, action="review",
        action_taken="queued_for_review", decided_by="model", source="openai", reasons=[{"text": f"{FIRST} dit oui"}],
        draft={"body": f"Bonjour {FIRST}"})  # fmt: skip
    add("review_items", reply_id=reply, **chain, intent="interested", confidence=0.9, draft_body=f"Merci {FIRST}",
        reasons=[{"text": FIRST}], edit_diff=f"-{LAST}")  # fmt: skip
    add("meetings", **chain, provider="calcom", booking_uid=vendor_ids.get("booking", "booking-77-zq"),
        title=f"Intro {FIRST} {LAST}", start_at="2036-01-08T09:00:00Z", end_at="2036-01-08T09:30:00Z",
        attendee_email=EMAIL, attendee_name=FIRST, attendees=[{"email": EMAIL}],
        last_event_at="2026-01-07T10:00:00Z")  # fmt: skip
    report = insert(db, "retention_reports", **org, retention_months=36, acts_at="2030-01-01", people_count=1)
    add("retention_items", report_id=report, prospect_id=prospect, last_contact_at="2026-01-07", counted_from="contact",
        status="held", hold_reason=f"cliente: {FIRST}")  # fmt: skip
    add("alerts", kind="send_in_doubt", title=f"Réponse de {FIRST} {LAST}", detail=f"écrire à {FIRST}, {EMAIL}",
        dedupe_key=f"reply:{EMAIL}", entity="replies", entity_id=reply)  # fmt: skip
    add("suppressions", kind="phone", value_norm=PHONE, reason="manual", note=f"demandé par {FIRST}")
    db.execute(
        "update public.enrollment_events set reason = %s where prospect_id = %s", [f"écrit par {FIRST}", prospect]
    )
    _mention_elsewhere(db, somebody, mailbox)
    return somebody


def _mention_elsewhere(db: Db, somebody: Somebody, mailbox: UUID) -> None:
    """In rows that are somebody else's, or nobody's."""
    tenant = somebody.tenant
    other = make_prospect(db, tenant, about=f"Recommandé par {FIRST} {LAST} ({EMAIL})")
    enrollment = enroll(db, tenant, somebody.campaign, other, status="in_sequence")
    text = f"{LAST.upper()}  {FIRST} m’a parlé de vous : {WRITTEN_PHONE}, www.{PROFILE}"
    message = make_message(db, tenant, somebody.campaign, enrollment, other, body=text)
    somebody.rows |= {"other": other, "other message": message}
    db.execute(
        """
        insert into private.workflow_errors (workflow_id, workflow_name, message, attempts) values ('w', 'send', %s, 1)
        """,
        [f"no answer for {EMAIL}"],
    )
    # A change that the log remembers, with what was before.
    db.execute("update public.review_items set draft_body = %s where id = %s",
               [f"Chère {FIRST}", somebody.rows["review_items"]])  # fmt: skip
    db.execute(
        "update public.campaigns set pause_reason = %s where id = %s", [f"plainte de {EMAIL}", somebody.campaign]
    )
    db.execute("update public.mailboxes set health_reason = 'ok' where id = %s", [mailbox])


def where_found(db: psycopg.Connection[dict[str, Any]]) -> list[str]:
    """Every `schema.table.column` of the whole database in which something of the person's stands."""
    columns = db.execute(
        """
        select n.nspname, c.relname, a.attname, a.atttypid = 'bytea'::regtype as is_bytes
        from pg_attribute a
        join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm')
        join pg_namespace n on n.oid = c.relnamespace and n.nspname = any (%s)
        join pg_type t on t.oid = a.atttypid
        where a.attnum > 0 and not a.attisdropped
          and (t.typcategory in ('S', 'A', 'U', 'E', 'X') or t.typname in ('json', 'jsonb', 'bytea', 'inet', 'name'))
        order by 1, 2, 3
        """,
        [list(SEARCHED)],
    ).fetchall()
    assert len(columns) > 300, "the catalogue was not read"
    found = []
    for column in columns:
        text = f"encode(\"{column['attname']}\", 'escape')" if column["is_bytes"] else f'"{column["attname"]}"::text'
        hits = db.execute(
            f'select count(*) as n from "{column["nspname"]}"."{column["relname"]}" '
            f"where exists (select from unnest(%s::text[]) needle where position(needle in lower({text})) > 0)",
            [list(NEEDLES)],
        ).fetchone()
        if hits and hits["n"]:
            found.append(f"{column['nspname']}.{column['relname']}.{column['attname']}: {hits['n']}")
    return found
