"""Twilio: form bodies, error codes of its own, signed status callbacks, and people who answer STOP."""

import base64
import hashlib
import hmac
import random
import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.ledger import digest
from sandbox.standins.standin import Handler, Options, Record, Standin, public

ROOT = "/2010-04-01/Accounts/{account}"
RETRY_DELAYS_S = (1.0, 5.0, 15.0)
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_CODES = {400: 21211, 401: 20003, 404: 20404, 429: 20429, 500: 20500}
# Share of numbers that can't be reached, that say stop, and that answer something.
UNDELIVERED, STOPS, ANSWERS = 0.03, 0.05, 0.12


def twilio_signature(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """`X-Twilio-Signature`: base64 HMAC-SHA1 over the URL and each parameter's name and value, sorted by name."""
    signed = url + "".join(name + parameters[name] for name in sorted(parameters))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


class Twilio(Standin):
    """The stand-in as a whole. The password of a call is taken as the auth token that signs its callbacks."""

    vendor = "twilio"
    settings: ClassVar[frozenset[str]] = frozenset({"inbound_url", "auth_token", "messages_per_second"})

    def __init__(self, ledger_path: Path, options: Options) -> None:
        super().__init__(ledger_path, options)
        self.inbound_url = ""
        self.auth_token = ""
        self.messages_per_second = 100

    def routes(self) -> list[Route]:
        """Accounts and messages."""
        return [
            Route(f"{ROOT}.json", self.keyed(self.get_account)),
            Route(f"{ROOT}/Messages.json", self.keyed(self.create_message), methods=["POST"]),
            Route(f"{ROOT}/Messages.json", self.keyed(self.list_messages)),
            Route(f"{ROOT}/Messages/{{sid}}.json", self.keyed(self.get_message)),
            Route(f"{ROOT}/Messages/{{sid}}.json", self.keyed(self.delete_message), methods=["DELETE"]),
        ]

    def error(self, status: int, message: str) -> Response:
        """Twilio's error body; a message may begin with its code in brackets."""
        given = re.match(r"\[(\d+)\] ", message)
        code = int(given[1]) if given else _CODES.get(status, 20500)
        text = message[given.end() :] if given else message
        more = f"https://www.twilio.com/docs/errors/{code}"
        return JSONResponse({"code": code, "message": text, "more_info": more, "status": status}, status_code=status)

    def refusal(self, request: Request) -> Response | None:
        """Basic authentication with the account of the path (or an API key); too many messages: 429."""
        user, token = _basic(request)
        if not self.accepts(user) or not self.accepts(token):
            return self.error(401, "Authenticate")
        if user.startswith("AC") and user != request.path_params["account"]:
            return self.error(401, "Authenticate")
        if request.method == "POST" and not self.allowed(f"send:{user}", self.messages_per_second, 1):
            return self.error(429, "Too Many Requests")
        return None

    def lies(self) -> dict[str, Handler]:
        """A message that was never queued."""

        async def queued_nothing(_: Request) -> Response:
            return JSONResponse({"sid": None, "status": "queued"}, status_code=201)

        return {f"POST {ROOT}/Messages.json": queued_nothing}

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings: where answers go, and the token that signs when no call has shown one."""
        super().configure(values)
        self.inbound_url = str(values.get("inbound_url", self.inbound_url))
        self.auth_token = str(values.get("auth_token", self.auth_token))
        self.messages_per_second = int(values.get("messages_per_second", self.messages_per_second))

    def resume(self) -> None:
        """Go on with the messages under way."""
        for row in list(self.tables["messages"].values()):
            self._tell(row)

    # Calls.

    async def get_account(self, request: Request) -> Response:
        """The account of the path."""
        account = request.path_params["account"]
        return JSONResponse({"sid": account, "friendly_name": "Sandbox", "status": "active", "type": "Full"})

    async def create_message(self, request: Request) -> Response:
        """Queue a message: 201."""
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        to, text = form.get("To", ""), form.get("Body", "")
        sender = form.get("From") or form.get("MessagingServiceSid") or ""
        if problem := self._problem(to, sender, text):
            return self.error(400, problem)
        sid = f"SM{uuid.uuid4().hex}"
        record: Record = {
            "_id": sid,
            "sid": sid,
            "account_sid": request.path_params["account"],
            "to": to,
            "from": sender,
            "body": text,
            "status": "queued",
            "direction": "outbound-api",
            "num_segments": str(-(-len(text) // 153) if len(text) > 160 else 1),
            "error_code": None,
            "error_message": None,
            "date_created": format_datetime(datetime.now(UTC)),
            "_callback": form.get("StatusCallback", ""),
            "_token": self.auth_token or _basic(request)[1],
        }
        self.effect("sms_sent", f"{to}|{digest(text)}", "messages", _sealed(record), to=to)
        self.tables["messages"][sid] = record
        self._tell(record)
        return JSONResponse(public(record), status_code=201)

    async def list_messages(self, request: Request) -> Response:
        """Messages by recipient and sender, newest first: how an uncertain one is looked up."""
        to, sender = request.query_params.get("To"), request.query_params.get("From")
        rows = [
            public(row)
            for row in reversed(self.tables["messages"].values())
            if row["sid"] not in self.tables["deleted"]
            and (to is None or row["to"] == to)
            and (sender is None or row["from"] == sender)
        ]
        size = int(request.query_params.get("PageSize", 50))
        return JSONResponse({"messages": rows[:size], "page": 0, "page_size": size, "next_page_uri": None})

    async def get_message(self, request: Request) -> Response:
        """One message."""
        row = self._kept(request.path_params["sid"])
        return self.error(404, "The requested resource was not found") if row is None else JSONResponse(public(row))

    async def delete_message(self, request: Request) -> Response:
        """Delete a message with its record: 204, and 409 while it is on its way."""
        row = self._kept(request.path_params["sid"])
        if row is None:
            return self.error(404, "The requested resource was not found")
        if row["status"] in {"queued", "sent"}:
            return self.error(409, "[20009] Cannot delete message because delivery has not been completed")
        self.effect("sms_deleted", row["sid"], "deleted", {"id": row["sid"]})
        return Response(status_code=204)

    def _kept(self, sid: str) -> Record | None:
        return None if sid in self.tables["deleted"] else self.tables["messages"].get(sid)

    def _problem(self, to: str, sender: str, text: str) -> str | None:
        if not sender:
            return "[21603] A 'From' phone number is required."
        if not text:
            return "[21602] Message body is required."
        if not _NUMBER.fullmatch(to):
            return f"[21211] Invalid 'To' Phone Number: {to}"
        return "[21610] Attempt to send to unsubscribed recipient" if to in self.tables["stopped"] else None

    # The story.

    def _tell(self, row: Record) -> None:
        luck = random.Random(f"sms:{self.seed}:{row['to']}").random()
        if row["status"] in {"delivered", "undelivered"}:
            return
        self._at(0.01, row, {"status": "sent"})
        if luck < UNDELIVERED:
            unknown = {"error_code": 30003, "error_message": "Unreachable destination handset"}
            self._at(0.05, row, {"status": "undelivered"} | unknown)
            return
        self._at(0.05, row, {"status": "delivered"})
        if luck < UNDELIVERED + STOPS:
            self.later(0.2 * self.day_seconds, lambda: self._answer(row, "STOP"))
        elif luck < UNDELIVERED + STOPS + ANSWERS:
            text = random.Random(f"sms-text:{self.seed}:{row['to']}").choice(
                ("Oui, appelez-moi", "Qui êtes-vous ?", "Non merci", "Yes, call me", "Not interested")
            )
            self.later(0.3 * self.day_seconds, lambda: self._answer(row, text))

    def _at(self, days: float, row: Record, change: Record) -> None:
        async def act() -> None:
            current = self.tables["messages"][row["sid"]] | change
            self.effect("sms_changed", row["sid"], "messages", _sealed(current), status=change["status"])
            self.tables["messages"][row["sid"]] = current
            if current["_callback"]:
                form = {
                    "MessageSid": row["sid"],
                    "MessageStatus": str(change["status"]),
                    "AccountSid": row["account_sid"],
                    "From": row["from"],
                    "To": row["to"],
                    "ApiVersion": "2010-04-01",
                }
                if current["error_code"]:
                    form["ErrorCode"] = str(current["error_code"])
                await self._post(current["_callback"], form, row["_token"])

        self.later(days * self.day_seconds, act)

    async def _answer(self, row: Record, text: str) -> None:
        key = f"{row['sid']}|answer"
        if key in self.tables["answers"]:
            return
        sid = f"SM{uuid.uuid5(uuid.NAMESPACE_URL, key).hex}"
        self.effect("sms_received", key, "answers", {"id": key, "sid": sid, "from": row["to"], "body": text})
        if text == "STOP":
            self.effect("sms_stopped", row["to"], "stopped", {"id": row["to"]})
        if self.inbound_url:
            form = {
                "MessageSid": sid,
                "AccountSid": row["account_sid"],
                "From": row["to"],
                "To": row["from"],
                "Body": text,
            }
            await self._post(self.inbound_url, form | {"NumMedia": "0"}, row["_token"])

    async def _post(self, url: str, form: dict[str, str], token: str) -> None:
        def make() -> tuple[bytes, dict[str, str]]:
            headers = {"content-type": "application/x-www-form-urlencoded"}
            return urlencode(form).encode(), headers | {"X-Twilio-Signature": twilio_signature(token, url, form)}

        await self.post_until_answered(
            f"{form['MessageSid']}|{form.get('MessageStatus', '')}", url, make, RETRY_DELAYS_S
        )


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, token = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        return "", ""
    return user, token


def _sealed(row: Record) -> Record:
    # The ledger is a file for tests to read; a customer's token has no place in it.
    return row | {"_token": ""}
