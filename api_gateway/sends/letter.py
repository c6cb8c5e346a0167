"""A message as it leaves: with its way out, escaped, in plain text and in HTML."""

from api_gateway.providers.mail_headers import line, on_the_wire
from api_gateway.providers.port import Outgoing, as_html
from api_gateway.sends.desk import recipient
from api_gateway.sends.repository import IntentFacts, MailboxRow
from api_gateway.suppressions import unsubscribe
from api_gateway.suppressions.keys import normalized

_FOOTER = {
    "fr": "Pour ne plus recevoir de messages de ma part : {link}",
    "en": "To receive no more messages from me: {link}",
}


def compose(
    intent: IntentFacts, mailbox: MailboxRow, *, binding: str | None, public_url: str, secret: bytes
) -> Outgoing:
    """The outgoing form of a planned send. The footer carries the unsubscribe link, and the postal address if set."""
    link = unsubscribe.link(public_url, secret, intent.organization_id, intent.message_id, intent.email_norm)
    text, address = intent.body.strip(), recipient(intent) or ""
    if intent.channel == "email":
        lines = [_FOOTER.get(intent.language, _FOOTER["fr"]).format(link=link)]
        if intent.postal_address.strip():
            lines.append(intent.postal_address.strip())
        text = "\n".join([text, "", "-- ", *lines])
    return Outgoing(
        intent_id=intent.intent_id,
        idempotency_key=intent.idempotency_key,
        channel=intent.channel,
        sender=on_the_wire(mailbox.address)
        if intent.channel == "email"
        else normalized("phone", mailbox.address).value,
        sender_name=mailbox.display_name,
        recipient=on_the_wire(address) if intent.channel == "email" else address,
        first_name=intent.first_name,
        last_name=intent.last_name,
        title=intent.title or "",
        company=intent.company_name or "",
        subject=subject(intent),
        text=text,
        html=as_html(text),
        marker=unsubscribe.marker(intent.message_id),
        unsubscribe_url=link,
        lead_id=intent.provider_lead_id,
        thread_id=intent.provider_thread_id,
        reply_to=intent.reply_to_of_answer or intent.provider_reply_to,
        binding=binding,
        begun_at=intent.sending_at,
    )


def subject(intent: IntentFacts) -> str:
    """Its own, or that of the thread."""
    own = line(intent.subject)
    if own or not intent.first_subject:
        return own
    return f"Re: {line(intent.first_subject)}"
