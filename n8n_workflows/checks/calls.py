"""Rules about what leaves n8n: HTTP calls, webhooks, calls of other flows, and what they may hold."""

import re
from collections.abc import Iterator

from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.http_call import CREDENTIALS, UnreadableCallError, calls_of, read_call
from n8n_workflows.normalise import PLACEHOLDERS
from n8n_workflows.workflow import Node, Workflow

LONGEST_CALL = 120_000
"""Milliseconds."""
MOST_TRIES, LONGEST_PAUSE = 5, 5_000
"""n8n clamps to these without saying so. The pause is in milliseconds."""
_FORBIDDEN = re.compile(r"\$env\b|\$vars\b|\$secrets\b|process\.env")
_TOKEN = re.compile(
    r"(?i:bearer\s+[\w.-]{8,})|\bsk-[\w-]{8,}|\bsb_(?:secret|publishable)_\w+|\beyJ[\w-]{10,}\.[\w-]+|\b[0-9a-f]{32,}\b"
    r"|(?i:(?:api[_-]?key|token|secret|password)\s*[=:]\s*['\"][^'\"]{8,})"
)
_AUTH_HEADERS = frozenset({"authorization", "x-api-key", "cookie", "x-sales-machine-token"})


def calls_can_be_read(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Addresses come from Settings and bodies are written out, so that both can be compared with the services."""
    for node in workflow.of_type("httpRequest"):
        try:
            read_call(node)
        except UnreadableCallError as reason:
            yield _at(workflow, node, str(reason))


def keeps_addresses_in_settings(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """One place for the addresses, as placeholders that are filled in when the flow is pushed."""
    for node in workflow.nodes.values():
        if any(re.search(r"https?://", text) for text in node.texts()):
            yield _at(workflow, node, "holds an address; addresses stand in Settings, as placeholders")
    for node in workflow.of_type("set"):
        for field in node.parameters.get("assignments", {}).get("assignments", []):
            if field["name"] in PLACEHOLDERS and (
                node.name != "Settings" or field["value"] != PLACEHOLDERS[field["name"]]
            ):
                yield _at(workflow, node, f"{field['name']} is not {PLACEHOLDERS[field['name']]} in Settings")


def calls_with_a_credential(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Every call and every webhook is authenticated, by a credential that exists and belongs to the service."""
    for node in workflow.of_type("httpRequest", "webhook"):
        used = node.data.get("credentials", {}).get("httpHeaderAuth", {})
        if book.credentials.get(used.get("id", "")) != used.get("name", ""):
            yield _at(workflow, node, "its credential is not one of credentials.template.json")
        if node.type == "httpRequest" and node.parameters.get("genericAuthType") != "httpHeaderAuth":
            yield _at(workflow, node, "does not authenticate with Header Auth")
    for call in calls_of(workflow):
        used = call.node.data.get("credentials", {}).get("httpHeaderAuth", {})
        if used.get("id") != CREDENTIALS[call.service]:
            yield _at(workflow, call.node, f"shows another service's credential to {call.service}")


def calls_with_a_time_limit(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """n8n's own limit is five minutes; a dead service may not hold a flow that long."""
    for node in workflow.of_type("httpRequest"):
        timeout = node.parameters.get("options", {}).get("timeout")
        if not isinstance(timeout, int) or not 0 < timeout <= LONGEST_CALL:
            yield _at(workflow, node, f"its timeout is not between 1 and {LONGEST_CALL} milliseconds")


def repeats_only_what_is_harmless(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Claims and reports are idempotent by lease token; nothing else is repeated, a delivery least of all."""
    for node in workflow.nodes.values():
        if not node.data.get("retryOnFail"):
            continue
        routes = [call.path for call in calls_of(workflow) if call.node.name == node.name]
        if not routes or routes[0] not in book.manifest.repeatable:
            yield _at(workflow, node, "is repeated on failure, and the manifest does not list its route as repeatable")
        if node.data.get("maxTries", 3) > MOST_TRIES or node.data.get("waitBetweenTries", 1000) > LONGEST_PAUSE:
            yield _at(workflow, node, f"more than {MOST_TRIES} tries or {LONGEST_PAUSE} ms: n8n cuts both silently")


def forwards_the_request_id(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """One id through gateway, n8n and ai_service, or a failure can't be followed."""
    for node in workflow.of_type("httpRequest"):
        headers = node.parameters.get("headerParameters", {}).get("parameters", [])
        if not any(header["name"] == "X-Request-Id" and "request_id" in header["value"] for header in headers):
            yield _at(workflow, node, "does not send X-Request-Id")


def holds_no_secret(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Secrets live in credentials, and flows do not read the environment."""
    for node in workflow.nodes.values():
        for text in node.texts():
            if _TOKEN.search(text):
                yield _at(workflow, node, "holds what looks like a token")
            if text.startswith("=") and _FORBIDDEN.search(text):
                yield _at(workflow, node, "reads the environment or n8n's variables")
        for header in node.parameters.get("headerParameters", {}).get("parameters", []):
            if header["name"].lower() in _AUTH_HEADERS:
                yield _at(workflow, node, f"sends {header['name']} itself instead of by a credential")


def webhook_is_guarded(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """A webhook knows its caller, has the flow's name, and is answered after the gateway was asked for work."""
    for node in workflow.of_type("webhook"):
        path = f"sm/{workflow.file.split('/')[0].replace('_', '-')}"
        if node.parameters.get("path") != path or node.parameters.get("httpMethod") != "POST":
            yield _at(workflow, node, f"is not POST {path}")
        if node.parameters.get("authentication") != "headerAuth":
            yield _at(workflow, node, "does not ask for Header Auth")
        if not node.data.get("webhookId"):
            yield _at(workflow, node, "has no webhookId, so its address would change with every import")
        if node.parameters.get("responseMode") != "responseNode":
            yield _at(workflow, node, "is answered before the gateway was asked for work")
        claims = [call.node.name for call in calls_of(workflow) if call.path in book.manifest.reports]
        for answer in workflow.of_type("respondToWebhook"):
            if not workflow.ancestors(answer.name) & set(claims):
                yield _at(workflow, answer, "answers before the gateway was asked for work")
        if not workflow.of_type("respondToWebhook"):
            yield _at(workflow, node, "nothing answers the caller")


def schedules_calmly(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Schedules are every N minutes or slower, and pull what is due."""
    for node in workflow.of_type("scheduleTrigger"):
        for rule in node.parameters.get("rule", {}).get("interval", []):
            if rule.get("field", "days") == "seconds":
                yield _at(workflow, node, "runs more often than every minute")


def calls_flows_by_their_inputs(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """A call hands over exactly the inputs that the called flow declares, once for all items."""
    for node in workflow.of_type("executeWorkflowTrigger"):
        if node.parameters.get("inputSource") != "workflowInputs" or not declared_inputs(node):
            yield _at(workflow, node, "does not declare its inputs")
    for node in workflow.of_type("executeWorkflow"):
        if node.parameters.get("mode", "once") != "once":
            yield _at(workflow, node, "runs once for each item, a mode that n8n removes")
        target = book.workflows.get(called_id(node))
        triggers = target.of_type("executeWorkflowTrigger") if target else []
        if not triggers:
            yield _at(workflow, node, f"calls {called_id(node)!r}, which is not a flow of ours that can be called")
            continue
        declared = declared_inputs(triggers[0])
        mapping = node.parameters.get("workflowInputs", {})
        schema = {field["id"]: field.get("type", "any") for field in mapping.get("schema", [])}
        if set(mapping.get("value", {})) - set(declared) or any(
            declared.get(name) != kind for name, kind in schema.items()
        ):
            yield _at(workflow, node, f"its inputs are not those that {called_id(node)} declares")
        if set(mapping.get("value", {})) != set(schema):
            yield _at(workflow, node, "maps other inputs than its schema lists")
        entry = book.entry(target) if target else None
        if entry is not None and entry.kind == "sub" and set(schema) != set(declared):
            yield _at(workflow, node, f"does not hand over every input of {called_id(node)}")


def declared_inputs(trigger: Node) -> dict[str, str]:
    """The inputs that a called flow declares, with their types."""
    values = trigger.parameters.get("workflowInputs", {}).get("values", [])
    return {value["name"]: value.get("type", "string") for value in values}


def called_id(node: Node) -> str:
    """The id of the flow that an Execute Sub-workflow node calls."""
    target = node.parameters.get("workflowId", {})
    return str(target.get("value", "")) if isinstance(target, dict) else str(target)


def _at(workflow: Workflow, node: Node, message: str) -> Finding:
    return Finding("", workflow.file, node.name, message)
