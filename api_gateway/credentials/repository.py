"""SQL of the credentials room. No query for members selects the sealed key: their role may not read it."""

from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.sql import SQL
from psycopg.types.json import Jsonb
from pydantic import BaseModel

from api_gateway.credentials.schemas import Credential
from api_gateway.database import Session

_COLUMNS: LiteralString = """
    id, service_name, key_last4, key_fingerprint, webhook_url, options, is_active, last_verified_at, last_error,
    created_at, updated_at
"""


class SealedCredential(BaseModel):
    """A key as it is stored; only a workflow session can read one."""

    id: UUID
    organization_id: UUID
    service_name: str
    sealed_key: str
    key_version: int
    webhook_url: str | None
    options: dict[str, Any]
    is_active: bool


async def list_all(session: Session, organization_id: UUID) -> list[Credential]:
    query = SQL(
        "select {} from public.api_credentials where organization_id = %(organization_id)s order by service_name"
    ).format(SQL(_COLUMNS))
    return await session.rows(Credential, query, organization_id=organization_id)


async def get(session: Session, organization_id: UUID, service_name: str) -> Credential | None:
    query = SQL(
        """
        select {} from public.api_credentials
        where organization_id = %(organization_id)s and service_name = %(service_name)s
        """
    ).format(SQL(_COLUMNS))
    return await session.row(Credential, query, organization_id=organization_id, service_name=service_name)


async def insert(session: Session, **values: Any) -> None:
    await session.execute(
        """
        insert into public.api_credentials
            (id, organization_id, service_name, sealed_key, key_version, key_last4, key_fingerprint, webhook_url,
             options, is_active)
        values (%(id)s, %(organization_id)s, %(service_name)s, %(sealed_key)s, %(key_version)s, %(key_last4)s,
                %(key_fingerprint)s, %(webhook_url)s, %(options)s, %(is_active)s)
        """,
        **{**values, "options": Jsonb(values["options"])},
    )


async def replace(session: Session, **values: Any) -> int:
    return await session.execute(
        """
        update public.api_credentials set
            sealed_key = %(sealed_key)s, key_version = %(key_version)s, key_last4 = %(key_last4)s,
            key_fingerprint = %(key_fingerprint)s, webhook_url = %(webhook_url)s, options = %(options)s,
            is_active = %(is_active)s, last_verified_at = null, last_error = null
        where id = %(id)s and organization_id = %(organization_id)s
        """,
        **{**values, "options": Jsonb(values["options"])},
    )


async def delete(session: Session, organization_id: UUID, service_name: str) -> int:
    return await session.execute(
        "delete from public.api_credentials where organization_id = %(organization_id)s and service_name = %(name)s",
        organization_id=organization_id,
        name=service_name,
    )


async def sealed(session: Session, service_name: str) -> SealedCredential | None:
    """The stored key of the organization that the workflow session is narrowed to."""
    return await session.row(
        SealedCredential,
        """
        select id, organization_id, service_name, sealed_key, key_version, webhook_url, options, is_active
        from public.api_credentials
        where organization_id = (select private.workflow_organization_id()) and service_name = %(service_name)s
        """,
        service_name=service_name,
    )


async def note_check(session: Session, credential_id: UUID, *, verified_at: datetime | None, error: str | None) -> None:
    await session.execute(
        """
        update public.api_credentials
        set last_verified_at = coalesce(%(verified_at)s, last_verified_at), last_error = %(error)s
        where id = %(id)s
        """,
        id=credential_id,
        verified_at=verified_at,
        error=error,
    )
