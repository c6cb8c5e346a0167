"""The rules by name, and how all of them are run."""

from collections.abc import Iterator
from dataclasses import replace

from n8n_workflows.checks import calls, canvas, claims, shape, together
from n8n_workflows.checks.finding import Book, Finding, Rule
from n8n_workflows.workflow import Workflow

_FUNCTIONS: tuple[Rule, ...] = (
    shape.has_a_chosen_id,
    shape.begins_with_a_verb,
    shape.names_its_nodes,
    shape.begins_with_a_note,
    shape.is_normalised,
    shape.is_set_up,
    shape.begins_as_its_kind,
    canvas.uses_pinned_types,
    canvas.gives_a_reason_for_code,
    canvas.wires_resolve,
    canvas.is_reachable,
    canvas.has_its_own_place,
    canvas.references_resolve,
    canvas.wires_both_ends_of_an_error,
    canvas.keeps_the_items_of_unwaited_calls,
    canvas.decides_every_case,
    canvas.fills_its_merges,
    canvas.waits_briefly,
    calls.calls_can_be_read,
    calls.keeps_addresses_in_settings,
    calls.calls_with_a_credential,
    calls.calls_with_a_time_limit,
    calls.repeats_only_what_is_harmless,
    calls.forwards_the_request_id,
    calls.holds_no_secret,
    calls.webhook_is_guarded,
    calls.schedules_calmly,
    calls.calls_flows_by_their_inputs,
    claims.reports_what_it_claims,
    claims.names_the_empty_branch_truly,
    together.manifest_tells_the_truth,
    together.is_published_after_what_it_calls,
    together.has_no_twin,
)
RULES: dict[str, Rule] = {function.__name__.replace("_", "-"): function for function in _FUNCTIONS}


def check_one(workflow: Workflow, book: Book) -> Iterator[Finding]:
    """Every rule over one workflow."""
    for name, rule in RULES.items():
        for finding in rule(workflow, book):
            yield replace(finding, rule=name)


def check_all(book: Book) -> list[Finding]:
    """Every rule over every workflow, in the order of the manifest."""
    return [finding for workflow in book.workflows.values() for finding in check_one(workflow, book)]
