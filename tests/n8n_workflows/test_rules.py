"""Each rule passes what stands in the repository and refuses the change that it is there for."""

import pytest

from n8n_workflows.checks.book import RULES, check_all, check_one
from n8n_workflows.checks.finding import Book, load_book
from tests.n8n_workflows.rulebook import BAD, Change, spoiled


@pytest.fixture(scope="module")
def book() -> Book:
    return load_book()


def test_the_repository_breaks_no_rule(book: Book) -> None:
    assert [str(finding) for finding in check_all(book)] == []


def test_every_rule_has_been_seen_failing() -> None:
    assert sorted(BAD) == sorted(RULES)


@pytest.mark.parametrize(
    ("rule", "workflow_id", "change"),
    [
        pytest.param(rule, workflow_id, change, id=f"{rule}-{number}")
        for rule, cases in BAD.items()
        for number, (workflow_id, change) in enumerate(cases, 1)
    ],
)
def test_a_spoiled_flow_is_refused(book: Book, rule: str, workflow_id: str, change: Change) -> None:
    workflow, other = spoiled(book, workflow_id, change)
    assert rule in {finding.rule for finding in check_one(workflow, other)}


class TestReportsWhatItClaims:
    """The rule that guards the work itself, in more ways than one."""

    @pytest.mark.parametrize(
        ("workflow_id", "node", "output"),
        [
            ("smEnrich02", "Enrich prospect", 1),
            ("smEnrich02", "Qualify prospect", 1),
            ("smEnrich02", "Draft first message", 1),
            ("smEnrich02", "Qualified?", 1),
            ("smScrape02", "Launch scrape", 1),
            ("smScrape02", "Ask how far it is", 1),
            ("smScrape02", "Collect rows", 1),
            ("smScrape02", "Which state?", 3),
            ("smAdvance02", "Write message", 1),
            ("smReply02", "Read reply", 1),
            ("smMeet02", "Which kind?", 4),
        ],
    )
    def test_a_cut_branch_of_a_sub_workflow_is_seen_from_its_claim(
        self, book: Book, workflow_id: str, node: str, output: int
    ) -> None:
        _, other = spoiled(book, workflow_id, lambda flow: flow.outputs(node).__setitem__(output, []))
        entry = other.workflows[workflow_id.replace("02", "01")]
        assert "reports-what-it-claims" in {finding.rule for finding in check_one(entry, other)}

    def test_the_finding_names_the_claim_and_where_it_is_lost(self, book: Book) -> None:
        _, other = spoiled(book, "smReply02", lambda flow: flow.outputs("Read reply").__setitem__(1, []))
        findings = [
            finding
            for finding in check_one(other.workflows["smReply01"], other)
            if finding.rule == "reports-what-it-claims"
        ]
        assert "Claim replies" in findings[0].message
        assert "/internal/v1/replies/report" in findings[0].message
