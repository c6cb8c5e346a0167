"""Plain SMTP: a person's own mailbox. The server cannot be asked about a mail, so a doubt here goes to a person.

Until DATA nothing was accepted and any fault is a retry; from DATA on, an answer settles it and silence is a doubt.
"""

import socket
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, localtime

import aiosmtplib
from aiosmtplib import SMTPAuthenticationError, SMTPException, SMTPResponseException

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


@dataclass(frozen=True)
class SmtpAccount:
    """Where and as whom to log in. `security`: starttls, tls, or none (only inside one's own walls)."""

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
            connection = await self._outside.connect(account.host, account.port, SMTP_PORTS, limit_s=CONNECT_LIMIT_S)
        except AddressRefused as error:
            return RetryAt(ACCOUNT_REST_S, f"the mail server is not asked: {error.detail}", account_fault=True)
        except (OSError, TimeoutError) as error:
            return RetryAt(30.0, f"server_unreachable:{type(error).__name__}")
        client = self._client(connection)
        try:
            before = await self._envelope(client, message)
            return before or await self._content(client, message)
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
        return aiosmtplib.SMTP(
            hostname=account.host,
            port=None,
            sock=connection,
            timeout=CONNECT_LIMIT_S,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
        )

    async def look_up(self, message: Outgoing) -> Finding:
        """A mail server cannot be asked what it took."""
        return Unknown("a mail server cannot be asked", ASK_AGAIN_S)

    async def _envelope(self, client: aiosmtplib.SMTP, message: Outgoing) -> Outcome | None:
        try:
            await client.connect()
            if self._account.username:
                await client.login(self._account.username, self._account.password)
            await client.mail(message.sender)
            await client.rcpt(message.recipient)
        except SMTPAuthenticationError:
            return RetryAt(ACCOUNT_REST_S, "the server refuses the login", account_fault=True)
        except SMTPResponseException as error:
            return _by_code(error)
        except (SMTPException, OSError, TimeoutError, ValueError) as error:
            return RetryAt(30.0, f"server_unreachable:{type(error).__name__}")
        return None

    async def _content(self, client: aiosmtplib.SMTP, message: Outgoing) -> Outcome:
        mail = _mail(message)
        try:
            await client.data(mail.as_bytes(), timeout=SEND_LIMIT_S)
        except SMTPResponseException as error:
            return _by_code(error)
        except (SMTPException, OSError, TimeoutError) as error:
            return Ambiguous(f"no_answer:{type(error).__name__}", settle_after_s=SEND_LIMIT_S)
        own = mail_headers.message_id(message)
        return Sent(message_id=own, thread_id=message.thread_id or own, reply_to=own, lead_id=message.recipient)


def _mail(message: Outgoing) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = mail_headers.sender(message)
    mail["To"] = message.recipient
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(localtime())
    mail["Message-ID"] = mail_headers.message_id(message)
    for name, value in mail_headers.extra_headers(message).items():
        mail[name] = value
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _by_code(error: SMTPResponseException) -> Outcome:
    said = redact(f"smtp:{error.code} {error.message}")[:300]
    return Failed(said) if error.code >= 500 else RetryAt(TEMPORARY_S, said)
