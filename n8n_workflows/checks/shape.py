"""Rules about what a workflow is called, what it keeps, and how it is set up."""

import re
from collections.abc import Iterator

from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.normalise import dump, normalise
from n8n_workflows.workflow import Workflow

LONGEST_RUN = 3600
"""Seconds; n8n's own ceiling unless its operator raises it."""
_ID = re.compile(r"sm[A-Z][A-Za-z]*\d{2}")
_PROPER_NAMES = frozenset({"LinkedIn", "AI"})
_VERBS = frozenset(
    {
        *("Advance", "Clean", "Collect", "Deliver", "Enrich", "Export", "Handle", "Import", "Notify", "Read"),
        *("Record", "Refresh", "Report", "Run", "Scrape", "Send", "Sync", "Watch", "Write"),
    }
)
_DEFAULT_NAME = re.compile(
    r"(HTTP Request|Webhook|Schedule Trigger|Edit Fields|Set|If|Switch|Merge|Wait|Code|Split Out|Loop Over Items|"
    r"Execute (Sub-)?[Ww]orkflow|Call '.*'|When .*|No Operation, do nothing|Stop and Error|Respond to Webhook|"
    r"Error Trigger|Sticky Note|Aggregate|Filter|Limit)\d*"
)


def has_a_chosen_id(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """The id is chosen by hand, so that it is the same on every instance."""
    if not _ID.fullmatch(workflow.id) or len(workflow.id) > 16:
        yield _at(workflow, "", f"the id {workflow.id!r} is not of the form smName01, at most 16 characters")


def begins_with_a_verb(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Names say what the flow does, in sentence case, without ornaments."""
    words = workflow.name.split()
    if not words or words[0] not in _VERBS:
        yield _at(workflow, "", f"the name {workflow.name!r} does not begin with one of the verbs in checks/shape.py")
    if any(word[:1].isupper() and word not in _PROPER_NAMES for word in words[1:]):
        yield _at(workflow, "", f"the name {workflow.name!r} is not in sentence case")
    if not workflow.name.isascii():
        yield _at(workflow, "", f"the name {workflow.name!r} holds an ornament")


def names_its_nodes(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """A node says what it does here; n8n's suggestions do not."""
    seen: set[str] = set()
    for data in workflow.data.get("nodes", []):
        name = data["name"]
        if name in seen:
            yield _at(workflow, name, "two nodes have this name")
        seen.add(name)
        if _DEFAULT_NAME.fullmatch(name):
            yield _at(workflow, name, "the name is n8n's suggestion; say what the node does here")
        if not name.isascii() or not name[:1].isupper():
            yield _at(workflow, name, "the name does not begin with a capital letter or holds an ornament")


def begins_with_a_note(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Who opens a flow reads first what it is for, whose it is and what may be changed."""
    nodes = workflow.data.get("nodes", [])
    content = nodes[0].get("parameters", {}).get("content", "") if nodes and "stickyNote" in nodes[0]["type"] else ""
    if not content.startswith(f"## {workflow.name}\n"):
        yield _at(workflow, "", "the first node is not a note headed with the flow's name")
    for part in ("**Owner:**", "**What you may change:**", "**What must stay:**"):
        if part not in content:
            yield _at(workflow, "", f"the first note lacks {part}")


def is_normalised(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """The file holds what the flow is and nothing of the instance that it was edited on."""
    if dump(workflow.data) != dump(normalise(workflow.data)):
        yield _at(workflow, "", "the file is not in normal form; run `python -m n8n_workflows normalise`")


def is_set_up(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Errors are handled, runs end, times are ours, personal data of good runs is not kept."""
    settings = workflow.data.get("settings", {})
    entry = book.entry(workflow)
    is_error_flow = entry is not None and entry.kind == "error"
    if settings.get("executionOrder") != "v1":
        yield _at(workflow, "", "settings.executionOrder is not v1")
    if not settings.get("timezone"):
        yield _at(workflow, "", "settings.timezone is missing")
    if not 0 < settings.get("executionTimeout", 0) <= LONGEST_RUN:
        yield _at(workflow, "", f"settings.executionTimeout is not between 1 and {LONGEST_RUN} seconds")
    if settings.get("saveDataSuccessExecution") != "none":
        yield _at(workflow, "", "settings.saveDataSuccessExecution is not none, and personal data passes here")
    if is_error_flow and "errorWorkflow" in settings:
        yield _at(workflow, "", "the error flow can't be its own error flow")
    if not is_error_flow and settings.get("errorWorkflow") != book.error_workflow:
        yield _at(workflow, "", f"settings.errorWorkflow is not {book.error_workflow}")


def begins_as_its_kind(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """An entry can be started by the gateway, by the clock and by hand; a sub-workflow by other flows alone."""
    entry = book.entry(workflow)
    if entry is None:
        yield _at(workflow, "", "the manifest does not list this flow")
        return
    triggers = sorted(node.type for node in workflow.nodes.values() if node.is_trigger)
    wanted = {
        "entry": [["executeWorkflowTrigger", "manualTrigger", "scheduleTrigger", "webhook"]],
        "sub": [["executeWorkflowTrigger"]],
        "error": [["errorTrigger"]],
    }[entry.kind]
    if triggers not in wanted:
        yield _at(workflow, "", f"a flow of kind {entry.kind} begins with {wanted[0]}, not {triggers}")


def _at(workflow: Workflow, node: str, message: str) -> Finding:
    return Finding("", workflow.file, node, message)
