"""Realtime as the panel's own client, an unchanged supabase-js in Node, sees it."""

import json
import queue
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import jwt
import psycopg
import pytest

from sandbox.toolchain import node_env, node_folder
from tests.sandbox.conftest import Ground

CLIENT = Path(__file__).with_name("realtime_client.mjs")
PATIENCE = 15.0
PASSWORD = "long-enough-for-a-test"


class Listener:
    """A supabase-js client that joins one private channel and tells what it hears, line by line."""

    def __init__(self, ground: Ground, topic: str, token: str = "", *, email: str = "") -> None:
        self._process = subprocess.Popen(
            [str(node_folder() / "node"), str(CLIENT)],
            env=node_env(
                {
                    "SUPABASE_URL": ground.environments.urls["supabase"],
                    "SUPABASE_KEY": ground.secrets.publishable_key,
                    "TOKEN": token,
                    "EMAIL": email,
                    "PASSWORD": PASSWORD,
                    "TOPIC": topic,
                    "MODULES": str(ground.database.node_parts / "node_modules"),
                }
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._heard: queue.Queue[dict[str, Any]] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self, kind: str) -> dict[str, Any]:
        """The next thing of this kind that the client tells; fails after a while of silence."""
        deadline = time.monotonic() + PATIENCE
        while True:
            told = self._heard.get(timeout=max(0.01, deadline - time.monotonic()))
            if told["kind"] == kind:
                return told

    def tell(self, **command: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._reader.join(10)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard.put(json.loads(line))


class People:
    """Signs people up, gives them organizations, and makes tokens for them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def member(self, email: str = "") -> tuple[str, str]:
        """A new member of a new organization: its id, and the member's token."""
        answer = httpx2.post(
            f"{self._ground.environments.urls['supabase']}/auth/v1/signup",
            headers={"apikey": self._ground.secrets.publishable_key},
            json={"email": email or f"{uuid.uuid4()}@example.com", "password": PASSWORD},
        )
        assert answer.status_code == 200, answer.text
        signed_up = answer.json()
        with psycopg.connect(self._ground.database.superuser_url) as connection:
            row = connection.execute("insert into public.organizations (name) values ('Test') returning id").fetchone()
            assert row is not None
            connection.execute(
                "insert into public.memberships (organization_id, user_id, role) values (%s, %s, 'member')",
                [row[0], signed_up["user"]["id"]],
            )
        return str(row[0]), str(signed_up["access_token"])

    def short_lived(self, token: str, seconds: float) -> str:
        """The same person's token, which runs out soon."""
        claims = jwt.decode(token, options={"verify_signature": False})
        return jwt.encode({**claims, "exp": time.time() + seconds}, self._ground.secrets.jwt_secret, algorithm="HS256")

    def send(self, topic: str, event: str, payload: dict[str, Any], *, private: bool = True) -> None:
        with psycopg.connect(self._ground.database.owner_url) as connection:
            connection.execute(
                "select realtime.send(%s::jsonb, %s, %s, %s)", [json.dumps(payload), event, topic, private]
            )


@pytest.fixture(scope="module")
def people(ground: Ground) -> People:
    return People(ground)


@pytest.fixture
def listeners(ground: Ground) -> Iterator[list[Listener]]:
    opened: list[Listener] = []
    yield opened
    for listener in opened:
        listener.close()


def listen(ground: Ground, listeners: list[Listener], topic: str, token: str) -> Listener:
    listener = Listener(ground, topic, token)
    listeners.append(listener)
    return listener


class TestJoining:
    def test_a_member_hears_what_the_database_tells_his_organization(
        self, ground: Ground, people: People, listeners: list[Listener]
    ) -> None:
        organization, token = people.member()
        topic = f"organization:{organization}"
        listener = listen(ground, listeners, topic, token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        people.send(topic, "campaigns_changed", {"ids": [1, 2], "text": "été"})
        told = listener.next("broadcast")
        assert told["event"] == "campaigns_changed"
        assert told["payload"]["ids"] == [1, 2]
        assert told["payload"]["text"] == "été"

    def test_the_triggers_of_the_schema_are_heard(
        self, ground: Ground, people: People, listeners: list[Listener]
    ) -> None:
        organization, token = people.member()
        listener = listen(ground, listeners, f"organization:{organization}", token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        with psycopg.connect(ground.database.superuser_url) as connection:
            connection.execute(
                "insert into public.alerts (organization_id, kind, title, dedupe_key) "
                "values (%s, 'workflow_failed', 'A workflow failed', 'x')",
                [organization],
            )
        assert listener.next("broadcast")["event"] == "alerts_changed"

    def test_somebody_else_may_not_join(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, _ = people.member()
        _, stranger = people.member()
        listener = listen(ground, listeners, f"organization:{organization}", stranger)
        refused = listener.next("status")
        assert refused["status"] == "CHANNEL_ERROR"
        assert "permissions" in refused["error"]

    def test_nobody_may_not_join(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, _ = people.member()
        listener = listen(ground, listeners, f"organization:{organization}", "")
        assert listener.next("status")["status"] == "CHANNEL_ERROR"

    def test_a_forged_token_is_refused(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        claims = jwt.decode(token, options={"verify_signature": False})
        forged = jwt.encode(claims, "another secret that is long enough", algorithm="HS256")
        listener = listen(ground, listeners, f"organization:{organization}", forged)
        assert "InvalidJWTToken" in listener.next("status")["error"]


class TestAfterJoining:
    def test_others_hear_nothing(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        first, first_token = people.member()
        second, second_token = people.member()
        one = listen(ground, listeners, f"organization:{first}", first_token)
        other = listen(ground, listeners, f"organization:{second}", second_token)
        assert one.next("status")["status"] == other.next("status")["status"] == "SUBSCRIBED"
        people.send(f"organization:{first}", "for_the_first", {})
        people.send(f"organization:{second}", "for_the_second", {})
        assert one.next("broadcast")["event"] == "for_the_first"
        assert other.next("broadcast")["event"] == "for_the_second"

    def test_a_long_message_arrives_whole(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        topic = f"organization:{organization}"
        listener = listen(ground, listeners, topic, token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        people.send(topic, "long", {"text": "x" * 100_000})
        assert len(listener.next("broadcast")["payload"]["text"]) == 100_000

    def test_what_is_rolled_back_is_never_told(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        topic = f"organization:{organization}"
        listener = listen(ground, listeners, topic, token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        with psycopg.connect(ground.database.owner_url) as connection:
            connection.execute("select realtime.send('{}', 'undone', %s, true)", [topic])
            connection.rollback()
        people.send(topic, "done", {})
        assert listener.next("broadcast")["event"] == "done"

    def test_messages_keep_their_order(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        topic = f"organization:{organization}"
        listener = listen(ground, listeners, topic, token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        with psycopg.connect(ground.database.owner_url) as connection:
            for number in range(200):
                connection.execute(
                    "select realtime.send(%s::jsonb, 'counted', %s, true)", [json.dumps({"n": number}), topic]
                )
        assert [listener.next("broadcast")["payload"]["n"] for _ in range(200)] == list(range(200))

    def test_the_channel_is_closed_when_the_token_runs_out(
        self, ground: Ground, people: People, listeners: list[Listener]
    ) -> None:
        organization, token = people.member()
        listener = listen(ground, listeners, f"organization:{organization}", people.short_lived(token, 3))
        assert listener.next("status")["status"] == "SUBSCRIBED"
        assert listener.next("system")["message"] == "Token has expired"
        assert listener.next("status")["status"] == "CLOSED"

    def test_a_renewed_token_keeps_it_open(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        topic = f"organization:{organization}"
        soon = time.time() + 3
        listener = listen(ground, listeners, topic, people.short_lived(token, 3))
        assert listener.next("status")["status"] == "SUBSCRIBED"
        listener.tell(token=token)
        threading.Event().wait(max(0.0, soon + 0.5 - time.time()))
        people.send(topic, "still_here", {})
        assert listener.next("broadcast")["event"] == "still_here"

    def test_leaving_is_acknowledged(self, ground: Ground, people: People, listeners: list[Listener]) -> None:
        organization, token = people.member()
        listener = listen(ground, listeners, f"organization:{organization}", token)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        listener.tell(leave=True)
        assert listener.next("left")["answer"] == "ok"

    def test_the_client_comes_back_after_a_crash(
        self, ground: Ground, people: People, listeners: list[Listener]
    ) -> None:
        email = f"{uuid.uuid4()}@example.com"
        organization, _ = people.member(email)
        topic = f"organization:{organization}"
        listener = Listener(ground, topic, email=email)
        listeners.append(listener)
        assert listener.next("status")["status"] == "SUBSCRIBED"
        ground.supervisor.kill("supabase-front")
        ground.supervisor.restart("supabase-front")
        while listener.next("status")["status"] != "SUBSCRIBED":
            pass
        people.send(topic, "again", {})
        assert listener.next("broadcast")["event"] == "again"


class TestTheFront:
    def test_an_unknown_key_is_refused(self, ground: Ground) -> None:
        url = ground.environments.urls["supabase"]
        answer = httpx2.get(f"{url}/auth/v1/user", headers={"apikey": "sb_publishable_wrong"})
        assert answer.status_code == 401

    def test_a_token_says_who_issued_it(self, ground: Ground, people: People) -> None:
        _, token = people.member()
        url = ground.environments.urls["supabase"]
        claims = jwt.decode(
            token, ground.secrets.jwt_secret, algorithms=["HS256"], audience="authenticated", issuer=f"{url}/auth/v1"
        )
        assert claims["role"] == "authenticated"
        headers = {"apikey": ground.secrets.publishable_key, "authorization": f"Bearer {token}"}
        assert httpx2.get(f"{url}/auth/v1/user", headers=headers).json()["id"] == claims["sub"]

    def test_the_panel_may_call_from_its_origin_and_others_may_not(self, ground: Ground) -> None:
        asked = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "apikey,authorization,content-type,x-client-info",
        }
        url = f"{ground.environments.urls['supabase']}/auth/v1/token?grant_type=password"
        panel = ground.environments.urls["panel"]
        allowed = httpx2.options(url, headers={"origin": panel, **asked})
        assert allowed.headers["access-control-allow-origin"] == panel
        assert "x-client-info" in allowed.headers["access-control-allow-headers"]
        refused = httpx2.options(url, headers={"origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in refused.headers
