"""Which client speaks for which provider."""

import httpx2

from api_gateway.credentials.sealed import OpenCredential
from api_gateway.outside_addresses import OutsideAddresses
from api_gateway.providers.calcom import Calcom
from api_gateway.providers.calendly import Calendly
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.phantombuster import PhantomBuster
from api_gateway.providers.port import Provider
from api_gateway.providers.resend import Resend
from api_gateway.providers.smtp import Smtp, SmtpAccount
from api_gateway.providers.twilio import Twilio
from api_gateway.settings import Settings

TLS_PORT = "465"
"""Where a mail server expects TLS from the first byte (RFC 8314)."""


def instantly(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Instantly:
    """The workspace that a customer's key opens."""
    return Instantly(client, settings.instantly_base_url, credential.key.get_secret_value())


def sender(
    settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential, status_callback: str | None = None
) -> Provider | None:
    """The sending client of a credential; None for a service that sends nothing, or lacks what it needs to.

    `status_callback`: our address to be told to a vendor who asks for one with each message.
    """
    key = credential.key.get_secret_value()
    options = credential.options
    match credential.service_name:
        case "instantly":
            return instantly(settings, client, credential)
        case "resend":
            return Resend(client, settings.resend_base_url, key)
        case "twilio" if options.get("account_sid"):
            return Twilio(client, settings.twilio_base_url, str(options["account_sid"]), key, status_callback)
        case "smtp" if options.get("host") and str(options.get("port", "587")).isdigit():
            return Smtp(
                SmtpAccount(
                    host=str(options["host"]),
                    port=int(options.get("port", 587)),
                    username=str(options.get("username", "")),
                    password=key,
                    security=str(
                        options.get("security") or ("tls" if str(options.get("port")) == "465" else "starttls")
                    ),
                ),
                OutsideAddresses.parse(settings.private_hosts_allowed),
            )
    return None


def phantombuster(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> PhantomBuster:
    """The organisation that a customer's key opens."""
    return PhantomBuster(client, settings.phantombuster_base_url, credential.key.get_secret_value())


def calcom(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Calcom:
    """The account that a customer's key opens."""
    return Calcom(client, settings.calcom_base_url, credential.key.get_secret_value())


def calendly(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Calendly:
    """The account that a customer's key opens."""
    return Calendly(client, settings.calendly_base_url, credential.key.get_secret_value())
