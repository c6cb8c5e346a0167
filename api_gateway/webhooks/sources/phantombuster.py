"""PhantomBuster: a container ended. Nothing in it is believed; the container is fetched again by its id."""

from collections.abc import Mapping
from typing import Any

from api_gateway.webhooks.events import Identity, RunEvent, Unknown, VendorEvent, clean


def identify(payload: Mapping[str, Any], _: Mapping[str, str]) -> Identity:
    """PhantomBuster's key is the container."""
    container = clean(payload.get("containerId"), 100)
    return Identity("container.ended", None, (container, clean(payload.get("exitCode"), 20)) if container else ())


def read(payload: Mapping[str, Any]) -> VendorEvent:
    """Which run to look at."""
    container = clean(payload.get("containerId"), 100)
    return RunEvent(container) if container else Unknown("the event names no container")
