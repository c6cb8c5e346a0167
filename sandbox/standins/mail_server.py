"""A plain SMTP server: takes mail with a login, refuses addresses that don't exist, and keeps what it took."""

import asyncio
import email.policy
import time
from email import message_from_bytes
from pathlib import Path
from typing import Any, ClassVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.standins.behaviours import Behaviour
from sandbox.standins.ledger import digest
from sandbox.standins.sockets import bind
from sandbox.standins.standin import Options, Record, Standin, public
from sandbox.story import outcomes

SIZE_LIMIT = 10 * 1024 * 1024
_REFUSED = "550 5.1.1 Recipient address rejected: User unknown"


class MailServer(Standin):
    """The stand-in as a whole. Behaviours name the command: `SMTP MAIL`, `SMTP RCPT` or `SMTP DATA`.

    A status of 400 to 599 is answered as it is, others as 451; 0 drops the connection.
    """

    vendor = "smtp"
    settings: ClassVar[frozenset[str]] = frozenset({"require_login", "bounces"})

    def __init__(self, ledger_path: Path, options: Options) -> None:
        super().__init__(ledger_path, options)
        self.require_login = True
        self.bounces = True
        self.port = 0
        self.last_password = ""
        self._server: asyncio.Server | None = None

    def routes(self) -> list[Route]:
        """The mailbox, for tests to look into."""
        return [Route("/messages", self.list_messages)]

    def configure(self, values: dict[str, Any]) -> None:
        """Apply settings: whether a login is required, and whether addresses of the story bounce."""
        super().configure(values)
        self.require_login = bool(values.get("require_login", self.require_login))
        self.bounces = bool(values.get("bounces", self.bounces))

    def bind_more(self) -> None:
        """Take the SMTP port."""
        self._listener = bind(self.options.smtp_port)
        self.port = self._listener.getsockname()[1]

    async def start(self) -> None:
        """Serve SMTP."""
        self._server = await asyncio.get_running_loop().create_server(self._protocol, sock=self._listener)

    async def aclose(self) -> None:
        """Stop serving SMTP, then the rest."""
        if self._server is not None:
            self._server.close()
        await super().aclose()

    def about(self) -> dict[str, Any]:
        """The port that speaks SMTP."""
        return {"smtp_port": self.port}

    async def list_messages(self, request: Request) -> Response:
        """What was taken, oldest first, optionally for one recipient."""
        to = request.query_params.get("to", "").lower()
        rows = [public(row) for row in self.tables["messages"].values() if not to or to in row["to"]]
        return JSONResponse(rows)

    def keep(self, sender: str, recipients: list[str], content: bytes) -> str:
        """Take one mail; its queue id."""
        message = message_from_bytes(content, policy=email.policy.default)
        body = message.get_body(("plain", "html"))
        text = str(body.get_content()) if body is not None else ""
        subject, number = str(message["subject"] or ""), f"q{len(self.tables['messages']) + 1}"
        record: Record = {
            "id": number,
            "from": sender,
            "to": [recipient.lower() for recipient in recipients],
            "subject": subject,
            "text": text,
            # As they came: a mail client looks for the way out in the header itself, not in what it decodes to.
            "headers": {name: _as_it_came(str(value)) for name, value in message.raw_items()},
            "message_id": str(message["message-id"] or ""),
        }
        first, content_key = record["to"][0], digest(subject, text)
        self.effect("email_sent", f"{first}|{content_key}", "messages", record, lead_email=first, message=content_key)
        return number

    def unknown(self, address: str) -> bool:
        """Whether the story says that nobody lives at this address."""
        return self.bounces and outcomes.card(self.seed, address).fate == "bounce"

    def _protocol(self) -> SMTP:
        return SMTP(
            _Commands(self),
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            hostname="smtp.sandbox.example",
            ident="sandbox",
            auth_require_tls=False,
            authenticator=self._authenticate,
        )

    def _authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, given: Any) -> AuthResult:
        known = isinstance(given, LoginPassword) and self.accepts(given.password.decode("utf-8", "replace"))
        if isinstance(given, LoginPassword):
            self.last_password = given.password.decode("utf-8", "replace")
        return AuthResult(success=known, handled=known)


def _as_it_came(value: str) -> str:
    return " ".join(value.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


class _Commands:
    """aiosmtpd calls one method per command and sends back the line it answers."""

    def __init__(self, standin: MailServer) -> None:
        self.standin = standin

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (told := await self._misbehave(server, "MAIL")) is not None:
            return told
        if self.standin.require_login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if (told := await self._misbehave(server, "RCPT")) is not None:
            return told
        if self.standin.unknown(address):
            self._write_down("RCPT", 550, address)
            return _REFUSED
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        rule = self.standin.behaviours.take("SMTP", "DATA")
        if rule is not None and rule.mode == "accept_then_fail":
            self._keep(envelope)
        told = None if rule is None else await self._told(server, "DATA", rule)
        answer = self._keep(envelope) if told is None else told
        await self.standin.ledger.synced()
        return answer

    def _keep(self, envelope: Envelope) -> str:
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        number = self.standin.keep(str(envelope.mail_from), list(envelope.rcpt_tos), content)
        self._write_down("DATA", 250, envelope.rcpt_tos[0])
        return f"250 2.0.0 OK: queued as {number}"

    async def _misbehave(self, server: SMTP, command: str) -> str | None:
        rule = self.standin.behaviours.take("SMTP", command)
        return None if rule is None else await self._told(server, command, rule)

    async def _told(self, server: SMTP, command: str, rule: Behaviour) -> str | None:
        """The line to answer, or None to go on as usual."""
        await asyncio.sleep(rule.delay_s)
        if rule.mode == "slow":
            return None
        if rule.mode == "lie":
            return "250 2.0.0 OK: queued as nothing"
        status = 0 if rule.mode == "refuse" else rule.status
        self._write_down(command, status, rule.mode)
        if status == 0 and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
            return "421 4.3.0 closing"
        status = status if 400 <= status <= 599 else 451
        told = "told to fail by the control route"
        if rule.mode == "echo":
            told = f"the password was {self.standin.last_password}"
        return f"{status} {status // 100}.3.0 {told}"

    def _write_down(self, command: str, status: int, about: str) -> None:
        key = digest(about, str(time.time()))
        self.standin.ledger.record("call", f"SMTP {command}", key, status=status, about=about)
