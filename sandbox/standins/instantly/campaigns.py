"""Instantly's campaigns: created as drafts, sending only once activated."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.standins.instantly.rooms import Rooms
from sandbox.standins.instantly.time_zones import TIME_ZONES
from sandbox.standins.ledger import timestamp
from sandbox.standins.standin import Record, json_object, public

DRAFT, ACTIVE, PAUSED = 0, 1, 2


class CampaignRoutes(Rooms):
    """Only the first step of the first sequence is ever sent: our gateway writes the follow-ups itself."""

    async def create_campaign(self, request: Request) -> Response:
        """Create a draft."""
        body = await json_object(request)
        if problem := _problem(body, complete=True):
            return self.error(400, problem)
        now = timestamp()
        record = body | {
            "id": self.new_id(),
            "status": DRAFT,
            "email_list": list(body.get("email_list") or []),
            "timestamp_created": now,
            "timestamp_updated": now,
            "organization": self.workspace,
        }
        self.effect("campaign_created", record["id"], "campaigns", record)
        return JSONResponse(record)

    async def list_campaigns(self, request: Request) -> Response:
        """All campaigns, optionally found by name or status."""
        query = request.query_params
        search, status = query.get("search", "").lower(), query.get("status")
        rows = [
            row
            for row in self.live("campaigns")
            if search in row["name"].lower() and (status is None or str(row["status"]) == status)
        ]
        return self.page(query, rows)

    async def get_campaign(self, request: Request) -> Response:
        """One campaign."""
        return self.one("campaigns", request)

    async def update_campaign(self, request: Request) -> Response:
        """Change a campaign; its status has routes of its own."""
        row = self.find("campaigns", request)
        if row is None:
            return self.error(404, "Campaign not found")
        body = await json_object(request)
        if problem := _problem(body, complete=False):
            return self.error(400, problem)
        body.pop("status", None)
        row = row | body | {"timestamp_updated": timestamp()}
        self.effect("campaign_updated", row["id"], "campaigns", row)
        return JSONResponse(public(row))

    async def delete_campaign(self, request: Request) -> Response:
        """Delete a campaign."""
        return self.delete("campaigns", request, "campaign_deleted")

    async def activate_campaign(self, request: Request) -> Response:
        """Let a campaign send, beginning with the leads that wait in it."""
        response = self._set_status(request, ACTIVE, "campaign_activated")
        for lead in self.here("leads"):
            if lead["campaign"] == request.path_params["id"] and not self.mails_of[lead["id"]]:
                self.schedule_first_mail(lead)
        return response

    async def pause_campaign(self, request: Request) -> Response:
        """Stop a campaign from sending."""
        return self._set_status(request, PAUSED, "campaign_paused")

    async def sending_status(self, request: Request) -> Response:
        """Why a campaign does or doesn't send."""
        row = self.find("campaigns", request)
        if row is None:
            return self.error(404, "Campaign not found")
        reasons = [] if row["status"] == ACTIVE else ["campaign_not_active"]
        if not row["email_list"]:
            reasons.append("no_sending_accounts")
        return JSONResponse(
            {"campaign_id": row["id"], "status": row["status"], "is_sending": not reasons, "reasons": reasons}
        )

    async def campaign_analytics(self, request: Request) -> Response:
        """Counters by campaign."""
        wanted = request.query_params.get("id") or request.query_params.get("campaign_id")
        rows = [row for row in self.live("campaigns") if wanted is None or row["id"] in wanted.split(",")]
        return JSONResponse([self._analytics(row) for row in rows])

    def _set_status(self, request: Request, status: int, effect: str) -> Response:
        row = self.find("campaigns", request)
        if row is None:
            return self.error(404, "Campaign not found")
        row = row | {"status": status, "timestamp_updated": timestamp()}
        self.effect(effect, row["id"], "campaigns", row)
        return JSONResponse(public(row))

    def _analytics(self, row: Record) -> dict[str, Any]:
        mails = [mail for mail in self.tables["emails"].values() if mail["campaign_id"] == row["id"]]
        happened = [one for one in self.tables["happenings"].values() if one["payload"]["campaign_id"] == row["id"]]
        count = {
            name: sum(one["event_type"] == name for one in happened) for name in {one["event_type"] for one in happened}
        }
        return {
            "campaign_id": row["id"],
            "campaign_name": row["name"],
            "campaign_status": row["status"],
            "leads_count": sum(lead["campaign"] == row["id"] for lead in self.tables["leads"].values()),
            "contacted_count": len({mail["lead_id"] for mail in mails if mail["ue_type"] == 1}),
            "emails_sent_count": sum(mail["ue_type"] in {1, 3} for mail in mails),
            "open_count": count.get("email_opened", 0),
            "link_click_count": count.get("link_clicked", 0),
            "reply_count": count.get("reply_received", 0),
            "bounced_count": count.get("email_bounced", 0),
            "unsubscribed_count": count.get("lead_unsubscribed", 0),
        }


def _problem(body: Record, *, complete: bool) -> str | None:
    """What Instantly would refuse in a campaign, or None."""
    if complete and not (isinstance(body.get("name"), str) and body["name"]):
        return "body must have required property 'name'"
    if "campaign_schedule" not in body:
        return "body must have required property 'campaign_schedule'" if complete else None
    schedules = body["campaign_schedule"].get("schedules") if isinstance(body["campaign_schedule"], dict) else None
    if not isinstance(schedules, list) or not schedules:
        return "body/campaign_schedule must have required property 'schedules'"
    for number, schedule in enumerate(schedules):
        if problem := _schedule_problem(schedule):
            return f"body/campaign_schedule/schedules/{number}{problem}"
    return None


def _schedule_problem(schedule: Record) -> str | None:
    missing = [name for name in ("name", "timing", "days", "timezone") if name not in schedule]
    if missing:
        return f" must have required property '{missing[0]}'"
    if schedule["timezone"] not in TIME_ZONES:
        return "/timezone must be equal to one of the allowed values"
    if set(schedule["timing"]) != {"from", "to"}:
        return "/timing must have required properties 'from', 'to'"
    if not set(schedule["days"]) <= set("0123456") or not any(schedule["days"].values()):
        return "/days must have at least one day from 0 to 6"
    return None
