"""Rules of the credentials room: a key goes in, is used here, and never comes out."""

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import get_args
from uuid import UUID, uuid4

from pydantic import SecretStr

from api_gateway.credentials import hooks, repository, vendor_checks
from api_gateway.credentials.schemas import Credential, CredentialList, CredentialPut, CredentialTest, ServiceName
from api_gateway.credentials.sealed import COLUMN, TABLE, open_credential
from api_gateway.outside_addresses import SMTP_PORTS
from api_gateway.sessions import Member
from kit.errors import Invalid, NotFound, NotPermitted
from kit.redaction import SHORTEST, remember
from kit.sealing import associated_data
from kit.settings import decode_key

SERVICES: tuple[ServiceName, ...] = get_args(ServiceName)
# Keys travel in HTTP headers, which hold printable ASCII; a mail password is a person's own, control characters apart.
_KEY = re.compile(r"[!-~]{4,}")
_PASSWORD = re.compile(r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff]{4,}")


async def list_credentials(member: Member) -> CredentialList:
    """What is set, by last four characters and fingerprint."""
    stored = await repository.list_all(member.session, member.organization_id)
    return CredentialList(items=stored, services=list(SERVICES))


async def put_credential(member: Member, service_name: ServiceName, wanted: CredentialPut) -> Credential:
    """Seal and store a key, and once it is stored register our webhook with the vendor where it has one."""
    session, organization_id = member.session, member.organization_id
    _check_address(member, service_name, wanted)
    known = await repository.get(session, organization_id, service_name)
    row_id = known.id if known else uuid4()
    key = wanted.key.get_secret_value().strip()
    _check_key(service_name, key, wanted)
    remember(key)
    keyring = member.shared.keyring
    values = {
        "id": row_id,
        "organization_id": organization_id,
        "sealed_key": keyring.seal(key, associated=associated_data(organization_id, TABLE, COLUMN, row_id)),
        "key_version": keyring.current_version,
        "key_last4": key[-4:] if len(key) >= 12 else "",
        "key_fingerprint": fingerprint(organization_id, key, member.shared.settings.unsubscribe_key),
        "webhook_url": wanted.webhook_url,
        "options": wanted.options,
        "is_active": wanted.is_active,
    }
    if known is None:
        await repository.insert(session, service_name=service_name, **values)
    elif not await repository.replace(session, **values):
        raise NotPermitted
    if wanted.is_active and service_name in hooks.ON_STORED:
        shared = member.shared
        session.after_commit(lambda: shared.spawn(hooks.run(shared, organization_id, service_name)))
    return await _get(member, service_name)


async def delete_credential(member: Member, service_name: ServiceName) -> None:
    """Forget a key. NotFound when there is none, or when the caller may not."""
    if not await repository.delete(member.session, member.organization_id, service_name):
        raise NotFound


async def check_credential(member: Member, service_name: ServiceName) -> CredentialTest:
    """Ask the vendor. CredentialMissing when no active key is stored."""
    if member.role not in ("owner", "admin"):
        raise NotPermitted
    await _get(member, service_name)
    # A mail server that somebody names may take its time.
    await member.session.end()
    shared = member.shared
    async with shared.database.workflow(member.organization_id, actor=f"user:{member.user_id}") as session:
        credential = await open_credential(session, shared.keyring, service_name)
    works, detail = await vendor_checks.check(shared.http, shared.settings, credential)
    now = datetime.now(UTC)
    async with shared.database.workflow(member.organization_id, actor=f"user:{member.user_id}") as session:
        await repository.note_check(
            session, credential.id, verified_at=now if works else None, error=None if works else detail
        )
    return CredentialTest(ok=works, detail=detail, checked_at=now)


def fingerprint(organization_id: UUID, key: str, secret: SecretStr) -> str:
    """Tells two keys apart without telling what either is; differs between organizations for the same key.

    Keyed, because a mail password is short enough to be guessed from a plain hash by whoever sees it.
    """
    told = f"credential|{organization_id}|{key}".encode()
    return hmac.new(decode_key(secret.get_secret_value()), told, hashlib.sha256).hexdigest()[:16]


def _check_key(service_name: ServiceName, key: str, wanted: CredentialPut) -> None:
    """Refuse what no vendor can have given, and a key that is written where it would be shown. Raises Invalid."""
    allowed = _PASSWORD if service_name == "smtp" else _KEY
    if not allowed.fullmatch(key):
        raise Invalid("This is not a key: it is empty, or has spaces, line breaks or letters that keys never have.")
    beside = f"{wanted.webhook_url} {json.dumps(wanted.options, ensure_ascii=False)}"
    if len(key) >= SHORTEST and key in beside:
        raise Invalid("The key is in webhook_url or options too, which everybody here can read; enter it as key only.")


def _check_address(member: Member, service_name: ServiceName, wanted: CredentialPut) -> None:
    """Tell a person at once that a mail server cannot be reached from here. Raises AddressRefused or Invalid."""
    if service_name != "smtp" or "host" not in wanted.options:
        return
    port = wanted.options.get("port", 587)
    if isinstance(port, str) and port.isascii() and port.isdecimal() and len(port) <= 5:
        port = int(port)
    if not isinstance(port, int) or not 0 < port < 65_536:
        raise Invalid("The port must be a number, such as 587.")
    member.shared.outside.check_form(str(wanted.options["host"])[:300], port, SMTP_PORTS)


async def _get(member: Member, service_name: str) -> Credential:
    credential = await repository.get(member.session, member.organization_id, service_name)
    if credential is None:
        raise NotFound(f"No {service_name} key is stored in this organisation.")
    return credential
