from uuid import UUID

from fastapi import APIRouter

from api_gateway.credentials.sealed import CredentialMissing
from api_gateway.mailboxes import service, syncing
from api_gateway.mailboxes.schemas import Mailbox, MailboxCreate, MailboxList, MailboxPatch, MailboxSync
from api_gateway.sessions import MemberSession
from kit.errors import Conflict, VendorFailed, responses

router = APIRouter(prefix="/mailboxes")


@router.get("", operation_id="mailboxes_list", summary="List the addresses that mail leaves from.")
async def list_mailboxes(member: MemberSession) -> MailboxList:
    return await service.list_mailboxes(member)


@router.post(
    "",
    operation_id="mailboxes_create",
    summary="Add a sending account; only an administrator may.",
    status_code=201,
    responses=responses(Conflict),
)
async def create_mailbox(member: MemberSession, wanted: MailboxCreate) -> Mailbox:
    return await service.create_mailbox(member, wanted)


@router.post(
    "/sync",
    operation_id="mailboxes_sync",
    summary="Take over the accounts of the connected Instantly workspace as mailboxes; only an administrator may.",
    responses=responses(CredentialMissing, VendorFailed),
)
async def sync_mailboxes(member: MemberSession) -> MailboxSync:
    return await syncing.sync_by_hand(member)


@router.patch("/{mailbox_id}", operation_id="mailboxes_update", summary="Change a sending account or lift its pause.")
async def update_mailbox(member: MemberSession, mailbox_id: UUID, change: MailboxPatch) -> Mailbox:
    return await service.update_mailbox(member, mailbox_id, change)


@router.delete("/{mailbox_id}", operation_id="mailboxes_delete", summary="Remove a sending account.", status_code=204)
async def delete_mailbox(member: MemberSession, mailbox_id: UUID) -> None:
    await service.delete_mailbox(member, mailbox_id)
