"""For each rule, one small change to a good flow that breaks it: a rule that was never seen failing proves nothing."""

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from n8n_workflows.checks.finding import Book
from n8n_workflows.manifest import Entry
from n8n_workflows.workflow import Workflow

Change = Callable[["Flow"], None]


@dataclass
class Flow:
    """A flow's file and manifest entry, to be spoiled."""

    data: dict[str, Any]
    entry: Entry

    def node(self, name: str) -> dict[str, Any]:
        """The node with that name."""
        found: dict[str, Any] = next(node for node in self.data["nodes"] if node["name"] == name)
        return found

    def of_type(self, kind: str) -> dict[str, Any]:
        """The first node of a type."""
        found: dict[str, Any] = next(node for node in self.data["nodes"] if node["type"] == f"n8n-nodes-base.{kind}")
        return found

    def outputs(self, name: str) -> list[list[dict[str, Any]]]:
        """The arrows of a node, a list for each output."""
        found: list[list[dict[str, Any]]] = self.data["connections"][name]["main"]
        return found

    def condition(self, name: str) -> dict[str, Any]:
        """The first condition of an If node."""
        found: dict[str, Any] = self.node(name)["parameters"]["conditions"]["conditions"][0]
        return found


def spoiled(book: Book, workflow_id: str, change: Change) -> tuple[Workflow, Book]:
    """The flow after a change, and the book in which it stands instead of the good one."""
    original = book.workflows[workflow_id]
    flow = Flow(copy.deepcopy(original.data), book.manifest.entry(workflow_id))
    change(flow)
    bad = Workflow(flow.data, original.file)
    entries = tuple(flow.entry if entry.id == workflow_id else entry for entry in book.manifest.workflows)
    manifest = replace(book.manifest, workflows=entries)
    return bad, replace(book, manifest=manifest, workflows={**book.workflows, workflow_id: bad})


def _set(name: str, key: str, value: Any) -> Change:
    return lambda flow: flow.node(name).__setitem__(key, value)


def _parameter(name: str, key: str, value: Any) -> Change:
    return lambda flow: flow.node(name)["parameters"].__setitem__(key, value)


def _setting(key: str, value: Any) -> Change:
    return lambda flow: flow.data["settings"].__setitem__(key, value)


def _data(key: str, value: Any) -> Change:
    return lambda flow: flow.data.__setitem__(key, value)


def _cut(name: str, output: int) -> Change:
    return lambda flow: flow.outputs(name).__setitem__(output, [])


def _lead(name: str, output: int, target: str, index: int = 0) -> Change:
    arrow = {"node": target, "type": "main", "index": index}
    return lambda flow: flow.outputs(name).__setitem__(output, [arrow])


def _without(name: str, key: str) -> Change:
    def change(flow: Flow) -> None:
        del flow.node(name)[key]

    return change


def _renamed(old: str, new: str) -> Change:
    return lambda flow: flow.node(old).__setitem__("name", new)


def _add(kind: str, version: float, name: str = "Do something else", **more: Any) -> Change:
    node = {
        "id": "00000000-0000-4000-8000-000000000000",
        "name": name,
        "type": f"n8n-nodes-base.{kind}",
        "typeVersion": version,
        "position": [9000, 9000],
        "parameters": {},
    } | more
    return lambda flow: flow.data["nodes"].append(node)


def _entry(**values: Any) -> Change:
    def change(flow: Flow) -> None:
        flow.entry = replace(flow.entry, **values)

    return change


def _option(name: str, key: str, value: Any) -> Change:
    return lambda flow: flow.node(name)["parameters"]["options"].__setitem__(key, value)


def _note(old: str, new: str) -> Change:
    def change(flow: Flow) -> None:
        parameters = flow.of_type("stickyNote")["parameters"]
        parameters["content"] = parameters["content"].replace(old, new)

    return change


def _input(key: str, value: str) -> Change:
    def change(flow: Flow) -> None:
        flow.of_type("executeWorkflow")["parameters"]["workflowInputs"]["value"][key] = value

    return change


def _untyped(flow: Flow) -> None:
    flow.of_type("executeWorkflowTrigger")["parameters"]["inputSource"] = "passthrough"


def _each(flow: Flow) -> None:
    flow.of_type("executeWorkflow")["parameters"]["mode"] = "each"


def _stranger(flow: Flow) -> None:
    flow.of_type("executeWorkflow")["parameters"]["workflowId"]["value"] = "someone-elses"


def _foreign_credential(flow: Flow) -> None:
    flow.node("Enrich prospect")["credentials"]["httpHeaderAuth"] = {
        "id": "smGateway01",
        "name": "Sales Machine gateway",
    }


def _unknown_credential(flow: Flow) -> None:
    flow.node("Claim prospects")["credentials"]["httpHeaderAuth"]["id"] = "abc"


def _own_header(flow: Flow) -> None:
    headers = flow.node("Claim prospects")["parameters"]["headerParameters"]["parameters"]
    headers.append({"name": "Authorization", "value": "={{ $json.key }}"})


def _no_request_id(flow: Flow) -> None:
    flow.node("Claim prospects")["parameters"]["headerParameters"]["parameters"] = []


def _other_address(flow: Flow) -> None:
    for field in flow.node("Settings")["parameters"]["assignments"]["assignments"]:
        if field["name"] == "gateway_url":
            field["value"] = "{{ $json.body.url }}"


def _every_second(flow: Flow) -> None:
    flow.of_type("scheduleTrigger")["parameters"]["rule"]["interval"][0] = {"field": "seconds"}


def _same_place(flow: Flow) -> None:
    flow.node("Enrich prospect")["position"] = flow.node("Qualify prospect")["position"]


def _early_answer(flow: Flow) -> None:
    """The caller is answered before the claim."""
    flow.outputs("Settings")[0] = [{"node": "Answer the gateway", "type": "main", "index": 0}]
    flow.outputs("Answer the gateway")[0] = [{"node": "Claim prospects", "type": "main", "index": 0}]
    flow.outputs("Claim prospects")[0] = [{"node": "Anything claimed?", "type": "main", "index": 0}]


def _shared_input(flow: Flow) -> None:
    flow.outputs("Note a failed draft")[0][0]["index"] = 0


def _any_case(flow: Flow) -> None:
    flow.condition("Anything claimed?")["leftValue"] = "={{ $json.remaining }}"


def _other_comparison(flow: Flow) -> None:
    flow.condition("Anything claimed?")["rightValue"] = 10


BAD: dict[str, list[tuple[str, Change]]] = {
    "has-a-chosen-id": [
        ("smEnrich01", _data("id", "kV7xPq2LrT9bZw4c")),
        ("smEnrich01", _data("id", "smEnrichAndQualify01")),
    ],
    "begins-with-a-verb": [
        ("smEnrich01", _data("name", "Prospect enrichment")),
        ("smEnrich01", _data("name", "Enrich And Qualify")),
        ("smEnrich01", _data("name", "Enrich prospects \N{ROCKET}")),
    ],
    "names-its-nodes": [
        ("smEnrich01", _renamed("Claim prospects", "HTTP Request1")),
        ("smEnrich01", _renamed("Claim prospects", "Settings")),
        ("smEnrich01", _renamed("Claim prospects", "claim")),
    ],
    "begins-with-a-note": [
        ("smSend01", _note("**Owner:**", "")),
        ("smSend01", _note("## Send due messages", "## Other")),
        ("smSend01", lambda flow: flow.data["nodes"].reverse()),
    ],
    "is-normalised": [("smSend01", _data("active", True)), ("smSend01", _data("pinData", {}))],
    "is-set-up": [
        ("smSend01", _setting("executionOrder", "v0")),
        ("smSend01", _setting("timezone", "")),
        ("smSend01", _setting("executionTimeout", -1)),
        ("smSend01", _setting("saveDataSuccessExecution", "all")),
        ("smSend01", _setting("errorWorkflow", "other")),
        ("smError01", _setting("errorWorkflow", "smError01")),
    ],
    "begins-as-its-kind": [
        ("smSend02", _add("webhook", 2.1)),
        ("smSend01", lambda flow: flow.data["nodes"].remove(flow.of_type("scheduleTrigger"))),
        ("smSend01", _entry(kind="sub")),
        ("smSend01", _data("id", "smOther01")),
    ],
    "uses-pinned-types": [
        ("smSend01", _set("Claim due messages", "typeVersion", 4.2)),
        ("smSend01", _add("postgres", 2.6)),
        ("smSend01", _add("function", 1)),
    ],
    "gives-a-reason-for-code": [("smSend01", _add("code", 2)), ("smSend01", _add("code", 2, notes="because"))],
    "wires-resolve": [
        ("smSend01", _lead("Settings", 0, "Nowhere")),
        ("smSend01", _lead("Settings", 0, "Started by hand")),
        ("smSend01", lambda flow: flow.outputs("Settings").append(flow.outputs("Settings")[0])),
    ],
    "is-reachable": [("smSend01", _add("noOp", 1))],
    "has-its-own-place": [("smEnrich02", _same_place)],
    "references-resolve": [
        ("smSend01", _parameter("Report the run", "jsonBody", "={{ { failed: $('Gone').first().json.x } }}")),
        ("smSend01", _parameter("Settings", "x", "={{ $('All done').first().json.x }}")),
    ],
    "wires-both-ends-of-an-error": [
        ("smEnrich02", _cut("Enrich prospect", 1)),
        ("smEnrich02", _without("Enrich prospect", "onError")),
        ("smEnrich01", _without("Enrich and qualify the batch", "onError")),
    ],
    "keeps-the-items-of-unwaited-calls": [("smError01", _set("Write again", "onError", "continueErrorOutput"))],
    "decides-every-case": [
        ("smMeet02", _option("Which kind?", "fallbackOutput", "none")),
        ("smMeet02", _cut("Which kind?", 2)),
        ("smEnrich02", _cut("Qualified?", 1)),
    ],
    "fills-its-merges": [
        ("smEnrich02", _shared_input),
        ("smEnrich02", _parameter("Gather all outcomes", "numberInputs", 6)),
    ],
    "waits-briefly": [
        ("smScrape02", _parameter("Wait 3 seconds", "unit", "minutes")),
        ("smScrape02", _parameter("Wait 3 seconds", "resume", "webhook")),
        ("smScrape02", _parameter("Wait 3 seconds", "amount", "={{ $json.seconds }}")),
    ],
    "calls-can-be-read": [
        ("smSend01", _parameter("Claim due messages", "jsonBody", "={{ $json }}")),
        ("smSend01", _parameter("Claim due messages", "jsonBody", '{"limit": 20}')),
        ("smSend01", _parameter("Claim due messages", "jsonBody", "={{ { ...$json } }}")),
        ("smSend01", _parameter("Claim due messages", "url", "={{ $json.url }}")),
    ],
    "keeps-addresses-in-settings": [
        ("smSend01", _parameter("Claim due messages", "url", "https://vendor.example/v1")),
        ("smSend01", _other_address),
    ],
    "calls-with-a-credential": [
        ("smEnrich01", _unknown_credential),
        ("smEnrich02", _foreign_credential),
        ("smSend01", _without("Claim due messages", "credentials")),
        ("smSend01", _parameter("Claim due messages", "genericAuthType", "httpQueryAuth")),
    ],
    "calls-with-a-time-limit": [
        ("smSend01", _option("Claim due messages", "timeout", 600_000)),
        ("smSend01", _option("Claim due messages", "timeout", None)),
    ],
    "repeats-only-what-is-harmless": [
        ("smSend02", _set("Deliver message", "retryOnFail", True)),
        ("smEnrich02", _set("Draft first message", "retryOnFail", True)),
        ("smSend01", _set("Claim due messages", "maxTries", 9)),
        ("smSend01", _set("Claim due messages", "waitBetweenTries", 60_000)),
    ],
    "forwards-the-request-id": [("smEnrich01", _no_request_id)],
    "holds-no-secret": [
        ("smSend01", _parameter("Settings", "x", "Bearer abcdefgh12345678")),
        ("smSend01", _parameter("Settings", "x", "={{ $env.WORKFLOW_TOKEN }}")),
        ("smSend01", _parameter("Settings", "x", "={{ $vars.token }}")),
        ("smEnrich01", _own_header),
    ],
    "webhook-is-guarded": [
        ("smSend01", _parameter("Started by the gateway", "path", "sm/other")),
        ("smSend01", _parameter("Started by the gateway", "httpMethod", "GET")),
        ("smSend01", _parameter("Started by the gateway", "authentication", "none")),
        ("smSend01", _parameter("Started by the gateway", "responseMode", "onReceived")),
        ("smSend01", _without("Started by the gateway", "webhookId")),
        ("smEnrich01", _early_answer),
    ],
    "schedules-calmly": [("smSend01", _every_second)],
    "calls-flows-by-their-inputs": [
        ("smEnrich02", _untyped),
        ("smSend01", _each),
        ("smSend01", _stranger),
        ("smSend01", _input("subject", "={{ $json.subject }}")),
    ],
    "reports-what-it-claims": [
        ("smSend01", _lead("Split into messages", 0, "All done")),
        ("smEnrich01", _lead("Anything claimed?", 0, "Count nothing")),
        ("smEnrich01", _cut("Claim prospects", 0)),
    ],
    "names-the-empty-branch-truly": [("smEnrich01", _any_case), ("smEnrich01", _other_comparison)],
    "manifest-tells-the-truth": [
        ("smSend01", _entry(routes=("api_gateway POST /internal/v1/sends/claim",))),
        ("smSend01", _entry(credentials=())),
        ("smSend01", _entry(calls=())),
    ],
    "is-published-after-what-it-calls": [(
        "smEnrich02",
        _add("executeWorkflow", 1.3, parameters={"workflowId": {"value": "smEnrich01"}}),
    )],
    "has-no-twin": [("smSend01", _data("name", "Handle errors")), ("smSend01", _data("id", "smOther01"))],
}  # fmt: skip
