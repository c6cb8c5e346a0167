"""Twilio, text messages only. It knows no idempotency key: what is in doubt is looked for in its list of messages."""

from dataclasses import replace
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx2

from api_gateway.providers.forgetting import Step, Traces
from api_gateway.providers.port import (
    CLOCKS_DIFFER_BY,
    NOT_THE_LIST,
    SEND_LIMIT_S,
    Ambiguous,
    Failed,
    Finding,
    NotThere,
    Outcome,
    Outgoing,
    Sent,
    Unknown,
    refused,
    retry_after,
    said,
    unanswered,
)
from kit.errors import VendorFailed

CALL_LIMIT_S = 10.0
OPTED_OUT = "21610"
"""The person has answered STOP to this number."""


class Twilio:
    """One customer's Twilio account. `status_callback`: where it tells what becomes of a message."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        base_url: str,
        account_sid: str,
        token: str,
        status_callback: str | None = None,
    ) -> None:
        self._client = client
        self._callback = {} if status_callback is None else {"StatusCallback": status_callback}
        self._messages = f"{base_url.rstrip('/')}/2010-04-01/Accounts/{quote(account_sid, safe='')}/Messages.json"
        self._auth = httpx2.BasicAuth(account_sid, token)

    async def deliver(self, message: Outgoing) -> Outcome:
        """Send one text message. Never raises for the vendor."""
        try:
            answer = await self._client.post(
                self._messages,
                data={"To": message.recipient, "From": message.sender, "Body": message.text, **self._callback},
                auth=self._auth,
                timeout=SEND_LIMIT_S,
            )
        except httpx2.HTTPError as error:
            return unanswered(error)
        content = _json(answer)
        if not answer.is_success:
            outcome = refused(answer, f"{said(content, 'code')} {said(content, 'message')}".strip())
            if isinstance(outcome, Failed) and str(content.get("code")) == OPTED_OUT:
                return replace(outcome, ends="replied_stop")
            return outcome
        if not content.get("sid"):
            return Ambiguous("vendor_named_no_message")
        return _sent(content)

    async def look_up(self, message: Outgoing) -> Finding:
        """A message of the same words between the same two numbers, none from before this one was begun."""
        try:
            answer = await self._client.get(
                self._messages,
                params={"To": message.recipient, "From": message.sender, "PageSize": "100"},
                auth=self._auth,
                timeout=CALL_LIMIT_S,
            )
        except httpx2.HTTPError as error:
            return Unknown(type(error).__name__)
        if not answer.is_success:
            return Unknown(f"vendor_answered:{answer.status_code}", retry_after(answer, 30.0))
        rows = _json(answer).get("messages")
        if not isinstance(rows, list):
            return Unknown(NOT_THE_LIST, 60.0)
        for row in rows:
            if row.get("body") == message.text and not _is_older(row, message):
                return _sent(row)
        # The newest come first: what is further down is older than any doubt.
        return NotThere()

    async def forget(self, traces: Traces) -> list[Step]:
        """Delete every message to and from a person's numbers, with its record. Raises VendorFailed."""
        sids = set(traces.message_ids)
        for number in traces.phones:
            for side in ("To", "From"):
                sids |= await self._sids({side: number, "PageSize": "1000"})
        deleted = 0
        for sid in sorted(sids):
            answer = await self._call("DELETE", self._messages.replace(".json", f"/{quote(sid, safe='')}.json"))
            if not answer.is_success and answer.status_code != 404:
                raise VendorFailed(f"Twilio answered {answer.status_code}.")
            deleted += answer.is_success
        return [Step("messages_deleted", "done", deleted)]

    async def _sids(self, query: dict[str, str]) -> set[str]:
        answer = await self._call("GET", self._messages, params=query)
        if not answer.is_success:
            raise VendorFailed(f"Twilio answered {answer.status_code}.")
        return {str(row["sid"]) for row in _json(answer).get("messages") or []}

    async def _call(self, method: str, url: str, **options: Any) -> httpx2.Response:
        try:
            return await self._client.request(method, url, auth=self._auth, timeout=CALL_LIMIT_S, **options)
        except httpx2.HTTPError as error:
            raise VendorFailed("Twilio could not be reached.") from error


def _is_older(row: dict[str, Any], message: Outgoing) -> bool:
    try:
        created = parsedate_to_datetime(str(row.get("date_created")))
        return message.begun_at is not None and created < message.begun_at - CLOCKS_DIFFER_BY
    except (ValueError, TypeError):
        return False


def _sent(row: dict[str, Any]) -> Sent:
    return Sent(message_id=str(row["sid"]))


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
