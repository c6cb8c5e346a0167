"""The accounts of an Instantly workspace as mailboxes: taken over by hand, and compared by the worker.

By hand, an account becomes a mailbox that sends as soon as Instantly itself can send from it. The worker never lets
anything new send by itself: what it finds is switched off and shown in an alert. An address that Instantly has no
account for any more is switched off by both.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api_gateway.credentials.sealed import open_credential
from api_gateway.database import Session
from api_gateway.mailboxes import repository
from api_gateway.mailboxes.schemas import MailboxSync
from api_gateway.mailboxes.service import require_administrator, with_todays_cap
from api_gateway.notifications.repository import raise_alert
from api_gateway.providers import registry
from api_gateway.resources import Resources
from api_gateway.sessions import Member
from api_gateway.suppressions.keys import UnreadableAddress, normalized

ACTIVE = 1
FIRST_DAILY_CAP = 20
MOST_DAILY_CAP = 2_000


@dataclass
class Compared:
    """Ids of new mailboxes, and addresses that are known, gone, or cannot send."""

    added: list[UUID] = field(default_factory=list)
    known: int = 0
    gone: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)


async def sync_by_hand(member: Member) -> MailboxSync:
    """Take over every account. Raises NotPermitted, CredentialMissing or VendorFailed."""
    require_administrator(member)
    accounts = await _accounts(member.shared, member.organization_id, actor=f"user:{member.user_id}")
    found = await _compare(member.session, member.organization_id, accounts, new_ones_send=True)
    shown = [await repository.one(member.session, member.organization_id, added) for added in found.added]
    return MailboxSync(
        added=[with_todays_cap(row) for row in shown if row is not None],
        known=found.known,
        gone=found.gone,
        unusable=found.unusable,
    )


async def sync_by_worker(shared: Resources, organization_id: UUID) -> None:
    """Compare one organization's list with the vendor's. Raises CredentialMissing or VendorFailed."""
    accounts = await _accounts(shared, organization_id, actor="worker")
    async with shared.database.workflow(organization_id, actor="worker", reason="sync_mailboxes") as session:
        found = await _compare(session, organization_id, accounts, new_ones_send=False)
        if found.added:
            await raise_alert(
                session,
                organization_id,
                kind="mailboxes_found",
                severity="info",
                title="Instantly has new accounts",
                detail=f"{len(found.added)} new accounts were added, switched off. Switch on those that may send.",
                dedupe_key="mailboxes_found",
                entity="mailboxes",
            )
        if found.gone:
            await raise_alert(
                session,
                organization_id,
                kind="mailboxes_gone",
                severity="warning",
                title="Instantly no longer has some of your mailboxes",
                detail=f"Switched off: {', '.join(found.gone[:10])}. Nothing is sent from them.",
                dedupe_key="mailboxes_gone",
                entity="mailboxes",
            )


async def _accounts(shared: Resources, organization_id: UUID, *, actor: str) -> list[dict[str, Any]]:
    async with shared.database.workflow(organization_id, actor=actor) as session:
        credential = await open_credential(session, shared.keyring, "instantly")
    return await registry.instantly(shared.settings, shared.http, credential).accounts()


async def _compare(
    session: Session, organization_id: UUID, accounts: list[dict[str, Any]], *, new_ones_send: bool
) -> Compared:
    known = await repository.instantly_addresses(session, organization_id)
    found = Compared()
    there = set()
    for account in accounts:
        address = str(account.get("email") or "").strip()
        try:
            norm = normalized("email", address).value
        except UnreadableAddress:
            continue
        there.add(norm)
        can_send = account.get("status", ACTIVE) == ACTIVE
        if not can_send:
            found.unusable.append(norm)
        if norm in known:
            found.known += 1
            continue
        added = await repository.insert_synced(
            session,
            organization_id,
            address=address,
            address_norm=norm,
            display_name=f"{account.get('first_name') or ''} {account.get('last_name') or ''}".strip()[:200],
            daily_cap=_daily_cap(account.get("daily_limit")),
            is_active=new_ones_send and can_send,
        )
        if added is not None:
            found.added.append(added)
    found.gone = sorted(norm for norm, is_active in known.items() if is_active and norm not in there)
    if found.gone:
        await repository.switch_off(session, organization_id, found.gone, "Instantly has no such account any more")
    return found


def _daily_cap(limit: Any) -> int:
    return min(MOST_DAILY_CAP, limit) if isinstance(limit, int) and limit > 0 else FIRST_DAILY_CAP
