"""Instantly, API v2. The first mail to a person is a lead in the Instantly campaign that is bound to ours; every later
one is a reply in its thread. Instantly knows no idempotency key: what is in doubt is looked up.

Our `decide()` is the only gate in time, so the bound campaign itself is open around the clock.
"""

from typing import Any
from urllib.parse import quote

import httpx2

from api_gateway.providers.forgetting import Step, Traces
from api_gateway.providers.instantly_zones import accepted_zone
from api_gateway.providers.port import (
    NOT_THE_LIST,
    SEND_LIMIT_S,
    Ambiguous,
    Finding,
    NotThere,
    Outcome,
    Outgoing,
    RetryAt,
    Sent,
    Unknown,
    refused,
    retry_after,
    said,
    unanswered,
)
from kit.errors import VendorFailed

PREFIX = "/api/v2"
CALL_LIMIT_S = 10.0
OUTGOING_TYPES = frozenset({1, 3, 4})
MAX_PAGES = 3
MAX_PAGES_TO_FORGET = 100


class Instantly:
    """One customer's Instantly workspace."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/") + PREFIX
        self._headers = {"Authorization": f"Bearer {key}"}

    async def deliver(self, message: Outgoing) -> Outcome:
        """Add the person to the bound campaign, or answer in the thread. Never raises for the vendor."""
        if message.lead_id is None:
            return await self._first_mail(message)
        return await self._follow_up(message)

    async def look_up(self, message: Outgoing) -> Finding:
        """The lead of a first mail, or the mail in the thread that carries the message's marker."""
        try:
            if message.lead_id is None:
                return await self._find_lead(message)
            mails = await self._mails(message)
        except httpx2.HTTPError as error:
            return Unknown(type(error).__name__)
        except VendorFailed as error:
            return Unknown(error.detail, 60.0)
        for mail in mails:
            if mail.get("ue_type") in OUTGOING_TYPES and message.marker in str(mail.get("body")):
                return _sent(mail)
        return NotThere()

    async def create_campaign(self, name: str, mailbox: str, time_zone: str, daily_limit: int) -> str:
        """Create and activate a campaign that sends what each lead brings with it. Raises VendorFailed."""
        created = await self._post_or_raise(
            "/campaigns",
            {
                "name": name[:200],
                "campaign_schedule": {
                    "schedules": [
                        {
                            "name": "Always",
                            "timing": {"from": "00:00", "to": "23:59"},
                            "days": {str(day): True for day in range(7)},
                            "timezone": accepted_zone(time_zone),
                        }
                    ]
                },
                "sequences": [
                    {
                        "steps": [
                            {
                                "type": "email",
                                "delay": 0,
                                "variants": [{"subject": "{{subject}}", "body": "{{body}}"}],
                            }
                        ]
                    }
                ],
                "email_list": [mailbox],
                "daily_limit": max(1, daily_limit),
                "email_gap": 0,
                "stop_on_reply": True,
                "stop_on_auto_reply": False,
                "link_tracking": False,
                "open_tracking": True,
                "insert_unsubscribe_header": True,
            },
        )
        campaign_id = str(created.get("id") or "")
        if not campaign_id:
            raise VendorFailed("Instantly created a campaign and did not say which.")
        await self._post_or_raise(f"/campaigns/{campaign_id}/activate", {})
        return campaign_id

    async def register_webhook(self, target_url: str, headers: dict[str, str], name: str) -> str:
        """Subscribe `target_url` to every event; `headers` carry our secret. Returns its id. Raises VendorFailed."""
        created = await self._post_or_raise(
            "/webhooks", {"target_hook_url": target_url, "event_type": "all_events", "headers": headers, "name": name}
        )
        return str(created["id"])

    async def webhook_is_active(self, webhook_id: str) -> bool | None:
        """False when Instantly switched it off after failures, None when it is gone. Raises VendorFailed."""
        webhook = await self._get_or_raise(f"/webhooks/{webhook_id}", {}, may_be_gone=True)
        return webhook.get("status", 1) != -1 if webhook else None

    async def resume_webhook(self, webhook_id: str) -> None:
        """Switch a disabled webhook on again. Raises VendorFailed."""
        await self._post_or_raise(f"/webhooks/{webhook_id}/resume", {})

    async def delete_webhook(self, webhook_id: str) -> None:
        """End a subscription. Raises VendorFailed; one that is gone is no failure."""
        try:
            answer = await self._client.delete(
                f"{self._base}/webhooks/{webhook_id}", headers=self._headers, timeout=CALL_LIMIT_S
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("Instantly could not be reached.") from error
        if not answer.is_success and answer.status_code != 404:
            raise VendorFailed(f"Instantly answered {answer.status_code}.")

    async def failed_webhook_events(self, since: str, *, webhook_url: str = "") -> list[dict[str, Any]]:
        """Events that no delivery of succeeded since the ISO instant `since`. Raises VendorFailed."""
        events: list[dict[str, Any]] = []
        query: dict[str, Any] = {"success": "false", "from": since, "limit": 100}
        if webhook_url:
            query["search"] = webhook_url
        while True:
            page = await self._get_or_raise("/webhook-events", query)
            items = page.get("items") or []
            events += items
            if not items or not page.get("next_starting_after"):
                return events
            query["starting_after"] = page["next_starting_after"]

    async def accounts(self) -> list[dict[str, Any]]:
        """The mailboxes of the workspace. Raises VendorFailed."""
        found: list[dict[str, Any]] = []
        query: dict[str, Any] = {"limit": 100}
        while True:
            page = await self._get_or_raise("/accounts", query)
            items = page.get("items") or []
            found += items
            if not items or not page.get("next_starting_after"):
                return found
            query["starting_after"] = page["next_starting_after"]

    async def last_mail(self, lead: str, campaign_id: str) -> dict[str, Any] | None:
        """The newest mail of a thread. 20 calls a minute: webhooks tell it first. Raises VendorFailed."""
        page = await self._get_or_raise("/emails", {"lead": lead, "campaign_id": campaign_id, "limit": 1})
        items = page.get("items") or []
        return items[0] if items else None

    async def forget(self, traces: Traces) -> list[Step]:
        """Delete a person's mails and then their leads, in whatever campaign they are. Raises VendorFailed."""
        mails, leads = set[str](), set(traces.lead_ids)
        for address in traces.emails:
            mails |= {str(mail["id"]) for mail in await self._all_mails_of(address)}
            page = await self._post_or_raise("/leads/list", {"contacts": [address], "limit": 100})
            leads |= {
                str(lead["id"])
                for lead in page.get("items") or []
                if str(lead.get("email", "")).casefold() == address.casefold()
            }
        # One of ours that is not listed is gone, or another vendor's id, which is refused as none of theirs.
        deleted = [
            mail
            for mail in sorted(mails | set(traces.message_ids))
            if await self._delete("emails", mail, unless={404, 405} if mail in mails else {400, 404, 405})
        ]
        gone = [lead for lead in sorted(leads) if await self._delete("leads", lead, unless={404})]
        # Mails that are listed and not there to be deleted: the workspace does not offer it.
        mails_step = Step("mails_deleted", "not_offered" if mails and not deleted else "done", len(deleted))
        return [Step("leads_deleted", "done", len(gone)), mails_step]

    async def _delete(self, kind: str, row_id: str, *, unless: set[int]) -> bool:
        """Whether something was deleted; False for a status in `unless`. Raises VendorFailed for any other."""
        try:
            answer = await self._client.delete(
                f"{self._base}/{kind}/{quote(row_id, safe='')}", headers=self._headers, timeout=CALL_LIMIT_S
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("Instantly could not be reached.") from error
        if not answer.is_success and answer.status_code not in unless:
            raise VendorFailed(f"Instantly answered {answer.status_code}.")
        return answer.is_success

    async def _first_mail(self, message: Outgoing) -> Outcome:
        if message.binding is None:
            return RetryAt(60.0, "campaign_not_bound")
        outcome = await self._send(
            "/leads",
            {
                "campaign": message.binding,
                "email": message.recipient,
                "first_name": message.first_name,
                "last_name": message.last_name,
                "company_name": message.company,
                "job_title": message.title,
                "skip_if_in_campaign": True,
                "custom_variables": {"subject": message.subject, "body": message.html},
            },
        )
        if not isinstance(outcome, dict):
            return outcome
        if not outcome.get("id"):
            return Ambiguous("vendor_named_no_lead")
        return Sent(lead_id=str(outcome["id"]))

    async def _follow_up(self, message: Outgoing) -> Outcome:
        reply_to = message.reply_to
        if reply_to is None:
            try:
                last = await self.last_mail(message.recipient, message.binding or "")
            except VendorFailed as error:
                return RetryAt(30.0, f"thread_not_found: {error.detail}")
            if last is None:
                return RetryAt(30.0, "first_mail_not_out_yet")
            reply_to = str(last["id"])
        outcome = await self._send(
            "/emails/reply",
            {
                "eaccount": message.sender,
                "reply_to_uuid": reply_to,
                "subject": message.subject,
                "body": {"html": message.html, "text": message.text},
            },
        )
        if not isinstance(outcome, dict):
            return outcome
        if not outcome.get("id"):
            return Ambiguous("vendor_named_no_mail")
        return _sent(outcome)

    async def _send(self, path: str, body: dict[str, Any]) -> dict[str, Any] | Outcome:
        try:
            answer = await self._client.post(self._base + path, json=body, headers=self._headers, timeout=SEND_LIMIT_S)
        except httpx2.HTTPError as error:
            return unanswered(error)
        if not answer.is_success:
            return refused(answer, _detail(answer))
        content = _json(answer)
        return Ambiguous("vendor_answered_nonsense") if content is None else content

    async def _find_lead(self, message: Outgoing) -> Finding:
        answer = await self._client.post(
            f"{self._base}/leads/list",
            json={"campaign": message.binding, "contacts": [message.recipient], "limit": 100},
            headers=self._headers,
            timeout=CALL_LIMIT_S,
        )
        if not answer.is_success:
            return Unknown(f"vendor_answered:{answer.status_code}", retry_after(answer, 30.0))
        items = (_json(answer) or {}).get("items")
        if not isinstance(items, list):
            return Unknown(NOT_THE_LIST, 60.0)
        found = [lead for lead in items if str(lead.get("email", "")).casefold() == message.recipient.casefold()]
        return Sent(lead_id=str(found[0]["id"])) if found else NotThere()

    async def _mails(self, message: Outgoing) -> list[dict[str, Any]]:
        query = {"lead": message.recipient, "eaccount": message.sender, "limit": 100}
        return await self._pages_of_mails(query, MAX_PAGES)

    async def _all_mails_of(self, address: str) -> list[dict[str, Any]]:
        return await self._pages_of_mails({"lead": address, "limit": 100}, MAX_PAGES_TO_FORGET)

    async def _pages_of_mails(self, query: dict[str, Any], most: int) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = []
        for _ in range(most):
            page = await self._get_or_raise("/emails", query)
            items = page.get("items")
            if not isinstance(items, list):
                raise VendorFailed("Instantly did not answer with a list of mails.")
            mails += items
            if not items or not page.get("next_starting_after"):
                return mails
            query["starting_after"] = page["next_starting_after"]
        # It may be further down: not found is not the same as not there, and only the latter may be sent again.
        raise VendorFailed("There are more mails at Instantly than can be looked through.")

    async def _get_or_raise(self, path: str, query: dict[str, Any], *, may_be_gone: bool = False) -> dict[str, Any]:
        try:
            answer = await self._client.get(
                self._base + path, params=query, headers=self._headers, timeout=CALL_LIMIT_S
            )
        except httpx2.HTTPError as error:
            raise VendorFailed("Instantly could not be reached.") from error
        return {} if may_be_gone and answer.status_code == 404 else _content_or_raise(answer)

    async def _post_or_raise(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = await self._client.post(self._base + path, json=body, headers=self._headers, timeout=CALL_LIMIT_S)
        except httpx2.HTTPError as error:
            raise VendorFailed("Instantly could not be reached.") from error
        return _content_or_raise(answer)


def _sent(mail: dict[str, Any]) -> Sent:
    mail_id = str(mail["id"])
    return Sent(
        message_id=mail_id,
        thread_id=str(mail["thread_id"]) if mail.get("thread_id") else None,
        reply_to=mail_id,
        lead_id=str(mail["lead_id"]) if mail.get("lead_id") else None,
    )


def _content_or_raise(answer: httpx2.Response) -> dict[str, Any]:
    content = _json(answer)
    if not answer.is_success or content is None:
        raise VendorFailed(f"Instantly answered {answer.status_code}: {_detail(answer)}"[:300])
    return content


def _json(answer: httpx2.Response) -> dict[str, Any] | None:
    try:
        content = answer.json()
    except ValueError:
        return None
    return content if isinstance(content, dict) else None


def _detail(answer: httpx2.Response) -> str:
    return said(_json(answer) or {}, "message", "error")
