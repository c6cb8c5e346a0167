"""Which client speaks for which provider."""

import httpx2

from api_gateway.credentials.sealed import OpenCredential
from api_gateway.providers.calcom import Calcom
from api_gateway.providers.instantly import Instantly
from api_gateway.providers.phantombuster import PhantomBuster
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


def phantombuster(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> PhantomBuster:
    """The organisation that a customer's key opens."""
    return PhantomBuster(client, settings.phantombuster_base_url, credential.key.get_secret_value())


def calcom(settings: Settings, client: httpx2.AsyncClient, credential: OpenCredential) -> Calcom:
    """The account that a customer's key opens."""
    return Calcom(client, settings.calcom_base_url, credential.key.get_secret_value())
