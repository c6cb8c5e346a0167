"""What the published flows do on the real n8n: every claimed thing is worked on at the same time and reported once.

The two services are a double, so that each of them can fail at any call.
"""

from typing import Any

import pytest

from tests.n8n_workflows.conftest import Running
from tests.n8n_workflows.double import Body, Double
from tests.n8n_workflows.work import items, prospects

pytestmark = pytest.mark.stack

RUN = "/internal/v1/workflow-runs/report"
ERRORS = "/internal/v1/workflow-errors"
ENRICH = "/internal/v1/enrichments"
SCRAPES = "/internal/v1/scrapes"
SENDS = "/internal/v1/sends"


def by_id(bodies: list[Body], key: str) -> dict[str, Body]:
    """The bodies by id; no id may come twice."""
    found = {body[key]: body for body in bodies}
    assert len(found) == len(bodies), "something was reported twice"
    for name, body in found.items():
        assert body["lease_token"] == f"lease-of-{name}", "a report carries another item's lease"
    return found


class TestStarting:
    def test_the_caller_learns_at_once_how_much_was_claimed(self, n8n: Running) -> None:
        n8n.double.delay = 2
        n8n.double.queue(f"{ENRICH}/claim", prospects(3))
        answer = n8n.start("enrich-and-qualify-prospects")
        assert (answer.status_code, answer.json()["claimed"]) == (202, 3)
        assert answer.elapsed.total_seconds() < 2
        n8n.double.wait_for(RUN)

    @pytest.mark.parametrize("token", ["", "wrong"])
    def test_a_stranger_is_refused_and_nothing_is_claimed(self, n8n: Running, token: str) -> None:
        assert n8n.start("send-due-messages", token=token).status_code == 403
        assert n8n.double.calls == []

    def test_the_request_id_goes_through_every_call_and_back(self, n8n: Running) -> None:
        describe_prospects(n8n.double)
        n8n.double.queue(f"{ENRICH}/claim", prospects(2))
        answer = n8n.start("enrich-and-qualify-prospects")
        n8n.double.wait_for(RUN)
        assert answer.headers["X-Request-Id"] == n8n.double.request_id
        assert {call.path for call in n8n.double.calls} > {f"{ENRICH}/claim", "/v1/qualifications", RUN}

    def test_each_service_is_shown_its_own_token(self, n8n: Running) -> None:
        n8n.double.queue(f"{ENRICH}/claim", prospects(1))
        n8n.start("enrich-and-qualify-prospects")
        n8n.double.wait_for(RUN)
        shown = {call.path.startswith("/v1/"): call.authorization for call in n8n.double.calls}
        assert shown == {
            True: f"Bearer {n8n.secrets.ai_service_token}",
            False: f"Bearer {n8n.secrets.workflow_token}",
        }

    def test_a_flow_with_nothing_to_do_says_so(self, n8n: Running) -> None:
        assert n8n.start("handle-replies").json()["claimed"] == 0
        (report,) = n8n.double.wait_for(RUN)
        assert report == {"workflow_name": "handle-replies", "status": "succeeded", "processed": 0, "failed": 0}

    @pytest.mark.parametrize(
        ("flow", "claim", "key"),
        [
            ("enrich-and-qualify-prospects", ENRICH, "campaign_id"),
            ("send-due-messages", SENDS, "campaign_id"),
            ("handle-replies", "/internal/v1/replies", "reply_id"),
            ("record-meetings", "/internal/v1/meetings", "event_id"),
        ],
    )
    def test_a_flow_can_be_started_for_one_thing(self, n8n: Running, flow: str, claim: str, key: str) -> None:
        n8n.start(flow, {key: "that-one"})
        (body,) = n8n.double.wait_for(f"{claim}/claim")
        assert body[key] == "that-one"


def describe_prospects(double: Double) -> None:
    """Every answer of the model names the prospect it is about; `item-1`, `item-3`, … qualify."""

    def name(body: Body) -> str:
        return str(body["prospect"]["first_name"])

    double.answers["/v1/enrichments"] = lambda body: {
        "summary": f"summary of {name(body)}",
        "talking_points": [],
        "pain_points": [],
        "disc": None,
        "company_facts": [],
        "source": "rules",
    }
    double.answers["/v1/qualifications"] = lambda body: {
        "score": 70,
        "decision": "qualified" if int(name(body)[-1]) % 2 else "nurture",
        "of": name(body),
    }
    double.answers["/v1/messages"] = lambda body: {
        "variants": [{"subject": "", "body": f"to {name(body)}"}],
        "from": body["enrichment"]["summary"],
    }


class TestEnrichAndQualify:
    def run(self, n8n: Running, count: int) -> tuple[dict[str, Body], list[Body]]:
        describe_prospects(n8n.double)
        n8n.double.queue(f"{ENRICH}/claim", prospects(count))
        n8n.start("enrich-and-qualify-prospects")
        passes = n8n.double.wait_for(RUN, -(-count // 50))
        return by_id(n8n.double.bodies(f"{ENRICH}/report"), "enrollment_id"), passes

    def test_every_prospect_gets_its_own_enrichment_score_and_message(self, n8n: Running) -> None:
        reports, _ = self.run(n8n, 20)
        assert len(reports) == 20
        for name, report in reports.items():
            assert report["outcome"] == "succeeded"
            assert report["enrichment"]["summary"] == f"summary of {name}"
            assert report["qualification"]["of"] == name
            if int(name[-1]) % 2:
                assert report["message"]["variants"][0]["body"] == f"to {name}"
                assert report["message"]["from"] == f"summary of {name}"
            else:
                assert "message" not in report

    def test_prospects_are_worked_on_at_the_same_time_until_none_waits(self, n8n: Running) -> None:
        n8n.double.delay = 0.5
        reports, passes = self.run(n8n, 120)
        assert len(reports) == 120
        assert n8n.double.busiest >= 40
        assert [passed["processed"] for passed in passes] == [50, 50, 20]

    def test_a_failed_call_fails_its_prospect_alone(self, n8n: Running) -> None:
        n8n.double.refuse("/v1/enrichments", "item-0", "item-7")
        n8n.double.refuse("/v1/qualifications", "item-3", status=422)
        n8n.double.refuse("/v1/messages", "item-5", status=503)
        reports, (passed,) = self.run(n8n, 12)
        failed = {name: report["error"] for name, report in reports.items() if report["outcome"] == "failed"}
        assert {name: error.partition(":")[0] for name, error in failed.items()} == {
            "item-0": "The prospect could not be enriched",
            "item-7": "The prospect could not be enriched",
            "item-3": "The prospect could not be scored",
            "item-5": "The first message could not be drafted",
        }
        assert (passed["processed"], passed["failed"]) == (12, 4)
        assert reports["item-9"]["message"]["variants"][0]["body"] == "to item-9"

    def test_a_refused_report_is_made_once_more(self, n8n: Running) -> None:
        n8n.double.refuse(f"{ENRICH}/report", "item-2", times=1)
        reports, (passed,) = self.run(n8n, 4)
        assert len(reports) == 4
        assert reports["item-2"]["enrichment"]["summary"] == "summary of item-2"
        assert passed["failed"] == 0

    def test_a_lease_that_was_lost_is_counted_and_left_alone(self, n8n: Running) -> None:
        n8n.double.refuse(f"{ENRICH}/report", "item-2", status=409)
        reports, (passed,) = self.run(n8n, 4)
        assert len(reports) == 3
        assert passed["failed"] == 1


class TestScrape:
    def test_searches_are_followed_to_their_own_ends(self, n8n: Running) -> None:
        states = {
            "item-0": iter(["finished"]),
            "item-1": iter(["running", "finished"]),
            "item-2": iter(["running", "failed"]),
        }

        def poll(body: Body) -> Body:
            return body | {"status": next(states[body["run_id"]]), "progress": 0.5, "message": "cookie expired"}

        n8n.double.answers[f"{SCRAPES}/poll"] = poll
        n8n.double.queue(f"{SCRAPES}/claim", items(f"{SCRAPES}/claim", 3))
        n8n.start("scrape-linkedin-prospects")
        (passed,) = n8n.double.wait_for(RUN, workflow_name="scrape-linkedin-prospects")
        reports = by_id(n8n.double.bodies(f"{SCRAPES}/report"), "run_id")
        assert {name: report["outcome"] for name, report in reports.items()} == {
            "item-0": "succeeded",
            "item-1": "succeeded",
            "item-2": "failed",
        }
        assert reports["item-2"]["error"] == "The search failed: cookie expired"
        assert len(n8n.double.bodies(f"{SCRAPES}/collect")) == 2
        assert (passed["processed"], passed["failed"]) == (3, 1)

    @pytest.mark.parametrize(
        ("route", "error"),
        [
            ("launch", "The search could not be launched"),
            ("collect", "The rows could not be collected"),
        ],
    )
    def test_a_search_that_breaks_off_is_reported_as_failed(self, n8n: Running, route: str, error: str) -> None:
        n8n.double.refuse(f"{SCRAPES}/{route}")
        n8n.double.answers[f"{SCRAPES}/poll"] = lambda body: body | {"status": "finished"}
        n8n.double.queue(f"{SCRAPES}/claim", items(f"{SCRAPES}/claim", 1))
        n8n.start("scrape-linkedin-prospects")
        (report,) = n8n.double.wait_for(f"{SCRAPES}/report")
        assert report["outcome"] == "failed"
        assert report["error"].startswith(error)
        n8n.double.wait_for(RUN, workflow_name="scrape-linkedin-prospects")

    def test_a_poll_that_fails_is_tried_again(self, n8n: Running) -> None:
        n8n.double.refuse(f"{SCRAPES}/poll", status=503, times=1)
        n8n.double.answers[f"{SCRAPES}/poll"] = lambda body: body | {"status": "finished"}
        n8n.double.queue(f"{SCRAPES}/claim", items(f"{SCRAPES}/claim", 1))
        n8n.start("scrape-linkedin-prospects")
        (report,) = n8n.double.wait_for(f"{SCRAPES}/report")
        assert report["outcome"] == "succeeded"
        n8n.double.wait_for(RUN, workflow_name="scrape-linkedin-prospects")


class TestSend:
    def test_each_message_is_delivered_once_even_when_the_answer_is_lost(self, n8n: Running) -> None:
        n8n.double.refuse(f"{SENDS}/deliver", "item-0", "item-30")
        n8n.double.answers[f"{SENDS}/deliver"] = lambda body: {"intent_id": body["intent_id"], "outcome": "sent"}
        n8n.double.queue(f"{SENDS}/claim", items(f"{SENDS}/claim", 45))
        n8n.start("send-due-messages")
        n8n.double.wait_for(f"{SENDS}/settle")
        asked = n8n.double.bodies(f"{SENDS}/deliver", answered=False)
        assert len(by_id(asked, "intent_id")) == 45
        passes = n8n.double.wait_for(RUN, 3)
        assert [(passed["processed"], passed["failed"]) for passed in passes] == [(20, 1), (20, 1), (5, 0)]

    @pytest.mark.parametrize(
        ("outcome", "failed"), [("sent", 0), ("retry", 0), ("stopped", 0), ("failed", 1), ("ambiguous", 1)]
    )
    def test_an_outcome_is_counted_for_what_it_is(self, n8n: Running, outcome: str, failed: int) -> None:
        n8n.double.answers[f"{SENDS}/deliver"] = lambda body: {"intent_id": body["intent_id"], "outcome": outcome}
        n8n.double.queue(f"{SENDS}/claim", items(f"{SENDS}/claim", 1))
        n8n.start("send-due-messages")
        (passed,) = n8n.double.wait_for(RUN)
        assert passed["failed"] == failed


class TestAdvanceAndReplies:
    @pytest.mark.parametrize(
        ("flow", "room", "model", "key", "result"),
        [
            ("advance-scenarios", "messages", "/v1/messages", "step_id", "message"),
            ("handle-replies", "replies", "/v1/replies", "reply_id", "decision"),
        ],
    )
    def test_every_item_is_reported_with_its_own_answer_or_error(
        self, n8n: Running, flow: str, room: str, model: str, key: str, result: str
    ) -> None:
        work: list[dict[str, Any]] = items(f"/internal/v1/{room}/claim", 4)
        for item in work:
            item["prospect"] = {"first_name": item[key]}
        n8n.double.queue(f"/internal/v1/{room}/claim", work)
        n8n.double.answers[model] = lambda body: {"about": body["prospect"]["first_name"], "source": "rules"}
        n8n.double.refuse(model, "item-1")
        n8n.start(flow)
        (passed,) = n8n.double.wait_for(RUN)
        reports = by_id(n8n.double.bodies(f"/internal/v1/{room}/report"), key)
        assert {name: report["outcome"] for name, report in reports.items()} == {
            "item-0": "succeeded",
            "item-1": "failed",
            "item-2": "succeeded",
            "item-3": "succeeded",
        }
        assert reports["item-2"][result]["about"] == "item-2"
        assert (passed["processed"], passed["failed"]) == (4, 1)


class TestMeetings:
    def test_every_event_goes_through_its_own_door(self, n8n: Running) -> None:
        kinds = ["created", "moved", "cancelled", "ignored", "something new"]
        work = items("/internal/v1/meetings/claim", len(kinds))
        for item, kind in zip(work, kinds, strict=True):
            item["kind"] = kind
        n8n.double.queue("/internal/v1/meetings/claim", work)
        n8n.start("record-meetings")
        n8n.double.wait_for(RUN)
        doors = {
            body["event_id"]: call.path.rpartition("/")[2]
            for call in n8n.double.calls
            if "event_id" in (body := call.body) and call.path.startswith("/internal/v1/meetings/")
            if not call.path.endswith("/claim")
        }
        assert doors == {
            "item-0": "record",
            "item-1": "move",
            "item-2": "cancel",
            "item-3": "ignore",
            "item-4": "ignore",
        }


class TestErrors:
    def test_a_flow_that_breaks_off_tells_its_caller_and_the_gateway(self, n8n: Running) -> None:
        n8n.double.hears_everyone = True
        n8n.double.refuse(f"{SENDS}/claim", "that-one")
        n8n.double.answers[ERRORS] = lambda _: {"error_id": "1", "attempts": 4, "alert_raised": True}
        answer = n8n.start("send-due-messages", {"campaign_id": "that-one"})
        assert (answer.status_code, answer.json()["accepted"]) == (502, False)
        (report,) = n8n.double.wait_for(ERRORS)
        assert (report["workflow_id"], report["workflow_name"]) == ("smSend01", "Send due messages")
        assert report["node"] == "Stop because the claim failed"
        assert report["started_by"] == "webhook"
        assert "500" in report["message"]

    def test_a_flow_is_started_again_until_an_alert_is_raised(self, n8n: Running) -> None:
        n8n.double.hears_everyone = True
        n8n.double.refuse("/internal/v1/meetings/claim", "that-one")
        n8n.double.answers[ERRORS] = lambda _: {"error_id": "1", "attempts": 1, "alert_raised": False}
        n8n.start("record-meetings", {"event_id": "that-one"})
        n8n.double.wait_for(ERRORS, workflow_id="smMeet01")
        n8n.double.wait_for(RUN, workflow_name="record-meetings")
