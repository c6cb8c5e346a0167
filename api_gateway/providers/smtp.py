"""Plain SMTP: a person's own mailbox. The server cannot be asked about a mail, so a doubt here goes to a person.

Until DATA nothing was accepted and any fault is a retry; from DATA on, an answer settles it and silence is a doubt.
"""

import re
import socket
from dataclasses import dataclass
from email import policy
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import Policy
from email.utils import format_datetime, localtime
from ssl import SSLError

import aiosmtplib
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from api_gateway.outside_addresses import SMTP_PORTS, AddressRefused, OutsideAddresses
from api_gateway.providers import mail_headers
from api_gateway.providers.port import (
    ACCOUNT_REST_S,
    SEND_LIMIT_S,
    Ambiguous,
    Failed,
    Finding,
    Outcome,
    Outgoing,
    RetryAt,
    Sent,
    Unknown,
)
from kit.redaction import redact

CONNECT_LIMIT_S = 10.0
ASK_AGAIN_S = 24 * 3600.0
TEMPORARY_S = 300.0
_NO_SUCH_ADDRESS = re.compile(r"5\.1\.(?:1|2|3|6|10)\b")
"""RFC 3463 and RFC 7505: no such mailbox, no such host, no address, moved away, takes no mail."""


@dataclass(frozen=True)
class SmtpAccount:
    """Where and as whom to log in. `security`: starttls, tls, or none, which counts only for a host that the operator
    has let through: a password never crosses the internet in the clear."""

    host: str
    port: int
    username: str
    password: str
    security: str = "starttls"


class Smtp:
    """One mailbox at its own server."""

    def __init__(self, account: SmtpAccount, outside: OutsideAddresses) -> None:
        self._account = account
        self._outside = outside

    async def deliver(self, message: Outgoing) -> Outcome:
        """Log in and hand the mail over. Never raises for the server."""
        account = self._account
        try:
            content = _mail(message)
        except ValueError as error:
            return Failed(f"no mail can be made of it: {type(error).__name__}")
        try:
            connection = await self._outside.connect(account.host, account.port, SMTP_PORTS, limit_s=CONNECT_LIMIT_S)
        except AddressRefused as error:
            return RetryAt(ACCOUNT_REST_S, f"the mail server is not asked: {error.detail}", account_fault=True)
        except (OSError, TimeoutError) as error:
            return RetryAt(30.0, f"server_unreachable:{type(error).__name__}", vendor_wide=True)
        client = self._client(connection)
        try:
            return (
                await self._log_in(client)
                or await self._envelope(client, message)
                or await self._content(client, message, content)
            )
        finally:
            client.close()

    async def refuses(self) -> str | None:
        """Log in and out again: None when the server lets us in, else why not, for a person. Never raises for it."""
        account = self._account
        try:
            connection = await self._outside.connect(account.host, account.port, SMTP_PORTS, limit_s=CONNECT_LIMIT_S)
        except AddressRefused as error:
            return error.detail
        except (OSError, TimeoutError):
            return "The mail server could not be reached; check host and port, or try again."
        client = self._client(connection)
        try:
            await client.connect()
            if account.username:
                await client.login(account.username, account.password)
        except SMTPAuthenticationError:
            return "The mail server refuses the login; check user name and password."
        except SMTPResponseException as error:
            return f"The mail server answered {error.code}; check how it wants to be spoken to."
        except (SMTPException, OSError, TimeoutError, ValueError):
            return "The mail server does not speak as expected; check port and security."
        finally:
            client.close()
        return None

    def _client(self, connection: socket.socket) -> aiosmtplib.SMTP:
        account = self._account
        in_clear = account.security == "none" and self._outside.lets_through(account.host, account.port)
        return aiosmtplib.SMTP(
            hostname=account.host,
            port=None,
            sock=connection,
            timeout=CONNECT_LIMIT_S,
            use_tls=account.security == "tls",
            start_tls=account.security != "tls" and not in_clear,
        )

    async def look_up(self, message: Outgoing) -> Finding:
        """A mail server cannot be asked what it took."""
        return Unknown("a mail server cannot be asked", ASK_AGAIN_S)

    async def _log_in(self, client: aiosmtplib.SMTP) -> Outcome | None:
        """What keeps us from the server is about the account, never about the one message."""
        try:
            await client.connect()
            if self._account.username:
                await client.login(self._account.username, self._account.password)
        except SMTPResponseException as error:
            return _refuses_us(error)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            if isinstance(error, SSLError | SMTPNotSupported) or "STARTTLS extension not supported" in str(error):
                return RetryAt(ACCOUNT_REST_S, f"no safe login: {type(error).__name__}", account_fault=True)
            return RetryAt(30.0, f"server_unreachable:{type(error).__name__}", vendor_wide=True)
        return None

    async def _envelope(self, client: aiosmtplib.SMTP, message: Outgoing) -> Outcome | None:
        wide = not f"{message.sender}{message.recipient}".isascii()
        if wide and not client.supports_extension("smtputf8"):
            return Failed("the server takes no address with such letters")
        encoding = "utf-8" if wide else "ascii"
        try:
            await client.mail(message.sender, options=["SMTPUTF8"] if wide else [], encoding=encoding)
            await client.rcpt(message.recipient, encoding=encoding)
        except SMTPResponseException as error:
            return _by_code(error)
        except (SMTPException, OSError, TimeoutError) as error:
            return RetryAt(30.0, f"server_unreachable:{type(error).__name__}", vendor_wide=True)
        except ValueError as error:
            return Failed(f"no address for a mail server: {type(error).__name__}")
        return None

    async def _content(self, client: aiosmtplib.SMTP, message: Outgoing, content: bytes) -> Outcome:
        try:
            await client.data(content, timeout=SEND_LIMIT_S)
        except SMTPResponseException as error:
            return _by_code(error)
        except (SMTPException, OSError, TimeoutError) as error:
            return Ambiguous(f"no_answer:{type(error).__name__}", settle_after_s=SEND_LIMIT_S)
        own = mail_headers.message_id(message)
        return Sent(message_id=own, thread_id=message.thread_id or own, reply_to=own, lead_id=message.recipient)


class _AsItStands(UnstructuredHeader, BaseHeader):
    """A header that is read by machines. The library would fold a long address into an encoded word, in which no mail
    client finds the way out (RFC 8058) and no thread its beginning; here only the spaces of a list break a line."""

    def fold(self, *, policy: Policy) -> str:
        parts = str(self).split(" ")
        return f"{self.name}: {f'{policy.linesep} '.join(parts)}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "list-unsubscribe-post", "message-id", "in-reply-to", "references"):
    _HEADERS.map_to_type(_name, _AsItStands)
# Seven bits: a relay that re-encoded the body on its way would break the signature (DKIM) over it.
_POLICY = policy.SMTP.clone(header_factory=_HEADERS, cte_type="7bit")


def _mail(message: Outgoing) -> bytes:
    """The mail as it leaves. Raises ValueError when some part of it can stand in no mail."""
    wide = not f"{message.sender}{message.recipient}".isascii()
    mail = EmailMessage(policy=_POLICY.clone(utf8=wide))
    mail["From"] = mail_headers.sender(message)
    mail["To"] = message.recipient
    mail["Subject"] = mail_headers.line(message.subject)
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = mail_headers.message_id(message)
    for name, value in mail_headers.extra_headers(message).items():
        mail[name] = value
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail.as_bytes()


def _said(error: SMTPResponseException) -> str:
    return redact(f"smtp:{error.code} {error.message}")[:300]


def _refuses_us(error: SMTPResponseException) -> Outcome:
    """The greeting, the login or the sender: the next message would fare no better, so none is given up for it."""
    if error.code < 500:
        return RetryAt(TEMPORARY_S, _said(error))
    is_login = isinstance(error, SMTPAuthenticationError)
    return RetryAt(ACCOUNT_REST_S, "the server refuses the login" if is_login else _said(error), account_fault=True)


def _by_code(error: SMTPResponseException) -> Outcome:
    if isinstance(error, SMTPSenderRefused):
        return _refuses_us(error)
    if error.code < 500:
        return RetryAt(TEMPORARY_S, _said(error))
    is_nobody = isinstance(error, SMTPRecipientRefused) and _NO_SUCH_ADDRESS.match(error.message)
    return Failed(_said(error), ends="bounced" if is_nobody else None)
