"""The routes of Instantly API v2, with its limits and its traps."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.instantly.campaigns import CampaignRoutes
from sandbox.standins.instantly.leads import LeadRoutes
from sandbox.standins.instantly.webhooks import WebhookRoutes
from sandbox.standins.instantly.world import DEFAULT_ACCOUNTS
from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Handler, Record, json_object, public

PREFIX = "/api/v2"


class Instantly(CampaignRoutes, LeadRoutes, WebhookRoutes):
    """The stand-in as a whole."""

    def routes(self) -> list[Route]:
        """Everything our client may call, and what an operator would look at."""
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/workspaces/current", self.current_workspace),
            ("GET", "/accounts", self.list_accounts),
            ("GET", "/accounts/{email}", self.get_account),
            ("POST", "/campaigns", self.create_campaign),
            ("GET", "/campaigns", self.list_campaigns),
            ("GET", "/campaigns/analytics", self.campaign_analytics),
            ("GET", "/campaigns/{id}", self.get_campaign),
            ("PATCH", "/campaigns/{id}", self.update_campaign),
            ("DELETE", "/campaigns/{id}", self.delete_campaign),
            ("POST", "/campaigns/{id}/activate", self.activate_campaign),
            ("POST", "/campaigns/{id}/pause", self.pause_campaign),
            ("GET", "/campaigns/{id}/sending-status", self.sending_status),
            ("POST", "/leads", self.create_lead),
            ("POST", "/leads/add", self.add_leads),
            ("POST", "/leads/list", self.list_leads),
            ("POST", "/leads/update-interest-status", self.update_interest),
            ("GET", "/leads/{id}", self.get_lead),
            ("PATCH", "/leads/{id}", self.update_lead),
            ("DELETE", "/leads/{id}", self.delete_lead),
            ("GET", "/background-jobs/{id}", self.get_job),
            ("GET", "/emails", self.list_emails),
            ("POST", "/emails/reply", self.reply_to_email),
            ("GET", "/emails/{id}", self.get_email),
            ("DELETE", "/emails/{id}", self.delete_email),
            ("POST", "/block-lists-entries", self.block),
            ("GET", "/block-lists-entries", self.list_blocked),
            ("DELETE", "/block-lists-entries/{id}", self.unblock),
            ("POST", "/email-verification", self.verify_email),
            ("GET", "/email-verification/{email}", self.get_verification),
            ("GET", "/webhooks", self.list_webhooks),
            ("POST", "/webhooks", self.create_webhook),
            ("GET", "/webhooks/event-types", self.event_types),
            ("GET", "/webhooks/{id}", self.get_webhook),
            ("PATCH", "/webhooks/{id}", self.update_webhook),
            ("DELETE", "/webhooks/{id}", self.delete_webhook),
            ("POST", "/webhooks/{id}/test", self.test_webhook),
            ("POST", "/webhooks/{id}/resume", self.resume_webhook),
            ("GET", "/webhook-events", self.list_webhook_events),
            ("GET", "/webhook-events/summary", self.summarise_events),
            ("GET", "/webhook-events/summary-by-date", self.summarise_events_by_date),
            ("GET", "/webhook-events/{id}", self.get_webhook_event),
        ]
        return [Route(PREFIX + path, self.keyed(handler), methods=[method]) for method, path, handler in table]

    def lies(self) -> dict[str, Handler]:
        """2xx answers behind which nothing happened."""

        async def uploaded_nothing(request: Request) -> Response:
            body = await json_object(request)
            return JSONResponse(self.upload_report(total=len(body.get("leads") or []), created=[]))

        async def lead_of_nobody(request: Request) -> Response:
            return JSONResponse(public(self.lead_record(await json_object(request))))

        async def empty(_: Request) -> Response:
            return JSONResponse({})

        return {
            f"POST {PREFIX}/leads/add": uploaded_nothing,
            f"POST {PREFIX}/leads": lead_of_nobody,
            f"POST {PREFIX}/emails/reply": empty,
            f"GET {PREFIX}/emails": empty,
        }

    # Accounts and mails.

    async def current_workspace(self, _: Request) -> Response:
        """The workspace of the key."""
        return JSONResponse(
            {"id": self.workspace, "name": "Sandbox", "plan_id": "pid_hg_v1", "timestamp_created": timestamp()}
        )

    async def list_accounts(self, request: Request) -> Response:
        """The mailboxes that may send."""
        return self.page(request.query_params, (self._account(email) for email in self._account_emails()), key="email")

    async def get_account(self, request: Request) -> Response:
        """One mailbox."""
        email = request.path_params["email"]
        return (
            JSONResponse(self._account(email))
            if email in self._account_emails()
            else self.error(404, "Account not found")
        )

    async def list_emails(self, request: Request) -> Response:
        """Mails, newest first; 20 calls a minute, so it is no way to poll."""
        if not self.allowed(f"emails:{request.headers.get('authorization')}", self.limits["emails"], 60):
            return self.error(429, "Rate limit exceeded: 20 requests per minute")
        query = request.query_params
        wanted: list[Callable[[Record], bool]] = []
        if lead := query.get("lead"):
            wanted.append(lambda mail: mail["lead"] == lead.strip().lower())
        if account := query.get("eaccount"):
            wanted.append(lambda mail: mail["eaccount"] in account.split(","))
        if campaign := (query.get("campaign_id") or query.get("campaign")):
            wanted.append(lambda mail: mail["campaign_id"] == campaign)
        if query.get("is_unread") in {"true", "1"}:
            wanted.append(lambda mail: bool(mail["is_unread"]))
        if kind := query.get("email_type"):
            kinds = {"received": {2}, "sent": {1, 3}, "manual": {3}}.get(kind, {1, 2, 3, 4})
            wanted.append(lambda mail: mail["ue_type"] in kinds)
        if (search := query.get("search", "")).startswith("thread:"):
            wanted.append(lambda mail: mail["thread_id"] == search.removeprefix("thread:"))
        elif search:
            wanted.append(lambda mail: search.lower() in f"{mail['lead']} {mail['subject']}".lower())
        mails = [mail for mail in self.here("emails") if all(test(mail) for test in wanted)]
        if query.get("sort_order") != "asc":
            mails.reverse()
        return self.page(query, map(public, mails))

    async def get_email(self, request: Request) -> Response:
        """One mail."""
        return self.one("emails", request)

    async def delete_email(self, request: Request) -> Response:
        """Delete a mail, as a person may demand."""
        return self.delete("emails", request, "email_deleted")

    async def reply_to_email(self, request: Request) -> Response:
        """Send a mail into an existing thread. No idempotency key: the same call twice is two mails."""
        body = await json_object(request)
        text = body.get("body")
        missing = [name for name in ("eaccount", "reply_to_uuid", "subject", "body") if not body.get(name)]
        if missing:
            return self.error(400, f"body must have required property '{missing[0]}'")
        if not isinstance(text, dict) or not (text.get("html") or text.get("text")):
            return self.error(400, "body/body must have html or text")
        answered = self.known("emails", body["reply_to_uuid"])
        if answered is None:
            return self.error(404, "Email not found")
        if body["eaccount"] not in self._account_emails():
            return self.error(404, "Account not found")
        lead = self.known("leads", answered["lead_id"])
        if lead is None:
            return self.error(404, "Lead not found")
        step = 1 + sum(mail["ue_type"] in {1, 3} for mail in self.thread_of(answered))
        mail = self.store_sent(
            lead,
            account=str(body["eaccount"]),
            subject=str(body["subject"]),
            body={name: text[name] for name in ("html", "text") if text.get(name)},
            ue_type=3,
            step=step,
            thread=answered["thread_id"],
        )
        self.tell(mail)
        return JSONResponse(public(mail))

    def _account_emails(self) -> list[str]:
        used = (email for campaign in self.here("campaigns") for email in campaign["email_list"])
        return list(dict.fromkeys([*self.accounts, *used]))

    def _account(self, email: str) -> Record:
        first, _, last = email.partition("@")[0].partition(".")
        return {
            "email": email,
            "timestamp_created": "2026-09-01T08:00:00.000Z",
            "timestamp_updated": "2026-11-01T08:00:00.000Z",
            "first_name": first.title(),
            "last_name": last.title(),
            "organization": self.workspace,
            "warmup": {"limit": 30},
            "daily_limit": 30,
            "status": 1,
            "warmup_status": 1,
            "stat_warmup_score": 97 if email in DEFAULT_ACCOUNTS else 92,
            "provider_code": 2,
            "setup_pending": False,
        }

    # Block list and verification.

    async def block(self, request: Request) -> Response:
        """Never write to this address or domain again."""
        value = str((await json_object(request)).get("bl_value") or "").strip().lower()
        if not value:
            return self.error(400, "body must have required property 'bl_value'")
        record: Record = {"id": self.new_id(), "timestamp_created": timestamp(), "organization_id": self.workspace}
        record |= {"bl_value": value, "is_domain": "@" not in value}
        self.effect("blocked", value, "blocked", record)
        return JSONResponse(record)

    async def list_blocked(self, request: Request) -> Response:
        """The block list."""
        return self.page(request.query_params, self.live("blocked"))

    async def unblock(self, request: Request) -> Response:
        """Take an entry off the block list."""
        return self.delete("blocked", request, "unblocked")

    async def verify_email(self, request: Request) -> Response:
        """Begin to verify an address: pending first, as for anything that takes over ten seconds."""
        email = str((await json_object(request)).get("email") or "").strip().lower()
        if "@" not in email:
            return self.error(400, "body/email must match format 'email'")
        return JSONResponse(self._verification(email, "pending"))

    async def get_verification(self, request: Request) -> Response:
        """The verdict on an address: those that will bounce are invalid."""
        email = request.path_params["email"].strip().lower()
        return JSONResponse(self._verification(email, "invalid" if self.will_bounce(email) else "verified"))

    def _verification(self, email: str, status: str) -> Record:
        return {"email": email, "status": "success", "verification_status": status, "catch_all": False, "credits": 4200}

    # Shared by all rooms.

    def refusal(self, request: Request) -> Response | None:
        """Wrong key: 401. More than 100 calls a second or 6,000 a minute: 429, without any header that says when."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self.accepts(key):
            return self.error(401, "Invalid API key")
        self.enter(key)
        within = self.allowed(f"second:{key}", self.limits["second"], 1) and self.allowed(
            f"minute:{key}", self.limits["minute"], 60
        )
        return None if within else self.error(429, "Too many requests")
