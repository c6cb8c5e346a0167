"""Rules of the mailboxes room."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api_gateway.database import changed
from api_gateway.mailboxes import repository
from api_gateway.mailboxes.schemas import Mailbox, MailboxCreate, MailboxList, MailboxPatch
from api_gateway.sends.decide import effective_daily_cap
from api_gateway.sessions import Member
from api_gateway.suppressions.keys import UnreadableAddress, normalized
from kit.errors import Conflict, Invalid, NotFound, NotPermitted

_ADMINISTRATORS = frozenset({"owner", "admin"})


class MailboxNotFound(NotFound):
    code = "mailbox_not_found"
    default_detail = "There is no such mailbox in this organisation."


class MailboxInUse(Conflict):
    code = "mailbox_in_use"
    default_detail = "People are being written to from this mailbox; switch it off instead of removing it."


async def list_mailboxes(member: Member) -> MailboxList:
    """All sending accounts, with what they did today and how they fare."""
    rows = await repository.list_all(member.session, member.organization_id)
    return MailboxList(items=[with_todays_cap(row) for row in rows])


async def create_mailbox(member: Member, wanted: MailboxCreate) -> Mailbox:
    """Add a sending account. AlreadyExists when its address is there for this provider."""
    require_administrator(member)
    values = wanted.model_dump()
    address = wanted.address.strip()
    created = await repository.insert(
        member.session, member.organization_id, **{**values, "address": address, "address_norm": _norm(wanted)}
    )
    return await _shown(member, created)


async def update_mailbox(member: Member, mailbox_id: UUID, change: MailboxPatch) -> Mailbox:
    """Change a sending account; `health: healthy` is how a person lifts a pause."""
    present = await _shown(member, mailbox_id)
    require_administrator(member)
    values = changed(change, nullable={"warmup_started_on"})
    if values.get("health") == present.health:
        del values["health"]
    if "health" in values:
        values |= {"health_reason": None, "health_changed_at": datetime.now(UTC)}
    if values:
        await repository.update(member.session, member.organization_id, mailbox_id, values)
    return await _shown(member, mailbox_id)


async def delete_mailbox(member: Member, mailbox_id: UUID) -> None:
    """Remove a sending account. MailboxInUse while somebody's sequence sticks to it."""
    await _shown(member, mailbox_id)
    require_administrator(member)
    if await repository.has_begun(member.session, member.organization_id, mailbox_id):
        raise MailboxInUse
    await repository.delete(member.session, member.organization_id, mailbox_id)


async def _shown(member: Member, mailbox_id: UUID) -> Mailbox:
    row = await repository.one(member.session, member.organization_id, mailbox_id)
    if row is None:
        raise MailboxNotFound
    return with_todays_cap(row)


def with_todays_cap(row: Mailbox) -> Mailbox:
    """The mailbox with what it may send today, its own local day."""
    today = datetime.now(ZoneInfo(row.time_zone)).date()
    cap = effective_daily_cap(row.daily_cap, row.warmup_started_on, today)
    return row.model_copy(update={"effective_daily_cap": cap})


def _norm(wanted: MailboxCreate) -> str:
    if wanted.provider == "linkedin":
        return wanted.address.strip().casefold()
    try:
        return normalized("phone" if wanted.provider == "twilio" else "email", wanted.address).value
    except UnreadableAddress as error:
        raise Invalid(error.detail) from error


def require_administrator(member: Member) -> None:
    """Raises NotPermitted for everybody else."""
    if member.role not in _ADMINISTRATORS:
        raise NotPermitted
