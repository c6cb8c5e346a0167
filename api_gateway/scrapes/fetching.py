"""Files that a scraper's result points at, fetched without letting a result choose where we connect.

Only the vendor's own hosts (its storage is Amazon S3) and the origin that we are configured to reach it at are asked. A
name must not lead into a private network, redirects are not followed, and the size is bounded while reading.
"""

import asyncio
import csv
import io
import ipaddress
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx2

from kit.errors import VendorFailed

MOST_BYTES = 64 * 1024 * 1024
FETCH_LIMIT_S = 60.0
MOST_ROWS = 100_000
TRUSTED_DOMAINS = ("amazonaws.com", "phantombuster.com")


async def rows_of(client: httpx2.AsyncClient, url: str, *, vendor_base_url: str, is_csv: bool) -> list[dict[str, Any]]:
    """The rows of a JSON or CSV file of the vendor. Raises VendorFailed for any address, size or content but the right
    one."""
    await _require_vendors_own(url, vendor_base_url)
    content = await _read(client, url)
    return _csv_rows(content) if is_csv else _json_rows(content)


async def _require_vendors_own(url: str, vendor_base_url: str) -> None:
    parts, base = urlsplit(url), urlsplit(vendor_base_url)
    if (parts.scheme, parts.netloc) == (base.scheme, base.netloc):
        return
    host = (parts.hostname or "").rstrip(".").lower()
    if (
        parts.scheme != "https"
        or parts.username
        or not any(host == domain or host.endswith(f".{domain}") for domain in TRUSTED_DOMAINS)
    ):
        raise VendorFailed("The scraper's result points at a host that is not the vendor's.")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, 443, type=socket.SOCK_STREAM)
    except OSError as error:
        raise VendorFailed("The host of the scraper's result is not known.") from error
    if not found or not all(ipaddress.ip_address(address[4][0]).is_global for address in found):
        raise VendorFailed("The scraper's result points into a private network.")


async def _read(client: httpx2.AsyncClient, url: str) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(FETCH_LIMIT_S), client.stream("GET", url, follow_redirects=False) as answer:
            if answer.status_code != 200:
                raise VendorFailed(f"The file of the scraper's result answered {answer.status_code}.")
            async for part in answer.aiter_bytes():
                size += len(part)
                if size > MOST_BYTES:
                    raise VendorFailed("The file of the scraper's result is larger than 64 MB.")
                parts.append(part)
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        raise VendorFailed("The file of the scraper's result could not be read.") from error
    return b"".join(parts)


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
