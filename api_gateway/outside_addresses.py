"""Addresses that somebody outside chose, met without letting them choose where in our own network we connect.

A customer names a mail server, a vendor's answer names a file. Such a host is resolved once, every address it leads to
must be public, and the connection is made to the address that was checked: the name is not asked again, so that its
answer cannot change in between. Redirects are followed by hand and checked like the first address. On a laptop the
stand-ins live on 127.0.0.1: PRIVATE_HOSTS_ALLOWED lets named hosts through, and production refuses it. See
decisions/0019, which also lists the addresses that users set and that we never connect to.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from kit.errors import Invalid

RESOLVE_LIMIT_S = 5.0
HTTP_PORTS = frozenset({80, 443})
SMTP_PORTS = frozenset({25, 465, 587, 2525})
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# `0x7f.1`, `017700000001`, `2130706433`: numbers that some resolvers read as an address.
_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)")
_NEVER_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # Azure's wire server
        "192.0.0.0/24",  # protocol assignments, of which older Pythons know a part; metadata at Oracle
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # Teredo, ORCHID and other protocol assignments
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20",  # documentation
    )
)
_GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Invalid):
    """The address does not lead to a public host, or not by a door that we use."""

    code = "address_refused"
    default_detail = "The address must lead to a public host."


class FetchFailed(Exception):  # noqa: N818 - an error is named after the fact it states
    """A file could not be read: no answer, not 200, too large, too slow, too many redirects. The message says which."""


def is_public(address: IpAddress) -> bool:
    """Whether an address belongs to the public internet, and carries no other address inside."""
    if any(address in network for network in _NEVER_PUBLIC if network.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address) and address not in _GLOBAL_UNICAST:
        # Mapped, compatible, NAT64, unique local, link and site local, multicast: all outside 2000::/3.
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


@dataclass(frozen=True)
class OutsideAddresses:
    """The rule of this process. `let_through`: `host` or `host:port` that need not be public; empty in production."""

    let_through: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `127.0.0.1,localhost:9100`."""
        return cls(frozenset(part.strip().lower() for part in text.split(",") if part.strip()))

    def lets_through(self, host: str, port: int) -> bool:
        """Whether the operator of this laptop named the host."""
        return host.lower() in self.let_through or f"{host.lower()}:{port}" in self.let_through

    def check_form(self, host: str, port: int, ports: Collection[int]) -> str:
        """The host as a name or address in its usual form, without asking anybody. Raises AddressRefused."""
        host = host.strip().rstrip(".").lower()
        if self.lets_through(host, port):
            return host
        if port not in ports:
            allowed = ", ".join(map(str, sorted(ports)))
            raise AddressRefused(f"Port {port} is not used here; allowed are {allowed}.")
        with suppress(ValueError):
            if not is_public(ipaddress.ip_address(host.strip("[]"))):
                raise AddressRefused
            return host.strip("[]")
        with suppress(UnicodeError):
            host = host.encode("idna").decode()
        if not _NAME.fullmatch(host) or _NUMBER.fullmatch(host.rpartition(".")[2]) or "." not in host:
            raise AddressRefused("The host must be a public name such as smtp.example.com, or a public address.")
        return host

    async def resolve(self, host: str, port: int, ports: Collection[int]) -> str:
        """The address to connect to. Raises AddressRefused when any address of the host is not public."""
        name = self.check_form(host, port, ports)
        free = self.lets_through(name, port)
        try:
            async with asyncio.timeout(RESOLVE_LIMIT_S):
                found = await asyncio.get_running_loop().getaddrinfo(name, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise AddressRefused("The host is not known.") from error
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses or not (free or all(is_public(ipaddress.ip_address(one)) for one in addresses)):
            raise AddressRefused
        return addresses[0]

    async def connect(self, host: str, port: int, ports: Collection[int], *, limit_s: float) -> socket.socket:
        """A connected socket to the checked address of `host`. Raises AddressRefused, OSError or TimeoutError."""
        address = await self.resolve(host, port, ports)
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            async with asyncio.timeout(limit_s):
                await asyncio.get_running_loop().sock_connect(connection, (address, port))
        except BaseException:
            connection.close()
            raise
        return connection

    async def fetch(
        self,
        client: httpx2.AsyncClient,
        url: str,
        *,
        may_go_to: Callable[[SplitResult], bool],
        most_bytes: int,
        limit_s: float,
    ) -> bytes:
        """The content behind `url`, which `may_go_to` and every redirect's target must satisfy.

        Raises AddressRefused or FetchFailed. Nothing of the client goes along: no cookie, no authorization.
        """
        try:
            async with asyncio.timeout(limit_s):
                for _ in range(MOST_REDIRECTS + 1):
                    target, content = await self._step(client, url, may_go_to, most_bytes)
                    if target is None:
                        return content
                    url = target
        except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.CookieConflict, TimeoutError) as error:
            raise FetchFailed("could not be read") from error
        raise FetchFailed("is behind too many redirects")

    async def _step(
        self, client: httpx2.AsyncClient, url: str, may_go_to: Callable[[SplitResult], bool], most_bytes: int
    ) -> tuple[str | None, bytes]:
        request = await self._pinned(client, url, may_go_to)
        answer = await client.send(request, stream=True, follow_redirects=False, auth=None)
        try:
            if answer.status_code in REDIRECTS and "location" in answer.headers:
                return urljoin(url, answer.headers["location"]), b""
            if answer.status_code != 200:
                raise FetchFailed(f"answered {answer.status_code}")
            parts: list[bytes] = []
            size = 0
            async for part in answer.aiter_bytes():
                size += len(part)
                if size > most_bytes:
                    raise FetchFailed(f"is larger than {most_bytes // (1024 * 1024)} MB")
                parts.append(part)
            return None, b"".join(parts)
        finally:
            await answer.aclose()

    async def _pinned(
        self, client: httpx2.AsyncClient, url: str, may_go_to: Callable[[SplitResult], bool]
    ) -> httpx2.Request:
        """A request to the checked address; the name goes along for TLS and Host."""
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as error:
            raise AddressRefused from error
        if parts.scheme not in {"http", "https"} or parts.username is not None or not parts.hostname:
            raise AddressRefused
        if not may_go_to(parts):
            raise AddressRefused("The address is of a host that is not expected here.")
        if self.lets_through(parts.hostname, port):
            return client.build_request("GET", url)
        address = await self.resolve(parts.hostname, port, HTTP_PORTS)
        literal = f"[{address}]" if ":" in address else address
        return client.build_request(
            "GET",
            parts._replace(netloc=f"{literal}:{port}").geturl(),
            headers={"Host": parts.netloc},
            extensions={"sni_hostname": parts.hostname},
        )
