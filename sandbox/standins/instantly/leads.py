"""Instantly's leads: one by one or a thousand at a time, and their interest status."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.standins.instantly.rooms import Rooms
from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Record, json_object, public

MAX_LEADS = 1000
INTEREST_VALUES = {0, 1, 2, 3, 4, -1, -2, -3, -4}
_FIELDS = (
    "first_name", "last_name", "company_name", "job_title", "phone", "website", "personalization", "lt_interest_status",
    "pl_value_lead", "list_id", "assigned_to",
)  # fmt: skip


class LeadRoutes(Rooms):
    """A lead that enters an active campaign is written to a moment later."""

    async def create_lead(self, request: Request) -> Response:
        """Add one lead. Without `skip_if_in_campaign` the same person is added, and mailed, again."""
        body = await json_object(request)
        email = str(body.get("email") or "").strip()
        if body.get("campaign") and self._campaign(body["campaign"]) is None:
            return self.error(404, "Campaign not found")
        if problem := self._lead_problem(body, email):
            return self.error(400, problem)
        if (existing := self._existing(body, email)) is not None:
            return JSONResponse(public(existing))
        return JSONResponse(public(self._add(body)))

    async def add_leads(self, request: Request) -> Response:
        """Add up to a thousand. 200 even when not one went in: the counters say why."""
        body = await json_object(request)
        leads = body.get("leads")
        if bool(body.get("campaign_id")) == bool(body.get("list_id")):
            return self.error(400, "Exactly one of campaign_id or list_id is required")
        if not isinstance(leads, list) or not 1 <= len(leads) <= MAX_LEADS:
            return self.error(400, f"body/leads must have between 1 and {MAX_LEADS} items")
        if body.get("campaign_id") and self._campaign(body["campaign_id"]) is None:
            return self.error(404, "Campaign not found")
        created: list[Record] = []
        counters = dict.fromkeys(
            ("in_blocklist", "duplicated_leads", "skipped_count", "invalid_email_count", "duplicate_email_count"), 0
        )
        seen: set[str] = set()
        for index, lead in enumerate(leads):
            email = str(lead.get("email") or "").strip().lower()
            whole = lead | {"campaign": body.get("campaign_id"), "list_id": body.get("list_id")}
            whole |= {key: body[key] for key in ("skip_if_in_workspace", "skip_if_in_campaign") if key in body}
            if not _looks_valid(email):
                counters["invalid_email_count"] += 1
            elif email in seen:
                counters["duplicate_email_count"] += 1
            elif self._blocked(email):
                counters["in_blocklist"] += 1
            elif self._existing(whole, email) is not None:
                counters["duplicated_leads"] += 1
                counters["skipped_count"] += 1
            else:
                created.append({"index": index} | public(self._add(whole)))
            seen.add(email)
        return JSONResponse(self.upload_report(total=len(leads), created=created) | counters)

    async def list_leads(self, request: Request) -> Response:
        """Leads by the filters in the body."""
        body = await json_object(request)
        rows = self.live("leads")
        if campaign := body.get("campaign"):
            rows = [row for row in rows if row["campaign"] == campaign]
        if search := str(body.get("search") or "").lower():
            rows = [row for row in rows if search in f"{row['email']} {row['first_name']} {row['last_name']}".lower()]
        if contacts := body.get("contacts"):
            rows = [row for row in rows if row["email"] in {str(one).lower() for one in contacts}]
        return self.page(body, rows)

    async def get_lead(self, request: Request) -> Response:
        """One lead."""
        return self.one("leads", request)

    async def update_lead(self, request: Request) -> Response:
        """Change a lead's fields."""
        row = self.find("leads", request)
        if row is None:
            return self.error(404, "Lead not found")
        body = await json_object(request)
        row = row | {name: body[name] for name in _FIELDS if name in body} | {"timestamp_updated": timestamp()}
        if "custom_variables" in body:
            row["payload"] = row["payload"] | body["custom_variables"]
        self.effect("lead_updated", row["id"], "leads", row)
        return JSONResponse(public(row))

    async def delete_lead(self, request: Request) -> Response:
        """Delete a lead, as a person may demand."""
        return self.delete("leads", request, "lead_deleted")

    async def update_interest(self, request: Request) -> Response:
        """Set the interest status, in a background job: 202."""
        body = await json_object(request)
        email, value = str(body.get("lead_email") or "").strip().lower(), body.get("interest_value")
        if not email or "interest_value" not in body:
            return self.error(400, "body must have required properties 'lead_email', 'interest_value'")
        if value is not None and value not in INTEREST_VALUES:
            return self.error(400, "body/interest_value must be equal to one of the allowed values")
        job: Record = {
            "id": self.new_id(),
            "type": "update-interest",
            "status": "pending",
            "organization_id": self.workspace,
            "progress": 0,
            "created_at": timestamp(),
        }
        self.effect("job_created", job["id"], "jobs", job)

        async def work() -> None:
            for row in self.here("leads"):
                if row["email"] == email and body.get("campaign_id") in {None, row["campaign"]}:
                    self.effect("interest_updated", email, "leads", row | {"lt_interest_status": value})
            self.effect("job_done", job["id"], "jobs", job | {"status": "success", "progress": 100})

        self.spawn(work())
        return JSONResponse(
            {"message": "Lead interest status update background job submitted", "job_id": job["id"]}, 202
        )

    async def get_job(self, request: Request) -> Response:
        """How far a background job is."""
        return self.one("jobs", request)

    def upload_report(self, *, total: int, created: list[Record]) -> dict[str, Any]:
        """The answer to an upload."""
        return {
            "status": "success",
            "total_sent": total,
            "leads_uploaded": len(created),
            "in_blocklist": 0,
            "blocklist_used": None,
            "duplicated_leads": 0,
            "skipped_count": 0,
            "invalid_email_count": 0,
            "incomplete_count": 0,
            "duplicate_email_count": 0,
            "remaining_in_plan": 25_000 - len(self.tables["leads"]),
            "created_leads": created,
        }

    def lead_record(self, body: Record) -> Record:
        """A lead as it would be stored."""
        now = timestamp()
        return {name: body.get(name) for name in _FIELDS} | {
            "id": self.new_id(),
            "timestamp_created": now,
            "timestamp_updated": now,
            "organization": self.workspace,
            "campaign": body.get("campaign"),
            "email": str(body.get("email") or "").strip().lower(),
            "status": 1,
            "verification_status": -1 if self.will_bounce(str(body.get("email") or "")) else 1,
            "payload": dict(body.get("custom_variables") or {}),
            "email_open_count": 0,
            "email_reply_count": 0,
            "email_click_count": 0,
        }

    def _add(self, body: Record) -> Record:
        record = self.lead_record(body)
        self.effect("lead_created", f"{record['campaign']}|{record['email']}", "leads", record)
        self.schedule_first_mail(record)
        return record

    def _lead_problem(self, body: Record, email: str) -> str | None:
        if not email and not body.get("first_name"):
            return "body must have required property 'email'"
        if email and not _looks_valid(email):
            return "body/email must match format 'email'"
        if any(isinstance(value, dict | list) for value in (body.get("custom_variables") or {}).values()):
            return "body/custom_variables must be string, number, boolean or null"
        return "Lead is in the block list" if self._blocked(email) else None

    def _campaign(self, campaign_id: object) -> Record | None:
        return self.known("campaigns", campaign_id)

    def _existing(self, body: Record, email: str) -> Record | None:
        anywhere, here = body.get("skip_if_in_workspace"), body.get("skip_if_in_campaign")
        if not (anywhere or here):
            return None
        for row in self.here("leads"):
            if row["email"] == email.lower() and (anywhere or row["campaign"] == body.get("campaign")):
                return row
        return None

    def _blocked(self, email: str) -> bool:
        address = email.lower()
        values = {row["bl_value"] for row in self.live("blocked")}
        return address in values or address.partition("@")[2] in values


def _looks_valid(email: str) -> bool:
    local, _, domain = email.partition("@")
    return bool(local) and "." in domain and " " not in email and "@" not in domain
