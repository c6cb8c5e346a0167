"""Workflows against the OpenAPI documents of the services they call: a renamed route or field is found before n8n runs.

Three things are compared: the method and path of every HTTP node; the keys of its body, those of an object written out
inside it included, with the fields that the service takes and requires; and what a flow hands to a sub-workflow from a
claimed item with the fields that the claim answers.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.http_call import Call, Service, UnreadableCallError, calls_of, read_object
from n8n_workflows.workflow import Workflow

Document = Mapping[str, Any]
"""An OpenAPI 3.1 document."""
Schema = Mapping[str, Any]
_FIELD = re.compile(r"=\{\{ \$json\.(\w+) \}\}")


def check_contracts(book: Book, documents: Mapping[Service, Document]) -> list[Finding]:
    """What the services would refuse. A service without a document is not looked at."""
    return [
        finding
        for workflow in book.workflows.values()
        for call in calls_of(workflow)
        if call.service in documents
        for finding in _differences(workflow, call, documents[call.service], book)
    ]


def _differences(workflow: Workflow, call: Call, document: Document, book: Book) -> Iterator[Finding]:
    operation = document["paths"].get(call.path, {}).get(call.method.lower())
    if operation is None:
        yield _at(workflow, call, f"{call.route} is not in the service's OpenAPI document")
        return
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    yield from _differing_keys(workflow, call, call.body, content.get("schema", {}), document, "the body")
    if call.path in book.manifest.reports:
        yield from _unanswered_fields(workflow, call, operation, document)


def _differing_keys(
    workflow: Workflow, call: Call, members: Mapping[str, str], schema: Schema, document: Document, place: str
) -> Iterator[Finding]:
    taken = _properties(schema, document)
    for unknown in sorted(set(members) - set(taken)):
        yield _at(workflow, call, f"{call.path} takes no {unknown!r} in {place}")
    for missing in sorted(_required(schema, document) - set(members)):
        yield _at(workflow, call, f"{call.path} requires {missing!r} in {place}")
    for key, value in members.items():
        if key in taken and value.startswith("{"):
            try:
                inner = read_object(value)
            except UnreadableCallError as reason:
                yield _at(workflow, call, str(reason))
                continue
            yield from _differing_keys(workflow, call, inner, taken[key], document, f"its {key}")


def _unanswered_fields(workflow: Workflow, call: Call, operation: Schema, document: Document) -> Iterator[Finding]:
    """Fields of a claimed item that a flow hands on and that the claim does not answer."""
    schema = operation["responses"].get("200", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answered = _properties(schema, document)
    for split in workflow.of_type("splitOut"):
        if call.node.name not in workflow.ancestors(split.name):
            continue
        name = split.parameters["fieldToSplitOut"]
        if name not in answered:
            yield _at(workflow, call, f"{call.path} answers no {name!r}")
            continue
        item = _properties(_resolved(answered[name], document).get("items", {}), document)
        for wire in workflow.after(split.name):
            mapped = workflow.nodes[wire.target].parameters.get("workflowInputs", {}).get("value", {})
            for value in mapped.values():
                match = _FIELD.fullmatch(value)
                if match and match[1] not in item:
                    yield _at(workflow, call, f"{call.path} answers no {match[1]!r} in its {name}")


def _resolved(schema: Schema, document: Document) -> Schema:
    """The schema behind a reference; of alternatives, the one that is not null."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
        elif "anyOf" in schema:
            schema = next((part for part in schema["anyOf"] if part.get("type") != "null"), {})
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema


def _properties(schema: Schema, document: Document) -> Mapping[str, Schema]:
    properties: Mapping[str, Schema] = _resolved(schema, document).get("properties", {})
    return properties


def _required(schema: Schema, document: Document) -> set[str]:
    return set(_resolved(schema, document).get("required", ()))


def _at(workflow: Workflow, call: Call, message: str) -> Finding:
    return Finding("contracts", workflow.file, call.node.name, message)
