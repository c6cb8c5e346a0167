"""What a stored event says."""

from api_gateway.webhooks import sources
from api_gateway.webhooks.events import RECEIVED_AT, VendorEvent
from api_gateway.webhooks.payloads import payload_of
from api_gateway.webhooks.repository import StoredEvent


def read(event: StoredEvent) -> VendorEvent:
    """The event in our language; the same bytes always say the same."""
    payload = payload_of(event.raw_body, event.headers.get("content-type", ""))
    return sources.read(event.source, {**payload, RECEIVED_AT: event.received_at})
