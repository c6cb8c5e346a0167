"""Files that a scraper's result points at, fetched without letting a result choose where we connect.

Only the vendor's own hosts (its storage is Amazon S3) and the origin that we are configured to reach it at are asked,
under the rules of `outside_addresses`.
"""

import csv
import io
import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

import httpx2

from api_gateway.outside_addresses import AddressRefused, FetchFailed, OutsideAddresses
from kit.errors import VendorFailed

MOST_BYTES = 64 * 1024 * 1024
FETCH_LIMIT_S = 60.0
MOST_ROWS = 100_000
TRUSTED_DOMAINS = ("amazonaws.com", "phantombuster.com")


async def rows_of(
    client: httpx2.AsyncClient, outside: OutsideAddresses, url: str, *, vendor_base_url: str, is_csv: bool
) -> list[dict[str, Any]]:
    """The rows of a JSON or CSV file of the vendor. Raises VendorFailed for any address, size or content but the right
    one."""
    base = urlsplit(vendor_base_url)

    def is_vendors_own(parts: SplitResult) -> bool:
        if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
            return True
        host = (parts.hostname or "").rstrip(".").lower()
        return parts.scheme == "https" and any(host == one or host.endswith(f".{one}") for one in TRUSTED_DOMAINS)

    try:
        content = await outside.fetch(
            client, url, may_go_to=is_vendors_own, most_bytes=MOST_BYTES, limit_s=FETCH_LIMIT_S
        )
    except AddressRefused as error:
        raise VendorFailed("The scraper's result points at a host that is not the vendor's.") from error
    except FetchFailed as error:
        raise VendorFailed(f"The file of the scraper's result {error}.") from error
    return _csv_rows(content) if is_csv else _json_rows(content)


def _json_rows(content: bytes) -> list[dict[str, Any]]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise VendorFailed("The file of the scraper's result is not readable.") from error
    if not isinstance(found, list):
        raise VendorFailed("The file of the scraper's result holds no list of rows.")
    return [row for row in found[:MOST_ROWS] if isinstance(row, dict)]


def _csv_rows(content: bytes) -> list[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig", "replace"), newline=""))
    found: list[dict[str, Any]] = []
    try:
        for row in reader:
            found.append({name: value for name, value in row.items() if isinstance(name, str)})
            if len(found) >= MOST_ROWS:
                break
    except csv.Error as error:
        raise VendorFailed("The file of the scraper's result is not readable.") from error
    return found
