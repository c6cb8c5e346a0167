"""What holds for every stand-in: ledger, behaviours, state after a kill."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from sandbox.standins.behaviours import Behaviour, Behaviours
from sandbox.standins.ledger import Ledger
from tests.standins.conftest import Vendor, until

ROOT = Path(__file__).resolve().parents[2]
BLOCK = "POST /api/v2/block-lists-entries"
KEY = {"Authorization": "Bearer key"}


def block(vendor: Vendor, value: str = "acme.example", **more: Any) -> httpx2.Response:
    return vendor.call("POST", "/api/v2/block-lists-entries", json={"bl_value": value}, headers=KEY, **more)


class TestBehaviours:
    def test_fails_as_often_as_told_in_the_vendors_own_words(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("fail", BLOCK, status=429, times=2, headers={"Retry-After": "1"})
        answers = [block(instantly) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [429, 429, 200]
        assert answers[0].json()["statusCode"] == 429
        assert answers[0].headers["retry-after"] == "1"
        assert len(instantly.effects("blocked")) == 1

    def test_accepts_and_then_fails(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("accept_then_fail", BLOCK, status=500, times=1)
        assert block(instantly).status_code == 500
        assert len(instantly.effects("blocked")) == 1

    def test_accepts_and_then_hangs_up(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("accept_then_fail", BLOCK, status=0, times=1)
        with pytest.raises(httpx2.TransportError):
            block(instantly)
        assert len(instantly.effects("blocked")) == 1
        assert instantly.ledger("call", BLOCK)[-1]["status"] == 0

    def test_hangs_up_before_anything(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("refuse", times=1)
        with pytest.raises(httpx2.TransportError):
            block(instantly)
        assert instantly.effects("blocked") == []
        assert block(instantly).status_code == 200

    def test_is_slow(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("slow", BLOCK, delay_s=0.2)
        started = time.monotonic()
        assert block(instantly).status_code == 200
        assert time.monotonic() - started >= 0.2
        instantly.behave("ok", BLOCK)
        block(instantly)
        assert [line.get("behaviour") for line in instantly.ledger("call", BLOCK)] == ["slow", None]

    def test_lies_word_for_word(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        instantly.behave("lie", BLOCK, body={"id": 7})
        assert block(instantly).json() == {"id": 7}
        assert instantly.effects("blocked") == []

    def test_an_unknown_mode_is_refused(self, vendors: dict[str, Vendor]) -> None:
        answer = vendors["calcom"].call("POST", "/_control/behaviour", json={"mode": "explode"})
        assert answer.status_code == 400

    @pytest.mark.parametrize(
        ("route", "method", "path", "matches"),
        [
            ("*", "GET", "/x", True),
            ("POST /a/{id}/b", "POST", "/a/17/b", True),
            ("POST /a/{id}/b", "POST", "/a/17/18/b", False),
            ("GET /a", "POST", "/a", False),
            ("* /a/*", "DELETE", "/a/b/c", True),
        ],
    )
    def test_routes(self, route: str, method: str, path: str, matches: bool) -> None:
        assert Behaviour(route=route, mode="fail").matches(method, path) is matches

    def test_the_newest_instruction_of_a_route_replaces_the_older(self) -> None:
        behaviours = Behaviours()
        behaviours.add(Behaviour(route="GET /a", mode="fail", status=500))
        behaviours.add(Behaviour(route="GET /a", mode="fail", status=503))
        rule = behaviours.take("GET", "/a")
        assert rule is not None
        assert rule.status == 503
        behaviours.add(Behaviour(mode="ok"))
        assert behaviours.take("GET", "/a") is None


class TestLedger:
    def test_has_a_line_per_call_and_per_effect(self, vendors: dict[str, Vendor]) -> None:
        instantly = vendors["instantly"]
        answer = instantly.call(
            "POST",
            "/api/v2/block-lists-entries",
            json={"bl_value": "a@b.example"},
            headers=KEY | {"X-Request-Id": "r1"},
        )
        assert answer.status_code == 200
        (call,) = instantly.ledger("call")
        (effect,) = instantly.ledger("effect")
        assert (call["vendor"], call["name"], call["status"], call["request_id"]) == ("instantly", BLOCK, 200, "r1")
        assert call["body"] == {"bl_value": "a@b.example"}
        assert (effect["name"], effect["key"]) == ("blocked", "a@b.example")
        assert "Bearer" not in json.dumps(call)

    def test_drops_the_half_line_of_a_kill(self, tmp_path: Path) -> None:
        path = tmp_path / "x.jsonl"
        ledger = Ledger(path, "x")
        ledger.record("effect", "done", "1")
        ledger.close()
        path.write_bytes(path.read_bytes() + b'{"at": "2026')
        again = Ledger(path, "x")
        again.record("effect", "done", "2")
        assert [entry["key"] for entry in again.entries()] == ["1", "2"]
        again.close()

    def test_reset_forgets(self, vendors: dict[str, Vendor]) -> None:
        block(vendors["instantly"])
        vendors["instantly"].control("reset", seed=2)
        assert vendors["instantly"].ledger("effect") == []
        assert vendors["instantly"].call("GET", "/api/v2/block-lists-entries", headers=KEY).json() == {"items": []}


@contextmanager
def process(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "sandbox.standins", "instantly", "--port", str(port)]
    command += ["--ledger", str(folder / "instantly.jsonl"), "--seed", "1", "--day-seconds", "0.2"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as standin:
        try:
            until(lambda: _answers(url))
            yield standin, url
        finally:
            standin.kill()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/_control/health", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


class TestRestart:
    def test_a_killed_standin_knows_what_it_did_and_does_it_once(self, tmp_path: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with process(tmp_path, port) as (standin, url), httpx2.Client(base_url=url, headers=KEY) as client:
            schedule = {"name": "s", "timing": {"from": "09:00", "to": "17:00"}, "days": {"1": True}}
            schedules = {"schedules": [schedule | {"timezone": "Europe/Belgrade"}]}
            body = {"name": "c", "campaign_schedule": schedules, "email_list": ["a@b.example"]}
            campaign = client.post("/api/v2/campaigns", json=body).json()["id"]
            client.post(f"/api/v2/campaigns/{campaign}/activate")
            client.post("/api/v2/leads", json={"campaign": campaign, "email": "x@y.example"})
            until(lambda: _sent(client, 1))
            os.kill(standin.pid, signal.SIGKILL)
            standin.wait()
        with process(tmp_path, port) as (_, url), httpx2.Client(base_url=url, headers=KEY) as client:
            leads = client.post("/api/v2/leads/list", json={"campaign": campaign}).json()["items"]
            assert [lead["email"] for lead in leads] == ["x@y.example"]
            client.post("/api/v2/leads", json={"campaign": campaign, "email": "z@y.example"})
            sent = until(lambda: _sent(client, 2))
            assert sorted(line["lead_email"] for line in sent) == ["x@y.example", "z@y.example"]

    def test_a_taken_port_is_said_in_one_sentence(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            command = [sys.executable, "-m", "sandbox.standins", "calcom", "--port", str(taken.getsockname()[1])]
            command += ["--ledger", os.devnull]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 1
        assert b"can't listen" in done.stderr


def _sent(client: httpx2.Client, count: int) -> list[dict[str, Any]] | None:
    lines: list[dict[str, Any]] = client.get("/_control/ledger", params={"kind": "effect", "name": "email_sent"}).json()
    return lines if len(lines) >= count else None
