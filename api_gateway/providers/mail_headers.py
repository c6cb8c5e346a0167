"""The headers of a mail that we write ourselves, RFC 8058's way out among them."""

from email.utils import formataddr

from api_gateway.providers.port import Outgoing


def message_id(message: Outgoing) -> str:
    """Its Message-ID: the same whenever the same intent is sent again."""
    return f"<{message.idempotency_key}@{message.sender.rpartition('@')[2]}>"


def sender(message: Outgoing) -> str:
    """The From header."""
    return formataddr((message.sender_name, message.sender))


def extra_headers(message: Outgoing) -> dict[str, str]:
    """One-click unsubscribe, and the thread that the mail belongs to."""
    headers = {
        "List-Unsubscribe": f"<{message.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    if message.reply_to and message.reply_to.startswith("<"):
        headers["In-Reply-To"] = message.reply_to
        thread = [message.thread_id] if message.thread_id and message.thread_id != message.reply_to else []
        headers["References"] = " ".join([*thread, message.reply_to])
    return headers
