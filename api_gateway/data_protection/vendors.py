"""Which vendor can be asked to forget a person, and by whom it is asked."""

import httpx2

from api_gateway.credentials.sealed import OpenCredential
from api_gateway.providers import registry
from api_gateway.providers.calendly import Calendly
from api_gateway.providers.forgetting import Forgetful, Unforgetting
from api_gateway.providers.twilio import Twilio
from api_gateway.settings import Settings

_BY_HAND = {
    "resend": "sent_mails_deleted",
    "smtp": "mails_in_your_mailbox_deleted",
    "phantombuster": "result_files_deleted",
    "anthropic": "prompts_deleted",
    "openai": "prompts_deleted",
}


def with_key(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Forgetful | None:
    """Who forgets a person at the vendor of a credential; None when it lacks what it needs to."""
    key = credential.key.get_secret_value()
    match credential.service_name:
        case "instantly":
            return registry.instantly(settings, client, credential)
        case "twilio" if credential.options.get("account_sid"):
            return Twilio(client, settings.twilio_base_url, str(credential.options["account_sid"]), key)
        case "calcom":
            return registry.calcom(settings, client, credential)
        case "calendly":
            return Calendly(client, settings.calendly_base_url, key)
    return None


def by_hand(vendor: str) -> Forgetful | None:
    """For vendors whose API deletes nothing of one person's, what is left to be done by hand; None for the others."""
    return Unforgetting((_BY_HAND[vendor],)) if vendor in _BY_HAND else None
