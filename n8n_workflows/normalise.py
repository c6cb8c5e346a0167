"""One form for a workflow file, so that a change in the editor is a small difference in review.

n8n exports a workflow with what belongs to one instance (versions, times, owners, pinned data). `normalise` keeps what
the workflow is and drops the rest; `dump` writes it in a fixed order. A committed file is `dump(normalise(file))`.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]
"""A workflow as n8n exports it."""

KEPT = ("id", "name", "description", "nodes", "connections", "settings")
KEPT_OF_A_NODE = (
    "id",
    "name",
    "type",
    "typeVersion",
    "position",
    "notes",
    "notesInFlow",
    "disabled",
    "webhookId",
    "credentials",
    "executeOnce",
    "alwaysOutputData",
    "onError",
    "retryOnFail",
    "maxTries",
    "waitBetweenTries",
    "parameters",
)
PLACEHOLDERS: Mapping[str, str] = {"gateway_url": "${API_GATEWAY_URL}", "ai_service_url": "${AI_SERVICE_URL}"}
"""What a `Settings` field holds in the repository; its value is filled in when the workflows are rendered."""


def normalise(workflow: Mapping[str, Any]) -> Document:
    """The workflow without what belongs to one n8n instance, in a fixed order, with the addresses taken out again."""
    kept: Document = {key: workflow[key] for key in KEPT if workflow.get(key) is not None}
    kept["nodes"] = [_normalise_node(node) for node in workflow.get("nodes", [])]
    kept["nodes"].sort(key=_reading_order)
    names = [node["name"] for node in kept["nodes"]]
    connections = workflow.get("connections", {})
    kept["connections"] = {
        name: {kind: [output or [] for output in outputs] for kind, outputs in sorted(connections[name].items())}
        for name in [*names, *sorted(set(connections) - set(names))]
        if name in connections
    }
    kept["settings"] = dict(sorted(workflow.get("settings", {}).items()))
    return replace_settings(kept, PLACEHOLDERS.get)


def dump(workflow: Mapping[str, Any]) -> str:
    """The text of a workflow file: two spaces, characters as they are, a final newline."""
    return json.dumps(workflow, indent=2, ensure_ascii=False) + "\n"


def replace_settings(workflow: Document, value_of: Callable[[str, Any], Any]) -> Document:
    """Pass every field of the `Settings` nodes through `value_of(field, value)`."""
    for node in workflow["nodes"]:
        if node["type"] == "n8n-nodes-base.set" and node["name"] == "Settings":
            for field in node["parameters"].get("assignments", {}).get("assignments", []):
                field["value"] = value_of(field["name"], field["value"])
    return workflow


def _normalise_node(node: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: node[key] for key in KEPT_OF_A_NODE if key in node}
    kept["parameters"] = json.loads(json.dumps(node.get("parameters", {})))
    return kept


def _reading_order(node: Mapping[str, Any]) -> tuple[bool, float, float, str]:
    """Notes first, then from left to right and from top to bottom, as the canvas is read."""
    left, top = node["position"]
    return (node["type"] != "n8n-nodes-base.stickyNote", left, top, node["name"])
