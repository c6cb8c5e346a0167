"""Vendors that deliver events to the gateway, and a worker that does the jobs they cause."""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID, uuid4

import httpx2

from api_gateway import jobs
from api_gateway.resources import Resources
from api_gateway.webhooks import tasks
from api_gateway.webhooks.inbox import hash_of
from api_gateway.webhooks.sealed import seal
from kit.sealing import Keyring
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_mailbox,
    make_message,
    make_prospect,
    make_tenant,
    scenario_id,
    step_ids,
)
from tests.api_gateway.people import TEST_SETTINGS, Tenant

assert tasks.handle_event  # the worker knows the inbox's tasks only once they are imported

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PROVIDER_CAMPAIGN = "5f0c1d5e-0000-4000-8000-000000000001"


@dataclass
class Vendor:
    """One way in, and deliveries through it."""

    client: httpx2.AsyncClient
    source: str
    endpoint_id: UUID
    token: str
    secret: str

    async def deliver(
        self, payload: Any, *, raw: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx2.Response:
        """POST an event as the vendor signs it; `headers` replace."""
        if raw is None:
            raw = (urlencode(payload) if self.source == "twilio" else json.dumps(payload)).encode()
        return await self.client.post(self.path, content=raw, headers={**self.signature(raw), **(headers or {})})

    @property
    def path(self) -> str:
        return f"/webhooks/{self.source}/{self.token}"

    def signature(self, body: bytes) -> dict[str, str]:
        match self.source:
            case "calcom":
                return {"X-Cal-Signature-256": hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()}
            case "calendly":
                stamp = str(int(time.time()))
                signed = hmac.new(self.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
                return {"Calendly-Webhook-Signature": f"t={stamp},v1={signed}"}
            case "resend":
                # The same event in every attempt has the same id.
                known, stamp = "msg_" + hashlib.sha256(body).hexdigest()[:20], str(int(time.time()))
                key = base64.b64decode(self.secret.removeprefix("whsec_"))
                digest = hmac.new(key, f"{known}.{stamp}.".encode() + body, hashlib.sha256).digest()
                signature = f"v1,{base64.b64encode(digest).decode()}"
                return {"svix-id": known, "svix-timestamp": stamp, "svix-signature": signature}
            case "twilio":
                text = "".join(name + value for name, value in sorted(parse_qsl(body.decode(), keep_blank_values=True)))
                url = f"{TEST_SETTINGS['public_url']}{self.path}{text}"
                digest = hmac.new(self.secret.encode(), url.encode(), hashlib.sha1).digest()
                form = {"content-type": "application/x-www-form-urlencoded"}
                return {"X-Twilio-Signature": base64.b64encode(digest).decode(), **form}
            case _:
                return {"X-Webhook-Secret": self.secret}


def open_way_in(
    db: Db, tenant: Tenant, client: httpx2.AsyncClient, source: str, secret: str = "s3cret-of-tests"
) -> Vendor:
    """An endpoint of `tenant` as registration leaves it."""
    endpoint_id, token = uuid4(), uuid4().hex
    keyring = Keyring.parse(TEST_SETTINGS["credentials_keys"])
    insert(
        db, "inbound_endpoints", id=endpoint_id, organization_id=tenant.id, source=source, token_hash=hash_of(token),
        sealed_secret=seal(keyring, tenant.id, endpoint_id, secret), vendor_webhook_id="wh-1",
    )  # fmt: skip
    return Vendor(client, source, endpoint_id, token, secret)


async def work_off(resources: Resources) -> None:
    """Do every job that is due, as a worker does; retries that wait are brought forward."""
    async with jobs.working(resources.settings.database_url.get_secret_value(), most_connections=3) as app:
        for _ in range(20):
            await app.run_worker_async(
                wait=False,
                concurrency=4,
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="successful",
                additional_context={"resources": resources},
            )
            async with app.connector.pool.connection() as connection:  # type: ignore[attr-defined]
                hurried = await connection.execute(
                    "update procrastinate_jobs set scheduled_at = now() where status = 'todo' and scheduled_at > now()"
                )
            if not hurried.rowcount:
                break
    await resources.settle()


@dataclass
class Sequence:
    """Somebody in an active campaign who was sent the first two messages; `message` is the first."""

    db: Db
    tenant: Tenant
    campaign: UUID
    mailbox: UUID
    prospect: UUID
    enrollment: UUID
    message: UUID
    email: str

    def event(self, event_type: str, minutes: float = 0, **more: Any) -> dict[str, Any]:
        """An event of Instantly about this person, `minutes` after the message."""
        return {
            "timestamp": (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z"),
            "event_type": event_type,
            "workspace": "11111111-0000-4000-8000-000000000000",
            "campaign_id": PROVIDER_CAMPAIGN + self.email[:4],
            "lead_email": self.email,
            "email_account": "sdr@try-us.example",
            "step": 1,
            "variant": 1,
            "email_id": f"mail-1-{self.email}",
            **more,
        }

    def reply(self, text: str, minutes: float = 10, number: int = 1, **more: Any) -> dict[str, Any]:
        """A reply of this person."""
        more = {"email_id": f"reply-{number}-{self.email}", "reply_subject": "Re: Votre équipe", **more}
        return self.event("reply_received", minutes, reply_text=text, **more)

    def row(self, table: str, **where: Any) -> dict[str, Any]:
        rows = self.rows(table, **where)
        assert len(rows) == 1, f"{len(rows)} rows in {table}"
        return rows[0]

    def rows(self, table: str, **where: Any) -> list[dict[str, Any]]:
        wanted = " and ".join(f"{name} = %({name})s" for name in where) or "true"
        query = f"select * from public.{table} where organization_id = %(org)s and {wanted} order by created_at"
        return self.db.execute(query, {"org": self.tenant.id, **where}).fetchall()

    @property
    def status(self) -> str:
        return str(self.row("enrollments", id=self.enrollment)["status"])


def make_sequence(db: Db, tenant: Tenant | None = None, **campaign: Any) -> Sequence:
    """An organization with one person in sequence."""
    tenant = tenant or make_tenant(db)
    campaign_id = make_campaign(
        db, tenant, **{"status": "active", "booking_url": "https://cal.example/lea/intro", **campaign}
    )
    mailbox = make_mailbox(db, tenant)
    email = f"{uuid4().hex[:12]}@exemple.example"
    prospect = make_prospect(db, tenant, email=email)
    insert(
        db, "campaign_mailboxes", organization_id=tenant.id, campaign_id=campaign_id, mailbox_id=mailbox,
        provider_campaign_id=PROVIDER_CAMPAIGN + email[:4],
    )  # fmt: skip
    enrollment = enroll(
        db, tenant, campaign_id, prospect, status="in_sequence", mailbox_id=mailbox, step_position=1,
        next_step_due_at=START + timedelta(days=3), provider_lead_id="lead-1",
    )  # fmt: skip
    steps = step_ids(db, scenario_id(db, tenant))
    sent: dict[str, Any] = {"status": "sent", "mailbox_id": mailbox}
    whose = (db, tenant, campaign_id, enrollment, prospect)
    message = make_message(*whose, step_id=steps[0], sent_at=START, **sent)
    make_message(*whose, step_id=steps[1], sent_at=START + timedelta(days=3), **sent)
    return Sequence(db, tenant, campaign_id, mailbox, prospect, enrollment, message, email)


def booking(trigger: str, uid: str, email: str, minutes: float, **payload: Any) -> dict[str, Any]:
    """An event of Cal.com."""
    return {
        "triggerEvent": trigger,
        "createdAt": (START + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z"),
        "payload": {
            "uid": uid,
            "title": "Intro",
            "startTime": "2026-11-12T10:00:00Z",
            "endTime": "2026-11-12T10:30:00Z",
            "organizer": {"email": "lea@atelier.example", "timeZone": "Europe/Paris"},
            "attendees": [{"email": email, "name": "Jeanne Durand", "timeZone": "Europe/Paris"}],
            "metadata": {"videoCallUrl": "https://video.example/1"},
            **payload,
        },
    }
