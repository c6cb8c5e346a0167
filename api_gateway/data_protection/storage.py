"""Where exports lie: a private bucket of Supabase Storage, read only by addresses that we sign for minutes.

The folder of an export is `<organization>/<export>`: no path tells who it is about.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

import httpx
from pydantic import ValidationError
from storage3.exceptions import StorageApiError
from storage3.types import FileOptions
from supabase import AsyncClient, acreate_client
from supabase.lib.client_options import AsyncClientOptions

from api_gateway.data_protection.schemas import ExportFile
from api_gateway.settings import Settings
from kit.errors import Unavailable, VendorFailed

BUCKET = "data-exports"
ADDRESS_S = 600
CALL_LIMIT_S = 15.0
Format = Literal["json", "html"]
FORMATS: tuple[Format, ...] = ("json", "html")
_TYPES = {"json": "application/json; charset=utf-8", "html": "text/html; charset=utf-8"}


class StorageNotSet(Unavailable):
    code = "storage_not_set"
    default_detail = (
        "Exports are kept in Supabase Storage, for which this gateway has no key: set SUPABASE_SECRET_KEY on the "
        "gateway and on its worker, then ask again."
    )


class StorageFailed(VendorFailed):
    code = "storage_failed"
    default_detail = "Supabase Storage did not answer as it should; try again in a moment."


def require(settings: Settings) -> str:
    """The key to Storage; StorageNotSet when there is none."""
    if settings.supabase_secret_key is None:
        raise StorageNotSet
    return settings.supabase_secret_key.get_secret_value()


class Storage:
    """The bucket. Every call raises StorageFailed when Storage does not do it."""

    def __init__(self, client: AsyncClient) -> None:
        self._storage = client.storage
        self._files = client.storage.from_(BUCKET)

    async def put(self, organization_id: UUID, export_id: UUID, contents: dict[Format, bytes]) -> None:
        """Store the files of an export, in place of those that a broken-off attempt left."""
        await self._ensure_bucket()
        for form, content in contents.items():
            options: FileOptions = {"content-type": _TYPES[form], "cache-control": "0", "upsert": "true"}
            with _failures():
                await self._files.upload(_path(organization_id, export_id, form), content, options)

    async def addresses(self, organization_id: UUID, export_id: UUID) -> list[ExportFile]:
        """Addresses by which whoever has them reads the files for ten minutes."""
        expires_at = datetime.now(UTC) + timedelta(seconds=ADDRESS_S)
        found = []
        for form in FORMATS:
            with _failures():
                signed = await self._files.create_signed_url(_path(organization_id, export_id, form), ADDRESS_S)
            found.append(ExportFile(format=form, url=signed["signedURL"] or "", expires_at=expires_at))
        return found

    async def remove(self, organization_id: UUID, export_ids: Sequence[UUID]) -> int:
        """Delete the files of exports; those that are gone are no failure. Answers how many there were."""
        paths = [_path(organization_id, export_id, form) for export_id in export_ids for form in FORMATS]
        if not paths:
            return 0
        try:
            with _failures():
                return len(await self._files.remove(paths))
        except BucketMissing:
            return 0

    async def _ensure_bucket(self) -> None:
        try:
            with _failures():
                await self._storage.create_bucket(BUCKET, options={"public": False})
        except BucketThere:
            return


class BucketThere(StorageFailed):
    code = "bucket_there"


class BucketMissing(StorageFailed):
    code = "bucket_missing"


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Storage]:
    """A client for as long as the block lasts. StorageNotSet without a key."""
    key = require(settings)
    async with httpx.AsyncClient(timeout=httpx.Timeout(CALL_LIMIT_S, connect=3.0)) as http:
        options = AsyncClientOptions(httpx_client=http, auto_refresh_token=False, persist_session=False)
        yield Storage(await acreate_client(settings.supabase_url, key, options=options))


class _failures:  # noqa: N801 - reads as a sentence where it is used
    """Says as one of ours what Storage's client raises."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, StorageApiError):
            if str(error.status) == "409":
                raise BucketThere from error
            if str(error.status) == "404":
                raise BucketMissing from error
            raise StorageFailed(f"Supabase Storage answered {error.status}: {error.code}"[:300]) from error
        if isinstance(error, httpx.HTTPError):
            raise StorageFailed("Supabase Storage could not be reached.") from error
        if isinstance(error, ValidationError | ValueError):
            raise StorageFailed from error


def _path(organization_id: UUID, export_id: UUID, form: Format) -> str:
    return f"{organization_id}/{export_id}/export.{form}"
