"""The headers of a mail that we write ourselves, RFC 8058's way out among them.

Nothing here can end a line: what a person or a stranger wrote is first made one line of it.
"""

import re
import unicodedata
from email.utils import formataddr

from email_validator import EmailNotValidError, validate_email

from api_gateway.providers.port import Outgoing

_MESSAGE_ID = re.compile(r"<[!-;=?-~]+>")


def line(text: str) -> str:
    """`text` on one line, without control characters."""
    return "".join(one for one in " ".join(text.split()) if unicodedata.category(one) != "Cc")


def on_the_wire(address: str) -> str:
    """An address as every mail server reads it: its domain in ASCII (RFC 5891), its local part as it is."""
    try:
        found = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return address
    return f"{found.ascii_local_part or found.local_part}@{found.ascii_domain}"


def message_id(message: Outgoing) -> str:
    """Its Message-ID: the same whenever the same intent is sent again."""
    return f"<{message.idempotency_key}@{message.sender.rpartition('@')[2]}>"


def sender(message: Outgoing) -> str:
    """The From header."""
    name = line(message.sender_name)
    if message.sender.isascii():
        return formataddr((name, message.sender))
    return f"{formataddr((name, 'x')).removesuffix('<x>')}<{message.sender}>" if name else message.sender


def extra_headers(message: Outgoing) -> dict[str, str]:
    """One-click unsubscribe, and the thread that the mail belongs to."""
    headers = {
        "List-Unsubscribe": f"<{message.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if answered := _MESSAGE_ID.findall(message.reply_to or "")[:1]:
        headers["In-Reply-To"] = answered[0]
        thread = _MESSAGE_ID.findall(message.thread_id or "")[:1]
        headers["References"] = " ".join(dict.fromkeys([*thread, *answered]))
    return headers
