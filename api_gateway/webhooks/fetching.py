"""What an event only points at: Resend tells that a mail came in, and gives its text when it is asked."""

from typing import Any
from uuid import UUID

from api_gateway.credentials.sealed import open_credential
from api_gateway.providers.resend import Resend
from api_gateway.resources import Resources
from api_gateway.webhooks.events import MailEvent


def announced(said: MailEvent) -> str | None:
    """The id of a mail of which the event says only that it came; None when there is nothing to fetch."""
    if said.reply is None or said.reply.text or said.reply.html:
        return None
    return said.reply.provider_message_id


async def mail_of(shared: Resources, organization_id: UUID, mail_id: str) -> dict[str, Any]:
    """A mail that came in by Resend. Raises CredentialMissing or VendorFailed: the event is then tried again."""
    async with shared.database.workflow(organization_id, actor="webhook", reason="fetch_mail") as session:
        credential = await open_credential(session, shared.keyring, "resend")
    client = Resend(shared.http, shared.settings.resend_base_url, credential.key.get_secret_value())
    return await client.received(mail_id)
