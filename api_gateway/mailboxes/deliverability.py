"""The watch over bounces and complaints: a mailbox or a campaign that fares badly is stopped before it is ruined.

Of the last `bounce_window_sends` (a hundred), once there are enough of them: from `bounce_warn_percent` on a mailbox is
warned, from `bounce_pause_percent` on it is paused; a campaign is paused above it. A complaint weighs like a bounce. A
pause raises an alert, is in the audit log, and is lifted by a person only; the sends before it are then forgiven.
A message whose address the server refused at once counts as sent and bounced: to who keeps the address it is the same.
"""

from typing import Literal
from uuid import UUID

from api_gateway.database import Session
from api_gateway.mailboxes import repository
from api_gateway.mailboxes.repository import Limits, Record
from api_gateway.notifications.repository import raise_alert

Verdict = Literal["unknown", "healthy", "warned", "paused"]


def verdict(record: Record, limits: Limits) -> Verdict:
    """How the last sends fared; unknown below the minimum."""
    if record.sends < limits.bounce_minimum_sends:
        return "unknown"
    percent = _percent(record)
    if percent >= limits.bounce_pause_percent:
        return "paused"
    return "warned" if percent >= limits.bounce_warn_percent else "healthy"


async def watch(session: Session, organization_id: UUID) -> None:
    """Judge every mailbox and running campaign of the organization that the workflow session is narrowed to.

    Call it after a bounce or complaint was stored as a message event.
    """
    await repository.lock_watch(session, organization_id)
    limits = await repository.limits(session, organization_id)
    for mailbox in await repository.mailbox_records(session, organization_id, limits.bounce_window_sends):
        await _judge_mailbox(session, organization_id, mailbox, limits)
    for campaign in await repository.campaign_records(session, organization_id, limits.bounce_window_sends):
        if campaign.sends < limits.bounce_minimum_sends or _percent(campaign) <= limits.bounce_pause_percent:
            continue
        reason = _share(campaign)
        await session.because("bounce_watch")
        await repository.pause_campaign(session, campaign.id, reason)
        await raise_alert(
            session,
            organization_id,
            kind="campaign_paused",
            severity="critical",
            title=f"The campaign “{campaign.name}” was paused",
            detail=f"{reason} Check the addresses, then resume it.",
            dedupe_key=f"campaign_paused:{campaign.id}",
            entity="campaigns",
            entity_id=campaign.id,
        )


async def note_failure(
    session: Session, organization_id: UUID, message_id: UUID, kind: Literal["bounced", "complained"]
) -> None:
    """A message came back or was complained about: count it and watch. Its message event is stored by the caller."""
    await repository.count_bounce(session, message_id, kind)
    await watch(session, organization_id)


async def _judge_mailbox(session: Session, organization_id: UUID, mailbox: Record, limits: Limits) -> None:
    state = verdict(mailbox, limits)
    if mailbox.state == "paused" or state in {"unknown", mailbox.state}:
        return
    reason = None if state == "healthy" else _share(mailbox)
    await session.because("bounce_watch")
    await repository.set_health(session, mailbox.id, state, reason)
    if state == "healthy":
        return
    await raise_alert(
        session,
        organization_id,
        kind="mailbox_paused" if state == "paused" else "mailbox_warned",
        severity="critical" if state == "paused" else "warning",
        title=f"The mailbox {mailbox.name} was {state}",
        detail=reason or "",
        dedupe_key=f"mailbox_{state}:{mailbox.id}",
        entity="mailboxes",
        entity_id=mailbox.id,
    )


def _percent(record: Record) -> float:
    return 100 * (record.bounces + record.complaints) / record.sends


def _share(record: Record) -> str:
    return f"{record.bounces} bounces and {record.complaints} complaints in the last {record.sends} sends."
