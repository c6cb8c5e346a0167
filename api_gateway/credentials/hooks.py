"""What is done once a vendor's key is stored: registering our webhook with the vendor, taking over its mailboxes.

The room that knows a vendor adds itself, under the service's name, when it is imported. A hook gets the running gateway
and the organization's id; it opens its own session. A failure becomes an alert: the key stays stored.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources
from kit.errors import AppError

Hook = Callable[[Resources, UUID], Awaitable[None]]
ON_STORED: dict[str, Hook] = {}
_NAMES = {"instantly": "Instantly", "calcom": "Cal.com", "calendly": "Calendly"}
log = structlog.get_logger(__name__)


async def run(shared: Resources, organization_id: UUID, service_name: str) -> None:
    """Run the hook of `service_name`, if there is one."""
    hook = ON_STORED.get(service_name)
    if hook is None:
        return
    try:
        await hook(shared, organization_id)
    except Exception as error:
        log.exception("credential_hook_failed", service_name=service_name)
        name = _NAMES.get(service_name, service_name)
        reason = error.detail if isinstance(error, AppError) else "Something went wrong here."
        async with shared.database.workflow(organization_id, actor="gateway") as session:
            await raise_alert(
                session,
                organization_id,
                kind="vendor_webhook",
                severity="warning",
                title=f"{name} does not know yet where to send its events",
                detail=f"{reason} Enter the key again in the settings.",
                dedupe_key=f"webhook:{service_name}",
                entity="api_credentials",
            )
