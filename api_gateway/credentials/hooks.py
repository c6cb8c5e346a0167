"""What is done once a vendor's key is stored: registering our webhook with the vendor, taking over its mailboxes.

The room that knows a vendor adds itself, under the service's name, when it is imported. A hook gets the running gateway
and the organization's id; it opens its own session. A failure becomes an alert: the key stays stored.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from api_gateway.notifications.repository import raise_alert
from api_gateway.resources import Resources

Hook = Callable[[Resources, UUID], Awaitable[None]]
ON_STORED: dict[str, Hook] = {}
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
        async with shared.database.workflow(organization_id, actor="gateway") as session:
            await raise_alert(
                session,
                organization_id,
                kind="vendor_webhook",
                severity="warning",
                title=f"The {service_name} webhook is not set up",
                detail=f"{service_name} could not be told where to send its events ({type(error).__name__}); "
                "enter the key again.",
                dedupe_key=f"webhook:{service_name}",
            )
