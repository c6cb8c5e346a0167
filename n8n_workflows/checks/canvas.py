"""Rules about nodes and wires: everything leads somewhere, and everything mentioned exists."""

from collections.abc import Iterator

from n8n_workflows.checks.finding import Book, Finding
from n8n_workflows.workflow import Node, Workflow, output_count

LONGEST_WAIT = 60
"""Seconds. Longer waits belong to the gateway: n8n holds them in memory or forgets them."""


def uses_pinned_types(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Only node types that we know, in the version that we tested: no removed one, no SQL, no community node."""
    for node in workflow.nodes.values():
        pinned = book.type_versions.get(node.type)
        if pinned is None and node.type != "code":
            yield _at(workflow, node, f"the type {node.data['type']} is not in typeversions.json")
        elif pinned is not None and node.data.get("typeVersion") != pinned:
            yield _at(workflow, node, f"version {node.data.get('typeVersion')} is not the pinned {pinned}")


def gives_a_reason_for_code(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """A Code node is a rule that hides in the canvas; it needs a written reason in its notes."""
    for node in workflow.of_type("code"):
        if len(node.data.get("notes", "")) < 20:
            yield _at(workflow, node, "a Code node without a written reason in its notes")


def wires_resolve(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Every arrow leaves an output that exists and ends at a node that can be entered."""
    for wire in workflow.wires:
        source, target = workflow.nodes.get(wire.source), workflow.nodes.get(wire.target)
        if source is None or target is None:
            missing = wire.source if source is None else wire.target
            yield Finding("", workflow.file, missing, "an arrow leads from or to a node that is not there")
            continue
        if wire.output >= output_count(source):
            yield _at(workflow, source, f"has no output {wire.output}")
        if target.is_trigger or target.type == "stickyNote":
            yield _at(workflow, target, "can't be entered by an arrow")


def is_reachable(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """A node that nothing leads to never runs."""
    for node in workflow.nodes.values():
        if not node.is_trigger and node.type != "stickyNote" and not workflow.before(node.name):
            yield _at(workflow, node, "nothing leads here")


def has_its_own_place(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """n8n runs the branches of an output from top to bottom, so two nodes in one place have no order."""
    places: dict[tuple[float, ...], str] = {}
    for node in workflow.nodes.values():
        place = tuple(node.data["position"])
        if place in places:
            yield _at(workflow, node, f"stands on {places[place]!r}")
        places[place] = node.name


def references_resolve(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """What an expression mentions has run before it, or it fails when it runs."""
    for node in workflow.nodes.values():
        for name in sorted(set(node.references())):
            if name not in workflow.nodes:
                yield _at(workflow, node, f"mentions {name!r}, which is not there")
            elif name not in workflow.ancestors(node.name):
                yield _at(workflow, node, f"mentions {name!r}, which does not run before it")


def wires_both_ends_of_an_error(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """An error output without an arrow loses items silently, and an arrow without the setting never carries one."""
    for node in workflow.nodes.values():
        if node.has_error_output and not workflow.after(node.name, output_count(node) - 1):
            yield _at(workflow, node, "its error output leads nowhere")
        if node.type == "httpRequest" and not node.has_error_output:
            yield _at(workflow, node, "an HTTP node without onError: continueErrorOutput")
        if node.type == "executeWorkflow" and _waits(node) and not node.has_error_output:
            yield _at(workflow, node, "a call that is waited for, without onError: continueErrorOutput")


def keeps_the_items_of_unwaited_calls(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """n8n 2.40 empties the very list that it handed to a sub-workflow when the calling node has an error output.

    The called flow then starts with no item and ends well, having done nothing.
    """
    for node in workflow.of_type("executeWorkflow"):
        if not _waits(node) and node.data.get("onError") != "continueRegularOutput":
            yield _at(workflow, node, "a call that is not waited for needs onError: continueRegularOutput")


def decides_every_case(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """No case falls off the canvas: Switch has a fallback, and every output of a decision leads somewhere."""
    for node in workflow.of_type("if", "switch", "splitInBatches"):
        if node.type == "switch" and node.parameters.get("options", {}).get("fallbackOutput") != "extra":
            yield _at(workflow, node, "a Switch without a fallback output")
        for output in range(output_count(node)):
            if not workflow.after(node.name, output):
                yield _at(workflow, node, f"output {output} leads nowhere")


def fills_its_merges(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """One arrow to each input of a Merge: two on one input make it run twice, with half of the items each time."""
    for node in workflow.of_type("merge"):
        inputs = sorted(wire.input for wire in workflow.before(node.name))
        if inputs != list(range(node.parameters.get("numberInputs", 2))):
            yield _at(workflow, node, "needs exactly one arrow to each of its inputs")


def waits_briefly(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """No Wait for anything longer than a minute, none for approvals."""
    seconds = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
    for node in workflow.of_type("wait"):
        resume = node.parameters.get("resume", "timeInterval")
        amount = node.parameters.get("amount", 5)
        unit = seconds[node.parameters.get("unit", "seconds")]
        if resume != "timeInterval" or not isinstance(amount, int | float) or amount * unit > LONGEST_WAIT:
            yield _at(workflow, node, f"waits for something else than at most {LONGEST_WAIT} seconds")


def _waits(node: Node) -> bool:
    return bool(node.parameters.get("options", {}).get("waitForSubWorkflow", True))


def _at(workflow: Workflow, node: Node, message: str) -> Finding:
    return Finding("", workflow.file, node.name, message)
