"""No address that somebody sets leads into a private network, in whatever form, by whatever name or redirect."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api_gateway import openapi
from api_gateway.outside_addresses import (
    HTTP_PORTS,
    SMTP_PORTS,
    AddressRefused,
    FetchFailed,
    OutsideAddresses,
    is_public,
)
from api_gateway.settings import Settings
from tests.api_gateway.factories import Db, make_tenant
from tests.api_gateway.people import TEST_SETTINGS

pytestmark = pytest.mark.anyio
OUTSIDE = OutsideAddresses()
PUBLIC = "93.184.215.14"

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254",
    "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1",
    "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "224.0.1.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:93.184.215.14", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
    "fe80::1", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
OTHER_FORMS = [
    "2130706433", "0x7f000001", "017700000001", "0x7f.0.0.1", "0177.0.0.1", "127.1", "127.0.1", "10.1", "0", "0x7f.1",
    "127.0.0.01", "１２７.０.０.１", "127。0。0。1", "localhost", "LOCALHOST.", "metadata", "[::1]", "[::ffff:7f00:1]",
    "a..b.example", "-a.example", "a b.example", "a.example\r\nRCPT", "a.example/x", "a.example#x", "a.example:80", "",
    ".", "*.example", "ex\u0000ample.example", "x" * 300 + ".example",
]  # fmt: skip


def resolver(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """What names lead to, one answer after the other; the names that were asked for."""
    asked: list[str] = []
    left = list(answers)

    async def getaddrinfo(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", getaddrinfo)
    return asked


class TestAddresses:
    @pytest.mark.parametrize("text", PRIVATE)
    async def test_what_is_not_public_is_refused(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert not is_public(ipaddress.ip_address(text))
        with pytest.raises(AddressRefused):
            await OUTSIDE.resolve(text, 443, HTTP_PORTS)
        resolver(monkeypatch, [text])
        with pytest.raises(AddressRefused):
            await OUTSIDE.resolve("named.example", 443, HTTP_PORTS)

    @pytest.mark.parametrize("text", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700::1111", "2a00:1450:4007:80f::200e"])
    async def test_what_is_public_is_met(self, text: str) -> None:
        assert is_public(ipaddress.ip_address(text))
        assert await OUTSIDE.resolve(text, 443, HTTP_PORTS) == text

    @given(st.ip_addresses(v=4))
    def test_an_address_inside_another_is_as_private_as_both(self, inner: ipaddress.IPv4Address) -> None:
        number = int(inner)
        for carrier in (number, 0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80):
            assert not is_public(ipaddress.IPv6Address(carrier))

    @given(st.ip_addresses())
    def test_nothing_that_python_calls_private_is_public(self, address: Any) -> None:
        hidden = (
            address.is_private or address.is_loopback or address.is_link_local or address.is_multicast
            or address.is_reserved or address.is_unspecified
        )  # fmt: skip
        assert not (hidden and is_public(address))

    @pytest.mark.parametrize("host", OTHER_FORMS)
    async def test_other_forms_of_a_host_are_refused_before_anybody_is_asked(
        self, host: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked = resolver(monkeypatch, [PUBLIC])
        with pytest.raises(AddressRefused):
            await OUTSIDE.resolve(host, 587, SMTP_PORTS)
        assert asked == []

    async def test_one_private_address_among_public_ones_is_enough(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, [PUBLIC, "10.0.0.1"])
        with pytest.raises(AddressRefused):
            await OUTSIDE.resolve("named.example", 443, HTTP_PORTS)

    @pytest.mark.parametrize("port", [0, 22, 80, 443, 6379, 5432, 8080, 65535])
    async def test_mail_goes_by_the_ports_of_mail(self, port: int) -> None:
        with pytest.raises(AddressRefused, match=r"25, 465, 587, 2525"):
            await OUTSIDE.connect("smtp.example.com", port, SMTP_PORTS, limit_s=1)

    async def test_a_name_in_another_script_is_asked_for_in_its_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = resolver(monkeypatch, [PUBLIC])
        await OUTSIDE.resolve("Bücher.example.", 443, HTTP_PORTS)
        assert asked == ["xn--bcher-kva.example"]


class TestConnecting:
    async def test_the_name_is_asked_once_and_the_checked_address_is_met(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = resolver(monkeypatch, [PUBLIC], ["127.0.0.1"])
        met: list[Any] = []

        async def sock_connect(_: Any, __: socket.socket, address: Any) -> None:
            met.append(address)

        monkeypatch.setattr("asyncio.selector_events.BaseSelectorEventLoop.sock_connect", sock_connect)
        (await OUTSIDE.connect("smtp.example.com", 587, SMTP_PORTS, limit_s=1)).close()
        assert (asked, met) == (["smtp.example.com"], [(PUBLIC, 587)])


Handler = Callable[[httpx2.Request], httpx2.Response]


async def fetch(handler: Handler, url: str, outside: OutsideAddresses = OUTSIDE, **changed: Any) -> bytes:
    def anywhere(_: SplitResult) -> bool:
        return True

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(handler), headers={"X-Own": "1"}) as client:
        options = {"may_go_to": anywhere, "most_bytes": 1_000, "limit_s": 2.0, **changed}
        return await outside.fetch(client, url, **options)


class TestFetching:
    async def test_the_checked_address_is_asked_in_the_name_of_the_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = resolver(monkeypatch, [PUBLIC], ["127.0.0.1"])
        seen: list[httpx2.Request] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            seen.append(request)
            return httpx2.Response(200, content=b"rows")

        assert await fetch(answer, "https://files.example/a?b=1") == b"rows"
        assert asked == ["files.example"]
        assert (seen[0].url.host, seen[0].headers["host"], seen[0].url.query) == (PUBLIC, "files.example", b"b=1")
        assert seen[0].extensions["sni_hostname"] == "files.example"

    @pytest.mark.parametrize(
        "target",
        ["http://127.0.0.1/", "http://[::1]/", "//10.0.0.1/x", "http://2130706433/", "gopher://files.example/",
         "file:///etc/passwd", "https://user:pw@files.example/", "https://files.example:8443/", "http://localhost/"],
    )  # fmt: skip
    async def test_a_redirect_is_checked_like_the_first_address(
        self, target: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        resolver(monkeypatch, [PUBLIC])
        calls: list[str] = []

        def answer(request: httpx2.Request) -> httpx2.Response:
            calls.append(str(request.url))
            return httpx2.Response(302, headers={"Location": target})

        with pytest.raises(AddressRefused):
            await fetch(answer, "https://files.example/a")
        assert len(calls) == 1
        with pytest.raises(AddressRefused):
            await fetch(answer, target)
        assert len(calls) == 1

    async def test_a_redirect_to_a_host_that_is_not_expected_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, [PUBLIC])

        def answer(_: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(302, headers={"Location": "https://evil.example/"})

        with pytest.raises(AddressRefused, match="not expected"):
            await fetch(answer, "https://files.example/", may_go_to=lambda parts: parts.hostname == "files.example")

    async def test_redirects_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, [PUBLIC])
        calls: list[int] = []

        def answer(_: httpx2.Request) -> httpx2.Response:
            calls.append(1)
            return httpx2.Response(301, headers={"Location": "/again"})

        with pytest.raises(FetchFailed, match="too many redirects"):
            await fetch(answer, "https://files.example/")
        assert len(calls) == 4

    async def test_a_redirect_within_the_host_is_followed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, [PUBLIC])

        def answer(request: httpx2.Request) -> httpx2.Response:
            if request.url.path == "/a":
                return httpx2.Response(307, headers={"Location": "b"})
            return httpx2.Response(200, content=request.url.path.encode())

        assert await fetch(answer, "https://files.example/a") == b"/b"

    async def test_what_is_too_large_or_too_slow_or_wrong_is_not_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver(monkeypatch, [PUBLIC])
        with pytest.raises(FetchFailed, match="larger"):
            await fetch(lambda _: httpx2.Response(200, content=b"x" * 1_001), "https://files.example/")
        with pytest.raises(FetchFailed, match="answered 404"):
            await fetch(lambda _: httpx2.Response(404), "https://files.example/")

        async def never(_: httpx2.Request) -> httpx2.Response:
            await asyncio.Event().wait()
            raise AssertionError

        with pytest.raises(FetchFailed, match="could not be read"):
            await fetch(never, "https://files.example/", limit_s=0.05)  # type: ignore[arg-type]


VENDORS = ("calcom", "calendly", "instantly", "phantombuster", "resend", "twilio")
OPERATORS_WORD = {f"providers/{name}.py" for name in VENDORS} | {
    "credentials/vendor_checks.py", "data_protection/storage.py", "resources.py", "workflows/starting.py",
}  # fmt: skip
CHECKED = {"outside_addresses.py", "providers/smtp.py"}


class TestWhoConnects:
    """A module that opens connections is thought about: whose word is the address?"""

    OPENS = re.compile(
        r"_?client\.(get|post|put|patch|delete|request|send|stream)\(|\.http\.(get|post|request|stream|send)\("
        r"|aiosmtplib|open_connection|sock_connect|urlopen|http\.client\(|AsyncClient\("
    )

    def test_is_listed(self) -> None:
        root = Path(openapi.__file__).parent
        found = {
            path.relative_to(root).as_posix() for path in root.rglob("*.py") if self.OPENS.search(path.read_text())
        }
        assert found == OPERATORS_WORD | CHECKED

    @pytest.mark.parametrize(
        ("options", "status"),
        [({"host": "smtp.example.com"}, 200), ({"host": "10.0.0.1"}, 400), ({"host": "localhost"}, 400),
         ({"host": "smtp.example.com", "port": 6379}, 400), ({"host": "smtp.example.com", "port": "²"}, 400),
         ({"host": "smtp.example.com", "port": 10**9}, 400), ({"host": "smtp.example.com", "port": {}}, 400),
         ({"host": "127.0.0.1", "port": 2222}, 200), ({"host": ["::1"]}, 400), ({"host": None}, 400)],
    )  # fmt: skip
    async def test_a_mail_server_is_refused_when_it_is_entered(
        self, gateway: httpx2.AsyncClient, db: Db, options: dict[str, Any], status: int
    ) -> None:
        body = {"key": "a password", "options": options}
        answer = await gateway.put("/api/v1/credentials/smtp", headers=make_tenant(db).owner.headers, json=body)
        assert answer.status_code == status, answer.text


class TestTheLaptop:
    async def test_lets_named_hosts_through_and_no_others(self) -> None:
        laptop = OutsideAddresses.parse("127.0.0.1, files.test:80")
        assert await laptop.resolve("127.0.0.1", 2222, SMTP_PORTS) == "127.0.0.1"
        assert await fetch(lambda _: httpx2.Response(200, content=b"x"), "http://files.test/a", laptop) == b"x"
        for host, port in (("127.0.0.2", 25), ("files.test", 443), ("10.0.0.1", 25)):
            with pytest.raises(AddressRefused):
                await laptop.resolve(host, port, SMTP_PORTS | HTTP_PORTS)

    def test_production_refuses_the_setting(self) -> None:
        production = {**TEST_SETTINGS, "environment": "production", "supabase_jwt_secret": None}
        production["database_url"] = "postgresql://127.0.0.1/x"
        with pytest.raises(ValidationError, match="PRIVATE_HOSTS_ALLOWED is for the laptop"):
            Settings.model_validate(production)
        assert Settings.model_validate({**production, "private_hosts_allowed": ""}).private_hosts_allowed == ""
