"""Which client speaks for which provider."""

import httpx2

from api_gateway.credentials.sealed import OpenCredential
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.port import Provider
from api_gateway.settings import Settings


def instantly(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Instantly:
    """The workspace that a customer's key opens."""
    return Instantly(client, settings.instantly_base_url, credential.key.get_secret_value())


def sender(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Provider | None:
    """The sending client of a credential; None for a service that sends nothing."""
    if credential.service_name == "instantly":
        return instantly(settings, client, credential)
    return None
