"""What exists behind Instantly's API: campaigns, leads, mails, webhooks, and the delivery of events to the webhooks."""

import asyncio
import html
import json
import re
import time
import uuid
from collections import defaultdict
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from sandbox.standins.ledger import Entry, digest, timestamp
from sandbox.standins.standin import ConfigurationError, Options, Record, Standin

DEFAULT_ACCOUNTS = (
    "lea.martin@try-sales-machine.example",
    "hugo.bernard@try-sales-machine.example",
    "ines.moreau@get-sales-machine.example",
)
RETRY_DELAYS_S = (2.0, 8.0, 20.0)
MAX_PARALLEL_DELIVERIES = 20
_workspace: ContextVar[str] = ContextVar("workspace", default="")
_TAG = re.compile(r"<[^>]+>")
_BREAK = re.compile(r"<br\s*/?>|</p>|</div>", re.IGNORECASE)


def stable_id(*parts: str) -> str:
    """An id that is the same for the same happening, before and after a restart."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "|".join(parts)))


def as_text(markup: str) -> str:
    """The words of an HTML body."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", markup))).strip()


def owner(row: Record) -> str:
    """The workspace that a row belongs to; the vendor's schemas call it by two names."""
    return str(row.get("organization") or row.get("organization_id"))


class World(Standin):
    """Tables and their effects. `Story` adds what prospects do, `Instantly` the routes."""

    vendor = "instantly"
    settings: ClassVar[frozenset[str]] = frozenset(
        {"accounts", "liveliness", "booking_bases", "retry_delays_s", "duplicate_share", "limits"}
    )

    def __init__(self, ledger_path: Path, options: Options) -> None:
        super().__init__(ledger_path, options)
        self.accounts: list[str] = list(DEFAULT_ACCOUNTS)
        self.liveliness = 1.0
        self.booking_bases: list[str] = []
        self.duplicate_share = 0.0
        self.retry_delays_s: tuple[float, ...] | None = None
        self.limits = {"second": 100, "minute": 6000, "emails": 20}
        self._slots = asyncio.Semaphore(MAX_PARALLEL_DELIVERIES)
        self.mails_of: dict[str, list[str]] = defaultdict(list)
        self.threads: dict[str, list[str]] = defaultdict(list)

    @property
    def workspace(self) -> str:
        """The id of the workspace whose key the current call carries."""
        return _workspace.get()

    def enter(self, key: str) -> None:
        """Let the current call work in the workspace of its key: what stands before a colon names it, else the key."""
        _workspace.set(stable_id("workspace", str(self.seed), key.rpartition(":")[0] or key))

    def here(self, table: str) -> list[Record]:
        """The rows of a table that belong to the current workspace and that nobody deleted."""
        rows = self.tables[table].values()
        return [row for row in rows if owner(row) == self.workspace and not row.get("_deleted")]

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings. `limits` has the keys second, minute and emails (calls per minute)."""
        super().configure(values)
        if not set(values.get("limits", {})) <= set(self.limits):
            raise ConfigurationError(f"limits are {sorted(self.limits)}")
        self.limits |= values.get("limits", {})
        self.accounts = [str(account) for account in values.get("accounts", self.accounts)]
        self.booking_bases = [str(base) for base in values.get("booking_bases", self.booking_bases)]
        self.liveliness = float(values.get("liveliness", self.liveliness))
        self.duplicate_share = float(values.get("duplicate_share", self.duplicate_share))
        if "retry_delays_s" in values:
            self.retry_delays_s = tuple(float(delay) for delay in values["retry_delays_s"])

    def fold(self, entry: Entry) -> None:
        """Fold an effect, keeping the mails findable by lead and by thread."""
        new = entry.get("table") == "emails" and entry["record"]["id"] not in self.tables["emails"]
        super().fold(entry)
        if new:
            self.mails_of[entry["record"]["lead_id"]].append(entry["record"]["id"])
            self.threads[entry["record"]["thread_id"]].append(entry["record"]["id"])

    def forget(self) -> None:
        """Drop the indexes with the tables."""
        self.mails_of.clear()
        self.threads.clear()

    # Mails.

    def send_first_mail(self, lead: Record) -> Record | None:
        """Send the campaign's first step to a lead, if the campaign may send and the lead has had nothing yet."""
        campaign = self.tables["campaigns"].get(str(lead["campaign"]))
        if campaign is None or campaign["status"] != 1 or lead["status"] != 1 or not campaign["email_list"]:
            return None
        if self.mails_of[lead["id"]]:
            return None
        steps = (campaign.get("sequences") or [{}])[0].get("steps") or [{}]
        variants = [one for one in steps[0].get("variants", []) if not one.get("v_disabled")] or [{}]
        choice = int(digest(lead["email"], campaign["id"], length=8), 16)
        variant = variants[choice % len(variants)]
        subject = self._rendered(str(variant.get("subject", "")), lead)
        body = self._rendered(str(variant.get("body", "")), lead)
        account = campaign["email_list"][choice % len(campaign["email_list"])]
        return self.store_sent(
            lead, account=account, subject=subject, body={"html": body, "text": as_text(body)}, ue_type=1, step=1
        )

    def store_sent(
        self, lead: Record, *, account: str, subject: str, body: Record, ue_type: int, step: int, thread: str = ""
    ) -> Record:
        """Put one outgoing mail on the wire: the effect that the tests count."""
        message = digest(subject, as_text(str(body.get("html") or body.get("text") or "")))
        record = self._mail(
            lead, account=account, subject=subject, body=body, ue_type=ue_type, step=step, thread=thread
        )
        key = f"{lead['campaign']}|{lead['email']}|{message}"
        self.effect("email_sent", key, "emails", record, message=message, step=step, lead_email=lead["email"])
        return record

    def store_received(
        self, answered: Record, received_id: str, *, subject: str, body: Record, auto: bool, kind: str
    ) -> Record:
        """Put a prospect's answer into the mailbox of the account that wrote."""
        lead = self.tables["leads"][answered["lead_id"]]
        record = self._mail(
            lead,
            account=answered["eaccount"],
            subject=subject,
            body=body,
            ue_type=2,
            step=answered["_step"],
            thread=answered["thread_id"],
        )
        record |= {
            "id": received_id,
            "is_auto_reply": int(auto),
            "is_unread": 1,
            "_kind": kind,
            "_answers": answered["id"],
        }
        record |= {"from_address_email": lead["email"], "to_address_email_list": answered["eaccount"]}
        self.effect("email_received", f"{lead['email']}|{received_id}", "emails", record, lead_email=lead["email"])
        return record

    def thread_of(self, mail: Record) -> list[Record]:
        """All mails of one conversation, oldest first."""
        return [self.tables["emails"][one] for one in self.threads[mail["thread_id"]]]

    def _mail(
        self, lead: Record, *, account: str, subject: str, body: Record, ue_type: int, step: int, thread: str
    ) -> Record:
        mail_id = str(uuid.uuid4())
        now = timestamp()
        return {
            "id": mail_id,
            "timestamp_created": now,
            "timestamp_email": now,
            "message_id": f"<{mail_id}@{account.partition('@')[2]}>",
            "subject": subject,
            "from_address_email": account,
            "to_address_email_list": lead["email"],
            "body": body,
            "content_preview": as_text(str(body.get("text") or body.get("html") or ""))[:100],
            "organization_id": owner(lead),
            "eaccount": account,
            "campaign_id": lead["campaign"],
            "lead": lead["email"],
            "lead_id": lead["id"],
            "ue_type": ue_type,
            "thread_id": thread or str(uuid.uuid4()),
            "is_unread": 0,
            "is_auto_reply": 0,
            "i_status": None,
            "ai_interest_value": None,
            "_step": step,
        }

    def _rendered(self, template: str, lead: Record) -> str:
        values: dict[str, Any] = {
            "firstName": lead.get("first_name"),
            "lastName": lead.get("last_name"),
            "companyName": lead.get("company_name"),
            "jobTitle": lead.get("job_title"),
            "email": lead["email"],
            "personalization": lead.get("personalization"),
            "phone": lead.get("phone"),
            "website": lead.get("website"),
        } | (lead.get("payload") or {})
        return re.sub(r"\{\{\s*([\w.-]+)\s*\}\}", lambda found: str(values.get(found[1]) or ""), template)

    # Events.

    def happen(self, name: str, key: str, mail: Record, **payload: Any) -> None:
        """Something happened to a mail: write it down once and tell every webhook that asked."""
        if key in self.tables["happenings"]:
            return
        record = {"id": key, "event_type": name, "payload": self._payload(name, mail) | payload, "at": time.time()}
        self.effect(f"event_{name}", key, "happenings", record, lead_email=mail["lead"])
        self._announce(record)

    def announce_missed(self) -> None:
        """Tell the webhooks what a kill kept from being told."""
        for record in list(self.tables["happenings"].values()):
            self._announce(record)
        for event in list(self.tables["events"].values()):
            if event["will_retry"] and not event["success"]:
                self.spawn(self._deliver(event["id"]))

    def _payload(self, name: str, mail: Record) -> Record:
        lead = self.tables["leads"].get(mail["lead_id"], {})
        campaign = self.tables["campaigns"].get(str(mail["campaign_id"]), {})
        known = {key: value for key, value in (lead.get("payload") or {}).items() if len(str(value)) <= 200}
        return known | {
            "timestamp": timestamp(),
            "event_type": name,
            "workspace": mail["organization_id"],
            "campaign_id": mail["campaign_id"],
            "campaign_name": campaign.get("name"),
            "lead_email": mail["lead"],
            "email_account": mail["eaccount"],
            "unibox_url": f"https://app.instantly.ai/app/unibox?thread_search={mail['thread_id']}",
            "step": mail["_step"],
            "variant": 1,
            "is_first": mail["_step"] == 1,
            "email_id": mail["id"],
            "firstName": lead.get("first_name"),
            "lastName": lead.get("last_name"),
            "companyName": lead.get("company_name"),
        }

    def _announce(self, happening: Record) -> None:
        wanted = {
            "auto_reply_received": {"all_events"},
            "link_clicked": {"all_events", "email_link_clicked"},
        }.get(happening["event_type"], {"all_events", happening["event_type"]})
        for webhook in list(self.tables["webhooks"].values()):
            event_id = stable_id(happening["id"], webhook["id"])
            campaign = webhook["campaign"]
            if (
                event_id in self.tables["events"]
                or webhook.get("_deleted")
                or owner(webhook) != happening["payload"].get("workspace")
                or webhook["_since"] > happening["at"]
                or webhook["event_type"] not in wanted
                or (campaign is not None and campaign != happening["payload"]["campaign_id"])
            ):
                continue
            disabled = webhook["status"] == -1
            now = datetime.now(UTC)
            event = {
                "id": event_id,
                "timestamp_created": timestamp(now),
                "timestamp_created_date": now.date().isoformat(),
                "organization_id": owner(webhook),
                "webhook_url": webhook["target_hook_url"],
                "payload": happening["payload"],
                "lead_email": happening["payload"]["lead_email"],
                "success": False,
                "retry_count": 0,
                "will_retry": not disabled,
                "status_code": None,
                "error_message": "webhook is disabled" if disabled else None,
                "response_time_ms": None,
                "timestamp_next_retry": None,
                "retry_group_id": event_id,
                "retry_successful": None,
                "_webhook": webhook["id"],
            }
            self.effect("webhook_event", event_id, "events", event, event_type=happening["event_type"])
            if not disabled:
                self.spawn(self._deliver(event_id))

    async def _deliver(self, event_id: str) -> None:
        delays = self.retry_delays_s
        if delays is None:
            delays = tuple(delay * min(1.0, self.day_seconds / 10) for delay in RETRY_DELAYS_S)
        while True:
            event = self.tables["events"][event_id]
            webhook = self.tables["webhooks"].get(event["_webhook"])
            if webhook is None or webhook.get("_deleted"):
                return
            started = time.monotonic()
            body = json.dumps(event["payload"], ensure_ascii=False).encode()
            async with self._slots:
                status = await self.post(webhook["target_hook_url"], body, webhook["headers"])
                if int(digest(event_id, length=8), 16) / 0xFFFFFFFF < self.duplicate_share:
                    await self.post(webhook["target_hook_url"], body, webhook["headers"])
            success = status is not None and 200 <= status < 300
            retries: int = event["retry_count"]
            last = success or retries >= len(delays)
            event = event | {
                "success": success,
                "status_code": status,
                "response_time_ms": round((time.monotonic() - started) * 1000),
                "error_message": None if success else f"answered {status}",
                "retry_count": retries + (not last),
                "will_retry": not last,
                "retry_successful": success if retries else None,
            }
            self.effect("webhook_attempted", event_id, "events", event, status=status)
            if success:
                return
            if last:
                # What the vendor is said to do with a webhook that keeps failing: it is off until someone resumes it.
                webhook = self.tables["webhooks"].get(event["_webhook"], webhook)
                if webhook["status"] != -1:
                    self.effect("webhook_disabled", webhook["id"], "webhooks", webhook | {"status": -1})
                return
            await asyncio.sleep(delays[retries])
