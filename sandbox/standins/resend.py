"""Resend: mails with idempotency keys, two calls a second, and webhooks signed the Svix way."""

import base64
import hashlib
import hmac
import json
import time
import uuid
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any, ClassVar

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.ledger import digest, timestamp
from sandbox.standins.standin import ConfigurationError, Handler, Options, Record, Standin, json_object, public
from sandbox.story import outcomes, writing

RETRY_DELAYS_S = (5.0, 30.0, 120.0)
IDEMPOTENCY_SECONDS = 24 * 3600
_NAMES = {
    400: "validation_error",
    401: "missing_api_key",
    403: "invalid_api_key",
    404: "not_found",
    409: "invalid_idempotent_request",
    422: "validation_error",
    429: "rate_limit_exceeded",
}


def svix_signature(secret: str, message_id: str, stamp: str, body: bytes) -> str:
    """`svix-signature`: v1 and the base64 HMAC-SHA256 over id, timestamp and raw body, keyed by the decoded secret."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{stamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Resend(Standin):
    """The stand-in as a whole; its recipients live the same story as Instantly's."""

    vendor = "resend"
    settings: ClassVar[frozenset[str]] = frozenset(
        {"webhook_url", "webhook_secret", "requests_per_second", "liveliness"}
    )

    def __init__(self, ledger_path: Path, options: Options) -> None:
        super().__init__(ledger_path, options)
        self.requests_per_second = 2
        self.liveliness = 1.0

    def routes(self) -> list[Route]:
        """Mails, domains, webhooks."""
        return [
            Route("/emails", self.keyed(self.send_email), methods=["POST"]),
            Route("/emails", self.keyed(self.list_emails)),
            Route("/emails/receiving/{id}", self.keyed(self.get_received)),
            Route("/emails/{id}", self.keyed(self.get_email)),
            Route("/domains", self.keyed(self.list_domains)),
            Route("/webhooks", self.keyed(self.create_webhook), methods=["POST"]),
            Route("/webhooks", self.keyed(self.list_webhooks)),
            Route("/webhooks/{id}", self.keyed(self.delete_webhook), methods=["DELETE"]),
        ]

    def error(self, status: int, message: str) -> Response:
        """Resend's error body."""
        name = _NAMES.get(status, "application_error")
        return JSONResponse({"statusCode": status, "name": name, "message": message}, status_code=status)

    def refusal(self, request: Request) -> Response | None:
        """Missing key 401, wrong key 403, more than two calls a second 429 with headers."""
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not key:
            return self.error(401, "Missing API key in the authorization header")
        if not self.accepts(key):
            return self.error(403, "API key is invalid")
        if self.allowed(f"second:{key}", self.requests_per_second, 1):
            return None
        response = self.error(429, "Too many requests. You can only make 2 requests per second.")
        limits = {"limit": self.requests_per_second, "remaining": 0, "reset": 1}
        response.headers.update({f"ratelimit-{name}": str(value) for name, value in limits.items()})
        response.headers["retry-after"] = "1"
        return response

    def lies(self) -> dict[str, Handler]:
        """A mail that was never sent, with an id that nobody knows."""

        async def sent_nothing(_: Request) -> Response:
            return JSONResponse({"id": str(uuid.uuid4())})

        return {"POST /emails": sent_nothing}

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings. `webhook_url` subscribes to everything; `webhook_secret` is `whsec_` and base64."""
        super().configure(values)
        self.requests_per_second = int(values.get("requests_per_second", self.requests_per_second))
        self.liveliness = float(values.get("liveliness", self.liveliness))
        if url := values.get("webhook_url"):
            secret = str(values.get("webhook_secret") or "")
            if not secret.startswith("whsec_"):
                raise ConfigurationError("webhook_secret must begin with whsec_")
            row = {"id": f"by-hand:{url}", "endpoint": url, "events": ["*"], "signing_secret": secret}
            self.effect("webhook_created", row["id"], "webhooks", row)

    def resume(self) -> None:
        """Go on with what the mails lead to."""
        for mail in list(self.tables["emails"].values()):
            self._tell(mail)

    # Calls.

    async def send_email(self, request: Request) -> Response:
        """Send a mail. The same idempotency key within 24 hours is the same mail; with another body it is refused."""
        body = await json_object(request)
        missing = [name for name in ("from", "to", "subject") if not body.get(name)]
        if missing or not (body.get("html") or body.get("text")):
            return self.error(422, f"Missing `{(missing or ['html` or `text'])[0]}` field.")
        if "@" not in parseaddr(str(body["from"]))[1]:
            return self.error(422, "Invalid `from` field.")
        key = request.headers.get("idempotency-key", "")
        if len(key) > 256:
            return self.error(400, "Idempotency key must be between 1 and 256 characters.")
        content = digest(json.dumps(body, sort_keys=True))
        known = self.tables["keys"].get(key) if key else None
        if known is not None and time.time() - known["at"] < IDEMPOTENCY_SECONDS:
            if known["content"] != content:
                return self.error(409, "This idempotency key has been used with another request body.")
            return JSONResponse({"id": known["email"]})
        recipients = body["to"] if isinstance(body["to"], list) else [body["to"]]
        address = parseaddr(str(recipients[0]))[1].lower()
        mail_id = str(uuid.uuid4())
        record: Record = body | {
            "id": mail_id,
            "object": "email",
            "to": recipients,
            "created_at": timestamp(),
            "last_event": "sent",
            "_address": address,
            "_step": 1 + sum(mail["_address"] == address for mail in self.tables["emails"].values()),
        }
        message = digest(str(body["subject"]), str(body.get("html") or body.get("text")))
        self.effect("email_sent", f"{address}|{message}", "emails", record, lead_email=address, message=message)
        if key:
            entry = {"id": key, "content": content, "email": mail_id, "at": time.time()}
            self.effect("key_used", key, "keys", entry)
        self._tell(record)
        return JSONResponse({"id": mail_id})

    async def list_emails(self, request: Request) -> Response:
        """Sent mails, newest first."""
        limit = int(request.query_params.get("limit", 20))
        mails = [public(mail) for mail in reversed(self.tables["emails"].values())]
        if after := request.query_params.get("after"):
            mails = mails[next((at for at, mail in enumerate(mails) if mail["id"] == after), len(mails)) + 1 :]
        return JSONResponse({"object": "list", "has_more": len(mails) > limit, "data": mails[:limit]})

    async def get_email(self, request: Request) -> Response:
        """One mail with its last event."""
        mail = self.tables["emails"].get(request.path_params["id"])
        return self.error(404, "Email not found") if mail is None else JSONResponse(public(mail))

    async def get_received(self, request: Request) -> Response:
        """The content of a received mail, which its webhook doesn't carry."""
        mail = self.tables["received"].get(request.path_params["id"])
        return self.error(404, "Email not found") if mail is None else JSONResponse(public(mail))

    async def list_domains(self, _: Request) -> Response:
        """The one domain there is."""
        domain = {"id": "d-1", "name": "try-sales-machine.example", "status": "verified", "region": "eu-west-1"}
        return JSONResponse({"object": "list", "data": [domain]})

    async def create_webhook(self, request: Request) -> Response:
        """Subscribe; the signing secret is in the answer."""
        body = await json_object(request)
        if not body.get("endpoint") or not body.get("events"):
            return self.error(422, "Missing `endpoint` or `events` field.")
        secret = "whsec_" + base64.b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes[:8]).decode()
        row = {
            "id": str(uuid.uuid4()),
            "endpoint": body["endpoint"],
            "events": body["events"],
            "signing_secret": secret,
        }
        self.effect("webhook_created", row["id"], "webhooks", row)
        return JSONResponse({"object": "webhook", "id": row["id"], "signing_secret": secret}, status_code=201)

    async def list_webhooks(self, _: Request) -> Response:
        """All subscriptions, without their secrets."""
        rows = [row for row in self.tables["webhooks"].values() if not row.get("_deleted")]
        shown = [{"id": row["id"], "endpoint": row["endpoint"], "events": row["events"]} for row in rows]
        return JSONResponse({"object": "list", "data": shown})

    async def delete_webhook(self, request: Request) -> Response:
        """End a subscription."""
        row = self.tables["webhooks"].get(request.path_params["id"])
        if row is None or row.get("_deleted"):
            return self.error(404, "Webhook not found")
        self.effect("webhook_deleted", row["id"], "webhooks", row | {"_deleted": True})
        return JSONResponse({"object": "webhook", "id": row["id"], "deleted": True})

    # The story.

    def _tell(self, mail: Record) -> None:
        what = outcomes.outcome(self.seed, mail["_address"], mail["_step"], self.liveliness)
        self._at(0.005, mail, "email.sent")
        if what.bounced_after is not None:
            bounce = {"type": "Permanent", "subType": "General", "message": "550 5.1.1 User unknown"}
            self._at(what.bounced_after, mail, "email.bounced", bounce=bounce)
            return
        self._at(0.01, mail, "email.delivered")
        if what.opened_after is not None:
            self._at(what.opened_after, mail, "email.opened")
        if what.clicked_after is not None:
            self._at(what.clicked_after, mail, "email.clicked", click={"link": "https://x.example"})
        if what.reply == "complaint" and what.replied_after is not None:
            self._at(what.replied_after, mail, "email.complained")
        elif what.reply is not None and what.replied_after is not None:
            kind = what.reply
            if f"{mail['id']}|email.received" not in self.tables["happenings"]:

                async def reply() -> None:
                    self._receive(mail, kind)

                self.later(what.replied_after * self.day_seconds, reply)

    def _at(self, days: float, mail: Record, name: str, **more: Any) -> None:
        if f"{mail['id']}|{name}" in self.tables["happenings"]:
            return

        async def act() -> None:
            current = self.tables["emails"][mail["id"]] | {"last_event": name.removeprefix("email.")}
            self.effect("email_changed", mail["id"], "emails", current)
            data = {"email_id": mail["id"], "from": mail["from"], "to": mail["to"], "subject": mail["subject"]}
            self._happen(f"{mail['id']}|{name}", name, data | {"created_at": mail["created_at"]} | more)

        self.later(days * self.day_seconds, act)

    def _receive(self, mail: Record, kind: outcomes.Kind) -> None:
        who = writing.writer(self.seed, mail["_address"], {})
        text = str(mail.get("text") or mail.get("html"))
        sender = parseaddr(str(mail["from"]))[1]
        original = writing.Mail(sender, str(mail["subject"]), text, datetime.fromisoformat(mail["created_at"]))
        answer = writing.answer(self.seed, who, kind, original, mail["_step"])
        received_id = str(uuid.uuid5(uuid.NAMESPACE_URL, mail["id"]))
        headers = {"auto-submitted": "auto-replied"} if answer.automatic else {}
        record: Record = {
            "object": "email",
            "id": received_id,
            "created_at": timestamp(),
            "from": f"{who.first_name} {who.last_name} <{who.email}>",
            "to": [sender],
            "subject": answer.subject,
            "html": answer.html,
            "text": answer.text,
            "headers": headers | {"in-reply-to": f"<{mail['id']}@resend.example>"},
            "message_id": f"<{received_id}@mail.example>",
        }
        self.effect("email_received", received_id, "received", record, lead_email=who.email)
        shown = {name: record[name] for name in ("created_at", "from", "to", "subject", "message_id")}
        self._happen(
            f"{mail['id']}|email.received", "email.received", {"email_id": received_id, "attachments": []} | shown
        )

    def _happen(self, key: str, name: str, data: Record) -> None:
        if key in self.tables["happenings"]:
            return
        self.effect("event", key, "happenings", {"id": key, "type": name})
        body = json.dumps({"type": name, "created_at": timestamp(), "data": data}, ensure_ascii=False).encode()
        for row in list(self.tables["webhooks"].values()):
            if not row.get("_deleted") and ("*" in row["events"] or name in row["events"]):
                self._post(row, f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, key + row['id']).hex}", body)

    def _post(self, row: Record, message_id: str, body: bytes) -> None:
        def make() -> tuple[bytes, dict[str, str]]:
            stamp = str(int(time.time()))
            signature = svix_signature(row["signing_secret"], message_id, stamp, body)
            return body, {"svix-id": message_id, "svix-timestamp": stamp, "svix-signature": signature}

        async def deliver() -> None:
            await self.post_until_answered(message_id, row["endpoint"], make, RETRY_DELAYS_S)

        self.spawn(deliver())
