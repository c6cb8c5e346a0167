"""Resend. Each send carries an idempotency key, good for 24 hours; what is in doubt is looked for all the same, because
the person may have said stop in between and a second call would write to them.
"""

import asyncio
import time
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx2

from api_gateway.providers import mail_headers
from api_gateway.providers.port import (
    CLOCKS_DIFFER_BY,
    NOT_THE_LIST,
    SEND_LIMIT_S,
    Ambiguous,
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
TOO_FAST = "vendor_answered:429"
PAGE = 100
MAX_PAGES = 100
LOOK_LIMIT_S = 60.0
"""How long a look-up goes on where the vendor wants us to be slow: by default it allows two calls a second."""


class Resend:
    """One customer's Resend team."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str, key: str) -> None:
        self._client = client
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}"}
        self._looked_through: dict[str, dict[str, Any]] = {}

    async def deliver(self, message: Outgoing) -> Outcome:
        """Send one mail. Never raises for the vendor."""
        message_id = mail_headers.message_id(message)
        try:
            answer = await self._client.post(
                f"{self._base}/emails",
                json={
                    "from": mail_headers.sender(message),
                    "to": [message.recipient],
                    "subject": message.subject,
                    "html": message.html,
                    "text": message.text,
                    "headers": {"Message-ID": message_id, **mail_headers.extra_headers(message)},
                },
                headers={**self._headers, "Idempotency-Key": message.idempotency_key},
                timeout=SEND_LIMIT_S,
            )
        except httpx2.HTTPError as error:
            return unanswered(error)
        if answer.status_code == 409:
            return Ambiguous("idempotency_key_used_with_another_text")
        content = _json(answer)
        if not answer.is_success:
            return refused(answer, said(content, "message"))
        if not content.get("id"):
            return Ambiguous("vendor_named_no_mail")
        return _sent(str(content["id"]), message)

    async def look_up(self, message: Outgoing) -> Finding:
        """The mail that carries the message's marker, among those that were sent since it was begun, newest first.

        Pages are kept for the next look-up of the same client: doubts come in numbers, and two calls a second are few.
        """
        after = ""
        end = time.monotonic() + LOOK_LIMIT_S
        try:
            for _ in range(MAX_PAGES):
                page = self._looked_through.get(after) or await self._page(after, end)
                if isinstance(page, Unknown):
                    return page
                rows = page["data"]
                if found := await self._among(rows, message, end):
                    return found
                if not rows or not page.get("has_more") or _is_older(rows[-1], message):
                    return NotThere()
                after = str(rows[-1]["id"])
        except httpx2.HTTPError as error:
            return Unknown(type(error).__name__)
        # It may be further down: not found is not the same as not there, and only the latter may be sent again.
        return Unknown("too_many_mails_to_look_through")

    async def _page(self, after: str, end: float) -> dict[str, Any] | Unknown:
        page = await self._read("/emails", {"limit": str(PAGE)} | ({"after": after} if after else {}), end)
        if isinstance(page, Unknown):
            return page
        if not isinstance(page.get("data"), list):
            return Unknown(NOT_THE_LIST, 60.0)
        self._looked_through[after] = page
        return page

    async def _read(self, path: str, query: dict[str, str], end: float) -> dict[str, Any] | Unknown:
        # Waits as long as the vendor says, until `end` (monotonic seconds).
        while True:
            read = await self._get(path, query)
            if not isinstance(read, Unknown) or read.reason != TOO_FAST or time.monotonic() + read.after_s > end:
                return read
            await asyncio.sleep(read.after_s)

    async def _among(self, rows: list[dict[str, Any]], message: Outgoing, end: float) -> Sent | Unknown | None:
        for row in rows:
            if message.recipient not in row.get("to", []) or row.get("subject") != message.subject:
                continue
            mail = await self._read(f"/emails/{row['id']}", {}, end)
            if isinstance(mail, Unknown):
                return mail
            if not {"html", "text"} & mail.keys():
                return Unknown(NOT_THE_LIST, 60.0)
            if message.marker in f"{mail.get('html')}{mail.get('text')}":
                return _sent(str(row["id"]), message)
        return None

    async def received(self, mail_id: str) -> dict[str, Any]:
        """A mail that came in, with the text and headers that its webhook leaves out. Raises VendorFailed."""
        try:
            mail = await self._get(f"/emails/receiving/{quote(mail_id, safe='')}", {})
        except httpx2.HTTPError as error:
            raise VendorFailed("Resend could not be reached.") from error
        if isinstance(mail, Unknown):
            raise VendorFailed(f"Resend did not give the mail that came in: {mail.reason}.")
        return mail

    async def _get(self, path: str, query: dict[str, str]) -> dict[str, Any] | Unknown:
        answer = await self._client.get(self._base + path, params=query, headers=self._headers, timeout=CALL_LIMIT_S)
        if not answer.is_success:
            return Unknown(f"vendor_answered:{answer.status_code}", retry_after(answer, 30.0))
        return _json(answer)


def _is_older(row: dict[str, Any], message: Outgoing) -> bool:
    try:
        created = datetime.fromisoformat(str(row.get("created_at")))
        return message.begun_at is not None and created < message.begun_at - CLOCKS_DIFFER_BY
    except (ValueError, TypeError):
        return False


def _sent(mail_id: str, message: Outgoing) -> Sent:
    own = mail_headers.message_id(message)
    return Sent(message_id=mail_id, thread_id=message.thread_id or own, reply_to=own, lead_id=message.recipient)


def _json(answer: httpx2.Response) -> dict[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
