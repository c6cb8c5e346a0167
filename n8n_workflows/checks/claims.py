"""The rule that keeps work from being lost: what a flow claims, it reports, on every path, error paths included.

A path is followed from the claim along every arrow. It is kept when it meets a report of that claim, or a call of a
sub-workflow that keeps it on all of its own paths. It is broken when it ends before that. Two ways out are no break:
the claim's own error output, and the branch taken when nothing was claimed.
"""

import re
from collections.abc import Iterator

from n8n_workflows.checks.calls import called_id
from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.http_call import calls_of
from n8n_workflows.workflow import Node, Workflow, output_count

NOTHING_CLAIMED = "Anything claimed?"


def reports_what_it_claims(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Every claim meets its report on every path."""
    for call in calls_of(workflow):
        if call.path not in book.manifest.reports:
            continue
        error_output = output_count(call.node) - 1
        for wire in workflow.after(call.node.name):
            if wire.output == error_output:
                continue
            for end in _ends_without(workflow, wire.target, call.path, book):
                message = f"what {call.node.name!r} claimed can get here without {_names(book, call.path)}"
                yield Finding("", workflow.file, end, message)
        if not workflow.after(call.node.name, 0):
            yield Finding("", workflow.file, call.node.name, "what it claims goes nowhere")


def names_the_empty_branch_truly(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """The one branch that needs no report is taken only when the claim's list is empty."""
    lists = re.compile(r"=\{\{ \$\('(?P<claim>[^']+)'\)\.first\(\)\.json\.\w+\.length \}\}")
    claims = {call.node.name for call in calls_of(workflow) if call.path in book.manifest.reports}
    for node in workflow.of_type("if"):
        if node.name != NOTHING_CLAIMED:
            continue
        conditions = node.parameters.get("conditions", {}).get("conditions", [])
        match = lists.fullmatch(str(conditions[0]["leftValue"])) if len(conditions) == 1 else None
        asks = conditions[0]["operator"]["operation"] if match else ""
        if not match or match["claim"] not in claims or asks != "gt" or conditions[0]["rightValue"] != 0:
            yield Finding("", workflow.file, node.name, "does not ask whether the claim's list is empty")


def keeps_claim(workflow: Workflow, claim: str, book: Book) -> bool:
    """Whether a called flow reports that claim on every path from its trigger."""
    triggers = workflow.of_type("executeWorkflowTrigger")
    return bool(triggers) and not any(list(_ends_without(workflow, trigger.name, claim, book)) for trigger in triggers)


def _ends_without(workflow: Workflow, start: str, claim: str, book: Book) -> Iterator[str]:
    """The nodes where a path from `start` ends before it met a report of `claim`."""
    reports = {call.node.name for call in calls_of(workflow) if call.path in book.manifest.reports[claim]}
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        node = workflow.nodes.get(name)
        if node is None or name in seen:
            continue
        seen.add(name)
        if name in reports or _hands_over(node, claim, book):
            continue
        outputs = range(output_count(node))
        if node.name == NOTHING_CLAIMED:
            outputs = range(1)
        if not outputs or any(not workflow.after(name, output) for output in outputs):
            yield name
        waiting.extend(wire.target for output in outputs for wire in workflow.after(name, output))


def _hands_over(node: Node, claim: str, book: Book) -> bool:
    target = book.workflows.get(called_id(node)) if node.type == "executeWorkflow" else None
    return target is not None and keeps_claim(target, claim, book)


def _names(book: Book, claim: str) -> str:
    return " or ".join(book.manifest.reports[claim])
