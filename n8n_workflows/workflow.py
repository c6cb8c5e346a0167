"""A workflow file as the checks see it: nodes by name, wires in both directions, what an expression refers to."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

PREFIX = "n8n-nodes-base."
TRIGGERS = frozenset({"webhook", "scheduleTrigger", "manualTrigger", "executeWorkflowTrigger", "errorTrigger"})
_REFERENCE = re.compile(r"""\$(?:\(|items\(|node\[)\s*(['"])(?P<name>.*?)\1""")


@dataclass(frozen=True)
class Node:
    """One box of the canvas. `type` is without its package when the package is n8n's own."""

    data: dict[str, Any]

    @property
    def name(self) -> str:
        """The name on the canvas, unique in its workflow."""
        return str(self.data["name"])

    @property
    def type(self) -> str:
        """`httpRequest`, `set`, …; a community node keeps its whole name."""
        return str(self.data["type"]).removeprefix(PREFIX)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the editor's form holds."""
        parameters: dict[str, Any] = self.data.get("parameters", {})
        return parameters

    @property
    def is_trigger(self) -> bool:
        """Whether a run begins here."""
        return self.type in TRIGGERS

    @property
    def has_error_output(self) -> bool:
        """Whether items that failed leave through an output of their own, the last one."""
        return self.data.get("onError") == "continueErrorOutput"

    def texts(self) -> Iterator[str]:
        """Every text in the parameters, however deep."""
        yield from _texts(self.parameters)

    def references(self) -> Iterator[str]:
        """The names of the nodes that its expressions mention."""
        for text in self.texts():
            if text.startswith("="):
                yield from (match["name"] for match in _REFERENCE.finditer(text))


@dataclass(frozen=True)
class Wire:
    """An arrow: from one output of a node to one input of another."""

    source: str
    output: int
    target: str
    input: int


@dataclass(frozen=True)
class Workflow:
    """A workflow file that could be read."""

    data: dict[str, Any]
    file: str = ""

    @property
    def id(self) -> str:
        """The hand-chosen id, the same on every instance."""
        return str(self.data.get("id", ""))

    @property
    def name(self) -> str:
        """The name in the editor's list."""
        return str(self.data.get("name", ""))

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The nodes by name, notes included."""
        return {node["name"]: Node(node) for node in self.data.get("nodes", [])}

    @cached_property
    def wires(self) -> tuple[Wire, ...]:
        """Every arrow, in the order of the outputs."""
        return tuple(
            Wire(source, output, connection["node"], connection.get("index", 0))
            for source, kinds in self.data.get("connections", {}).items()
            for outputs in kinds.values()
            for output, connections in enumerate(outputs)
            for connection in connections or []
        )

    def after(self, name: str, output: int | None = None) -> list[Wire]:
        """The arrows that leave a node, or one of its outputs."""
        return [wire for wire in self.wires if wire.source == name and output in (None, wire.output)]

    def before(self, name: str) -> list[Wire]:
        """The arrows that lead to a node."""
        return [wire for wire in self.wires if wire.target == name]

    def of_type(self, *types: str) -> list[Node]:
        """The nodes of these types, in the order of the file."""
        return [node for node in self.nodes.values() if node.type in types]

    def ancestors(self, name: str) -> set[str]:
        """Every node from which an arrow path leads to `name`."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            for wire in self.before(waiting.pop()):
                if wire.source not in found:
                    found.add(wire.source)
                    waiting.append(wire.source)
        return found


def output_count(node: Node) -> int:
    """How many outputs a node has, the error output included."""
    match node.type:
        case "stickyNote" | "stopAndError":
            return 0
        case "if" | "splitInBatches":
            count = 2
        case "switch":
            fallback = node.parameters.get("options", {}).get("fallbackOutput") == "extra"
            count = len(node.parameters.get("rules", {}).get("values", [])) + fallback
        case _:
            count = 1
    return count + node.has_error_output


def load_workflow(path: Path) -> Workflow:
    """Read a workflow file; raises `ValueError` with the place when it is not JSON."""
    return Workflow(json.loads(path.read_text(encoding="utf-8")), f"{path.parent.name}/{path.name}")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
