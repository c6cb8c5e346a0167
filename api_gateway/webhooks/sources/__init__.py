"""One module a vendor: how its events are identified, and what they say in our language."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from api_gateway.webhooks.events import Identity, VendorEvent
from api_gateway.webhooks.sources import calcom, calendly, instantly, phantombuster, resend, twilio

_SOURCES: dict[str, ModuleType] = {
    "instantly": instantly,
    "calcom": calcom,
    "calendly": calendly,
    "resend": resend,
    "twilio": twilio,
    "phantombuster": phantombuster,
}
SOURCES = frozenset(_SOURCES)


def identify(source: str, payload: Mapping[str, Any], headers: Mapping[str, str]) -> Identity:
    """Name, time and meaning of an event. Never raises on what a vendor may leave out."""
    identity: Identity = _SOURCES[source].identify(payload, headers)
    return identity


def read(source: str, payload: Mapping[str, Any]) -> VendorEvent:
    """What an event says. Never raises on what a vendor may leave out: such an event is `Unknown`."""
    event: VendorEvent = _SOURCES[source].read(payload)
    return event
