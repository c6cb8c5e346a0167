"""Files hold what a flow is; whatever belongs to one n8n is dropped, and addresses are taken out again."""

import json
from typing import Any

import pytest

from n8n_workflows.manifest import ROOT, load_manifest
from n8n_workflows.normalise import dump, normalise

FILES = [entry.file for entry in load_manifest().workflows]


def read(file: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((ROOT / file).read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("file", FILES)
def test_a_file_is_in_normal_form(file: str) -> None:
    assert (ROOT / file).read_text(encoding="utf-8") == dump(normalise(read(file)))


def exported(document: dict[str, Any]) -> dict[str, Any]:
    """The same flow as an n8n would export it: its own fields, other order, addresses filled in."""
    document["nodes"].reverse()
    for node in document["nodes"]:
        node["parameters"] = dict(reversed(node["parameters"].items()))
        for field in node["parameters"].get("assignments", {}).get("assignments", []):
            field["value"] = {"gateway_url": "http://127.0.0.1:8000"}.get(field["name"], field["value"])
    return {
        "createdAt": "2026-11-20T18:00:00.000Z",
        "updatedAt": "2026-11-20T18:00:00.000Z",
        "active": True,
        "isArchived": False,
        "versionId": "8ab7",
        "activeVersionId": "8ab7",
        "versionCounter": 4,
        "triggerCount": 1,
        "shared": [{"role": "workflow:owner"}],
        "staticData": {"node:Every hour": {"recurrenceRules": []}},
        "meta": {"templateCredsSetupCompleted": True},
        "pinData": {"Claim due messages": [{"json": {"email": "someone@client.example"}}]},
        "tags": [],
        **dict(reversed(document.items())),
    }


class TestNormalise:
    def test_takes_out_what_belongs_to_one_instance(self) -> None:
        kept = normalise(exported(read("send_due_messages/workflow.json")))
        assert sorted(kept) == ["connections", "description", "id", "name", "nodes", "settings"]
        assert "client.example" not in dump(kept)

    def test_takes_the_addresses_out_of_settings(self) -> None:
        assert "127.0.0.1" not in dump(normalise(exported(read("send_due_messages/workflow.json"))))

    def test_puts_nodes_in_reading_order_with_the_note_first(self) -> None:
        nodes = normalise(exported(read("send_due_messages/workflow.json")))["nodes"]
        assert nodes[0]["type"].endswith("stickyNote")
        assert [node["position"] for node in nodes[1:]] == sorted(node["position"] for node in nodes[1:])

    def test_leaves_its_input_alone(self) -> None:
        document = exported(read("send_due_messages/workflow.json"))
        before = json.dumps(document)
        normalise(document)
        assert json.dumps(document) == before

    def test_changes_nothing_the_second_time(self) -> None:
        once = normalise(exported(read("send_due_messages/workflow.json")))
        assert dump(normalise(once)) == dump(once)
