"""Rules about the flows together: the manifest says the truth and can be published in its order."""

from collections.abc import Iterator

from n8n_workflows.checks.calls import called_id
from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.http_call import calls_of
from n8n_workflows.manifest import MANIFEST
from n8n_workflows.workflow import Workflow


def manifest_tells_the_truth(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """What the manifest says of a flow is what its file holds."""
    entry = book.entry(workflow)
    if entry is None:
        return
    used = {
        credential["id"] for node in workflow.nodes.values() for credential in node.data.get("credentials", {}).values()
    }
    found = {
        "credentials": used,
        "calls": {called_id(node) for node in workflow.of_type("executeWorkflow")},
        "routes": {call.route for call in calls_of(workflow)},
    }
    for name, actual in found.items():
        written = set(getattr(entry, name))
        if written != actual:
            difference = ", ".join(sorted(written ^ actual))
            yield Finding("", MANIFEST.name, entry.id, f"{name} differ from {entry.file}: {difference}")


def is_published_after_what_it_calls(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Publish order is a way through the calls without a circle: what is called stands before what calls it."""
    order = [entry.id for entry in book.manifest.workflows]
    if workflow.id not in order:
        return
    for node in workflow.of_type("executeWorkflow"):
        called = called_id(node)
        if called in order and order.index(called) >= order.index(workflow.id):
            yield Finding("", MANIFEST.name, workflow.id, f"calls {called}, which is published after it")


def has_no_twin(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """No two flows share an id, a name or a file, and every workflow file is in the manifest."""
    entries = book.manifest.workflows
    if sum(entry.id == workflow.id for entry in entries) != 1:
        yield Finding("", MANIFEST.name, workflow.id, "stands in the manifest more or less than once")
    if sum(other.name == workflow.name for other in book.workflows.values()) > 1:
        yield Finding("", workflow.file, "", f"another flow is called {workflow.name!r} too")
    listed = {entry.file for entry in entries}
    folder = (book.root / workflow.file).parent
    for file in sorted(folder.glob("*.json")):
        if f"{folder.name}/{file.name}" not in listed:
            yield Finding("", f"{folder.name}/{file.name}", "", "is not in the manifest")
