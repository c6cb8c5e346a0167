"""PhantomBuster's contract, traps included."""

import csv
import io
import json
from typing import Any

import pytest

from tests.standins.conftest import Hook, Vendor, until

KEY = {"X-Phantombuster-Key": "key"}


@pytest.fixture
def phantom(vendors: dict[str, Vendor]) -> Vendor:
    vendor = vendors["phantombuster"]
    vendor.control("configure", run_seconds=0.1, results="alternate", exit_code=0, webhook_url="")
    return vendor


def launch(phantom: Vendor, count: int = 20, agent: str = "7") -> str:
    body = {"id": agent, "argument": json.dumps({"numberOfProfiles": count})}
    answer = phantom.call("POST", "/api/v2/agents/launch", json=body, headers=KEY)
    assert answer.status_code == 200, answer.text
    container: str = answer.json()["containerId"]
    return container


def fetch(phantom: Vendor, what: str, container: str, **query: Any) -> Any:
    answer = phantom.call("GET", f"/api/v2/containers/{what}", params={"id": container} | query, headers=KEY)
    return answer.json()


def finished(phantom: Vendor, container: str) -> Any:
    def check() -> Any:
        state = fetch(phantom, "fetch", container)
        return state if state["status"] == "finished" else None

    return until(check)


class TestLaunch:
    @pytest.mark.parametrize("header", ["X-Phantombuster-Key", "X-Phantombuster-Key-1"])
    def test_takes_either_key_header(self, phantom: Vendor, header: str) -> None:
        assert phantom.call("GET", "/api/v2/orgs/fetch-resources", headers={header: "key"}).status_code == 200

    @pytest.mark.parametrize("headers", [{}, {"X-Phantombuster-Key": "invalid-key"}])
    def test_a_wrong_key_is_refused(self, phantom: Vendor, headers: dict[str, str]) -> None:
        assert phantom.call("POST", "/api/v2/agents/launch", json={"id": "7"}, headers=headers).status_code == 401

    def test_a_running_agent_is_refused_with_400(self, phantom: Vendor) -> None:
        phantom.control("configure", run_seconds=30)
        launch(phantom)
        again = phantom.call("POST", "/api/v2/agents/launch", json={"id": "7"}, headers=KEY)
        assert again.status_code == 400
        assert len(phantom.effects("container_launched")) == 1

    def test_an_argument_that_is_no_object_is_refused(self, phantom: Vendor) -> None:
        answer = phantom.call("POST", "/api/v2/agents/launch", json={"id": "7", "argument": "[1]"}, headers=KEY)
        assert answer.status_code == 400


class TestResults:
    def test_come_inline_and_behind_links(self, phantom: Vendor) -> None:
        first = launch(phantom, agent="a")
        assert finished(phantom, first)["exitCode"] == 0
        rows = json.loads(fetch(phantom, "fetch-result-object", first)["resultObject"])
        assert len({row["profileUrl"] for row in rows}) == 20
        assert len(rows) == 21
        assert {"fullName", "linkedInProfileUrl", "companyName", "email"} <= set(rows[0])
        second = launch(phantom, agent="b")
        finished(phantom, second)
        links = json.loads(fetch(phantom, "fetch", second, withResultObject="true")["resultObject"])
        assert phantom.client.get(links["jsonUrl"]).json() == rows
        table = list(csv.DictReader(io.StringIO(phantom.client.get(links["csvURL"]).text)))
        assert [row["fullName"] for row in table] == [row["fullName"] for row in rows]

    def test_a_later_run_repeats_the_rows_of_the_earlier(self, phantom: Vendor) -> None:
        phantom.control("configure", results="inline")
        runs = []
        for _ in range(2):
            container = launch(phantom, 15)
            finished(phantom, container)
            runs.append(json.loads(fetch(phantom, "fetch-result-object", container)["resultObject"]))
        assert (len(runs[0]), len(runs[1])) == (16, 32)
        assert runs[1][:16] == runs[0]

    def test_times_are_milliseconds(self, phantom: Vendor) -> None:
        state = finished(phantom, launch(phantom))
        assert state["endedAt"] > state["launchedAt"] > state["createdAt"] > 1_700_000_000_000

    def test_finished_is_not_success(self, phantom: Vendor) -> None:
        phantom.control("configure", exit_code=1)
        container = launch(phantom)
        assert finished(phantom, container)["exitCode"] == 1
        assert fetch(phantom, "fetch-result-object", container)["resultObject"] is None

    def test_an_unknown_container_is_404(self, phantom: Vendor) -> None:
        assert phantom.call("GET", "/api/v2/containers/fetch", params={"id": "1"}, headers=KEY).status_code == 404

    def test_lies_about_results(self, phantom: Vendor) -> None:
        container = launch(phantom)
        finished(phantom, container)
        phantom.behave("lie", "GET /api/v2/containers/fetch-result-object")
        assert not fetch(phantom, "fetch-result-object", container)["resultObject"].startswith("[")

    def test_progress_is_told_while_running(self, phantom: Vendor) -> None:
        phantom.control("configure", run_seconds=30)
        launch(phantom)
        answer = phantom.call("GET", "/api/v2/agents/fetch-output", params={"id": "7"}, headers=KEY).json()
        assert answer["isAgentRunning"] is True
        assert 0 <= answer["progress"] < 1

    def test_the_agents_webhook_names_the_container(self, phantom: Vendor, hook: Hook) -> None:
        phantom.control("configure", webhook_url=hook.url)
        container = launch(phantom)
        until(lambda: hook.bodies(containerId=container, exitCode=0))
