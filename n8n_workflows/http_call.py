"""An HTTP node read as a call: which service, which route, which keys in the body."""

import re
from dataclasses import dataclass
from typing import Literal

from n8n_workflows.workflow import Node, Workflow

Service = Literal["api_gateway", "ai_service"]
SERVICES: dict[str, Service] = {"gateway_url": "api_gateway", "ai_service_url": "ai_service"}
CREDENTIALS: dict[Service, str] = {"api_gateway": "smGateway01", "ai_service": "smAiService01"}
_URL = re.compile(r"=\{\{ \$\('Settings'\)\.first\(\)\.json\.(?P<field>\w+) \}\}(?P<path>/[\w/.-]+)")
_KEY = re.compile(r"""(?P<quote>['"]?)(?P<key>[A-Za-z_]\w*)(?P=quote)\s*:""")
_BODY_FORM = "an object written out, ={{ { key: value } }}"
_OPENING, _CLOSING, _QUOTES = "([{", ")]}", "'\"`"


class UnreadableCallError(Exception):
    """A URL or body is not written in the one form that can be compared with OpenAPI; the message says which form."""


@dataclass(frozen=True)
class Call:
    """What an HTTP node asks of a service."""

    node: Node
    service: Service
    method: str
    path: str
    body: dict[str, str]
    """The body's keys, each with the expression of its value."""

    @property
    def route(self) -> str:
        """`"<service> <METHOD> <path>"`, as the manifest writes it."""
        return f"{self.service} {self.method} {self.path}"


def read_call(node: Node) -> Call:
    """Read an HTTP node; raises `UnreadableCallError`."""
    match = _URL.fullmatch(node.parameters.get("url", ""))
    if not match or match["field"] not in SERVICES:
        form = "={{ $('Settings').first().json.<gateway_url or ai_service_url> }}/path"
        raise UnreadableCallError(f"the address is not {form}")
    return Call(
        node=node,
        service=SERVICES[match["field"]],
        method=str(node.parameters.get("method", "GET")),
        path=match["path"],
        body=read_body(node.parameters.get("jsonBody", "")) if node.parameters.get("sendBody") else {},
    )


def calls_of(workflow: Workflow) -> list[Call]:
    """The calls of a workflow that can be read; the others are a finding of their own."""
    calls = []
    for node in workflow.of_type("httpRequest"):
        try:
            calls.append(read_call(node))
        except UnreadableCallError:
            continue
    return calls


def read_body(expression: str) -> dict[str, str]:
    """The keys and values of `={{ {key: value, …} }}`, an object written out. Raises `UnreadableCallError`."""
    if not (expression.startswith("={{") and expression.endswith("}}")):
        raise UnreadableCallError(f"the body is not {_BODY_FORM}")
    return read_object(expression[3:-2])


def read_object(text: str) -> dict[str, str]:
    """The keys and values of `{key: value, …}`. Raises `UnreadableCallError` for anything else."""
    text = text.strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise UnreadableCallError(f"the body is not {_BODY_FORM}")
    members = {}
    for part in _split(text[1:-1]):
        match = _KEY.match(part)
        if not match:
            raise UnreadableCallError(f"the body is not {_BODY_FORM}: {part[:40]!r} has no plain key")
        members[match["key"]] = part[match.end() :].strip()
    return members


def _split(text: str) -> list[str]:
    """Split at the commas that stand in no bracket and no quotes."""
    parts, depth, quote, start = [], 0, "", 0
    for index, character in enumerate(text):
        if quote:
            if character == quote and text[index - 1] != "\\":
                quote = ""
        elif character in _QUOTES:
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
        elif character == "," and depth == 0:
            parts.append(text[start:index].strip())
            start = index + 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]
