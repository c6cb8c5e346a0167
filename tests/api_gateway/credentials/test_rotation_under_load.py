"""The rotation as it is run: a process of its own, killed and started again, while two gateways serve."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from psycopg.conninfo import make_conninfo

from api_gateway.credentials.sealed import COLUMN, TABLE, open_credential
from api_gateway.resources import Resources
from api_gateway.settings import Settings
from api_gateway.webhooks.sealed import PREVIOUS, open_secret, seal
from kit.sealing import SealBroken, associated_data
from sandbox.database import Database
from tests.api_gateway.credentials.test_rotation import (
    BEFORE,
    NEW,
    NEW_KEY,
    OLD,
    jobs_schema,
    nothing_sealed,
    seed_credential,
    seed_way_in,
    versions,
)
from tests.api_gateway.factories import Db, insert, make_tenant
from tests.api_gateway.people import KEY, TEST_SETTINGS, Someone, Tenant
from tests.api_gateway.sends.vendor import until
from tests.api_gateway.webhooks.vendors import Vendor, booking

__all__ = ["jobs_schema", "nothing_sealed"]
pytestmark = pytest.mark.anyio
REPOSITORY = Path(__file__).resolve().parents[3]
ROWS = 1_500
TENANTS = 6


class KeyChecker(ThreadingHTTPServer):
    """PhantomBuster as far as a key is tried: says 200 to the keys it knows."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, known: set[str]) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200 if self.headers["X-Phantombuster-Key"] in known else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Answer)


@pytest.fixture
def known_keys() -> set[str]:
    return set()


@pytest.fixture
def environment(cluster: Database, database_name: str, known_keys: set[str]) -> Iterator[dict[str, str]]:
    """For processes that hold both keys."""
    with KeyChecker(known_keys) as vendor:
        thread = Thread(target=vendor.serve_forever)
        thread.start()
        settings = {
            **TEST_SETTINGS,
            "phantombuster_base_url": f"http://127.0.0.1:{vendor.server_port}",
            "database_url": make_conninfo(cluster.gateway_url, dbname=database_name),
            "credentials_keys": f"1:{KEY},2:{NEW_KEY}",
            "rate_limit_person_per_minute": 1_000_000,
            "rate_limit_organization_per_minute": 1_000_000,
        }
        environment = {name.upper(): str(value) for name, value in settings.items()}
        yield {**environment, "PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)}
        vendor.shutdown()
        thread.join()


class Gateway:
    """The gateway as a process of its own, answering when this returns."""

    def __init__(self, environment: dict[str, str]) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "uvicorn", "api_gateway.app:app", "--port", str(port), "--no-access-log"]
        self._process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL)
        until(self._is_live, 60)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)

    def _is_live(self) -> bool:
        with suppress(httpx2.HTTPError):
            return httpx2.get(f"{self.url}/health/live", timeout=2).status_code == 200
        return False


async def rotation_process(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api_gateway.credentials.rotate", *arguments, cwd=REPOSITORY, env=environment,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def has_begun(db: Db) -> None:
    """Wait until a tenth of the values is sealed again."""
    while versions(db)["api_credentials.sealed_key"].get(2, 0) < ROWS // 10:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)


class Load:
    """What customers and vendors do all the while. Each answer is counted; any but the right one is a failure."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self._client = client
        self.done: dict[str, int] = {}
        self.failures: list[str] = []
        self.last_key: dict[UUID, str] = {}
        self.over = asyncio.Event()

    def count(self, what: str, answer: httpx2.Response, *, good: bool) -> None:
        self.done[what] = self.done.get(what, 0) + 1
        if not good:
            self.failures.append(f"{what} → {answer.status_code} {answer.text[:200]}")

    async def write(self, tenant: Tenant) -> None:
        """New keys, one after the other."""
        number = 0
        while not self.over.is_set():
            number += 1
            key = f"openai-{tenant.id.hex[:6]}-{number:06}"
            answer = await self._client.put(
                "/api/v1/credentials/openai", headers=tenant.admin.headers, json={"key": key}
            )
            self.count("keys written", answer, good=answer.status_code == 200)
            self.last_key[tenant.id] = key

    async def use(self, tenant: Tenant) -> None:
        """A stored key is opened and shown to the vendor."""
        while not self.over.is_set():
            answer = await self._client.post(
                "/api/v1/credentials/phantombuster/test", headers=tenant.admin.headers, timeout=30
            )
            self.count("keys used", answer, good=answer.status_code == 200 and answer.json()["ok"])

    async def deliver(self, way_in: Vendor) -> None:
        """Events, signed with the secret of now and the one before in turn."""
        number = 0
        while not self.over.is_set():
            number += 1
            way_in.secret = way_in.secret if number % 2 else BEFORE
            current = Vendor(self._client, way_in.source, way_in.endpoint_id, way_in.token, way_in.secret)
            answer = await current.deliver(booking("BOOKING_CREATED", uuid4().hex, "a@b.example", number))
            self.count("events verified", answer, good=answer.status_code == 202)
            way_in.secret = f"cal-{way_in.token}"

    async def change_secret(self, tenant: Tenant) -> None:
        """Ways in are opened, and their secrets changed, which seals the one before as well."""
        while not self.over.is_set():
            opened = await self._client.post(
                "/api/v1/webhooks/endpoints", headers=tenant.admin.headers, json={"source": "calendly"}
            )
            self.count("ways in opened", opened, good=opened.status_code in {201, 409})
            if opened.status_code != 201:
                return
            path = f"/api/v1/webhooks/endpoints/{opened.json()['id']}"
            changed = await self._client.post(f"{path}/rotate", headers=tenant.admin.headers, json={})
            self.count("secrets changed", changed, good=changed.status_code == 200)
            retired = await self._client.delete(path, headers=tenant.admin.headers)
            self.count("ways in closed", retired, good=retired.status_code == 204)


class TestUnderLoad:
    async def test_nothing_fails_and_the_old_key_can_be_taken_away(
        self, db: Db, environment: dict[str, str], known_keys: set[str], settings: Settings, resources: Resources
    ) -> None:
        nobody = Someone(uuid4(), "nobody@exemple.example")
        for number in range(ROWS):
            idle = Tenant(insert(db, "organizations", name=f"Idle {number}"), nobody, nobody, nobody, nobody)
            seed_credential(db, idle, "instantly", f"idle-key-{number:05}")
        tenants = [make_tenant(db) for _ in range(TENANTS)]
        gateway = Gateway(environment)
        try:
            async with httpx2.AsyncClient(base_url=gateway.url, timeout=60) as client:
                load = Load(client)
                ways_in = []
                for tenant in tenants:
                    key = f"pb-{tenant.id}"
                    known_keys.add(key)
                    seed_credential(db, tenant, "phantombuster", key)
                    seed_credential(db, tenant, "openai", "the first of many")
                    way_in = seed_way_in(db, tenant, client, "")
                    way_in.secret = f"cal-{way_in.token}"
                    db.execute(
                        "update public.inbound_endpoints set sealed_secret = %s where id = %s",
                        [seal(OLD, tenant.id, way_in.endpoint_id, way_in.secret), way_in.endpoint_id],
                    )
                    ways_in.append(way_in)
                assert set(versions(db)["api_credentials.sealed_key"]) == {1}

                async with asyncio.TaskGroup() as tasks:
                    for tenant, way_in in zip(tenants, ways_in, strict=True):
                        tasks.create_task(load.write(tenant))
                        tasks.create_task(load.use(tenant))
                        tasks.create_task(load.deliver(way_in))
                    tasks.create_task(load.change_secret(tenants[0]))

                    killed = await rotation_process(environment)
                    await has_begun(db)
                    killed.send_signal(signal.SIGKILL)
                    await killed.communicate()
                    left = versions(db)["api_credentials.sealed_key"].get(1, 0)
                    again = await rotation_process(environment)
                    said, errors = await again.communicate()
                    assert (again.returncode, errors) == (0, b""), said
                    load.over.set()
        finally:
            gateway.stop()

        print(f"\n{ROWS + 4 * TENANTS} values, killed with {left} left; meanwhile {load.done}; {said.decode().strip()}")
        assert load.failures == []
        assert left > 0
        assert min(load.done.values()) > 0
        assert set(load.done) >= {"keys written", "keys used", "events verified", "secrets changed"}
        assert {version for column in versions(db).values() for version in column} == {2}
        check = await rotation_process(environment, "--check")
        assert (await check.communicate())[0].endswith(b"Key 2 seals everything.\n")
        # The old key is gone: everything still opens, and the last key written is the one that is there.
        for tenant in tenants:
            async with resources.database.workflow(tenant.id) as session:
                stored = await open_credential(session, NEW, "openai")
                assert stored.key.get_secret_value() == load.last_key[tenant.id]
                with pytest.raises(SealBroken):
                    await open_credential(session, OLD, "openai")
        rows = db.execute("select id, organization_id, sealed_key from public.api_credentials").fetchall()
        for row in rows:
            NEW.open(row["sealed_key"], associated=associated_data(row["organization_id"], TABLE, COLUMN, row["id"]))
        for row in db.execute("select * from public.inbound_endpoints").fetchall():
            open_secret(NEW, row["organization_id"], row["id"], row["sealed_secret"])
            if row["sealed_previous_secret"]:
                open_secret(NEW, row["organization_id"], row["id"], row["sealed_previous_secret"], column=PREVIOUS)
