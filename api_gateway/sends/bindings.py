"""What Instantly knows a campaign of ours by: one Instantly campaign for each of our campaigns and each mailbox."""

import asyncio
from collections import defaultdict
from uuid import UUID

from api_gateway.database import Session
from api_gateway.providers.instantly import Instantly
from api_gateway.resources import Resources
from api_gateway.sends.repository import IntentFacts, MailboxRow

# Caps are ours to keep: a limit at the vendor would only hold a mail back until a day or an hour that nobody chose.
MOST_A_DAY = 10_000
# Two replicas may still make two: the second is never used, and an empty campaign mails nobody.
_making: defaultdict[tuple[UUID, UUID], asyncio.Lock] = defaultdict(asyncio.Lock)


async def find(session: Session, campaign_id: UUID, mailbox_id: UUID) -> str | None:
    """The id of the bound Instantly campaign; None when there is none yet."""
    bound: str | None = await session.value(
        """
        select provider_campaign_id from public.campaign_mailboxes
        where campaign_id = %(campaign_id)s and mailbox_id = %(mailbox_id)s
        """,
        campaign_id=campaign_id,
        mailbox_id=mailbox_id,
    )
    return bound


async def ensure(shared: Resources, vendor: Instantly, intent: IntentFacts, mailbox: MailboxRow) -> str:
    """The bound campaign, made when it is missing. Raises VendorFailed; nothing was sent by then."""
    async with _making[intent.campaign_id, mailbox.id]:
        async with shared.database.workflow(intent.organization_id, actor="workflow:send-due-messages") as session:
            bound = await find(session, intent.campaign_id, mailbox.id)
        if bound is not None:
            return bound
        name = f"{intent.campaign_name[:120]} · {mailbox.address} · {str(intent.campaign_id)[:8]}"
        created = await vendor.create_campaign(name, mailbox.address, intent.campaign_time_zone, MOST_A_DAY)
        async with shared.database.workflow(intent.organization_id, actor="workflow:send-due-messages") as session:
            kept: str = await session.value(
                """
                insert into public.campaign_mailboxes as c
                    (organization_id, campaign_id, mailbox_id, provider_campaign_id, is_chosen)
                values (%(organization_id)s, %(campaign_id)s, %(mailbox_id)s, %(created)s, false)
                on conflict (organization_id, campaign_id, mailbox_id)
                do update set provider_campaign_id = coalesce(c.provider_campaign_id, excluded.provider_campaign_id)
                returning provider_campaign_id
                """,
                organization_id=intent.organization_id,
                campaign_id=intent.campaign_id,
                mailbox_id=mailbox.id,
                created=created,
            )
        return kept
