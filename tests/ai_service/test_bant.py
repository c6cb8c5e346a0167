from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_service.qualifications import rules
from ai_service.qualifications.schemas import Criteria, QualificationRequest

TODAY = date(2026, 11, 20)


def bant(**request: Any) -> Criteria:
    given_request = {"prospect": {"first_name": "A"}} | request
    return rules.bant(QualificationRequest.model_validate(given_request), today=TODAY, language="en")


def score(title: str, size: int, posts: int) -> int:
    return rules.total(
        bant(prospect={"first_name": "A", "title": title, "recent_posts": posts}, company={"name": "X", "size": size})
    )


class TestKnownCases:
    def test_a_vp_of_sales_who_posts_at_a_company_of_150_is_qualified(self) -> None:
        assert score("VP Sales", 150, 5) >= 70

    def test_a_silent_intern_at_a_company_of_ten_is_rejected(self) -> None:
        assert score("Intern", 10, 0) <= 30


class TestBudget:
    @pytest.mark.parametrize(
        ("size", "points"), [(1, 5), (10, 5), (11, 10), (50, 10), (51, 20), (200, 20), (201, 25), (90_000, 25)]
    )
    def test_follows_the_size(self, size: int, points: int) -> None:
        assert bant(company={"name": "X", "size": size}).budget.points == points

    @pytest.mark.parametrize(
        ("size_range", "points"),
        [
            ("51-200", 20),
            ("1-10", 5),
            ("11–50 employees", 10),
            ("1 001-5 000", 25),
            ("201 à 500 salariés", 25),
            ("10,001+", 25),
            ("moins de 10", 5),
            ("plus de 200", 25),
            ("5K-10K", 25),
        ],
    )
    def test_reads_a_range(self, size_range: str, points: int) -> None:
        assert bant(company={"name": "X", "size_range": size_range}).budget.points == points

    def test_is_unknown_without_a_size_and_never_zero(self) -> None:
        for company in (None, {"name": "X"}, {"name": "X", "size_range": "n/a"}):
            budget = bant(company=company).budget
            assert (budget.points, budget.known) == (8, False)

    def test_rises_with_money_raised_and_falls_with_little_revenue(self) -> None:
        raised = {"amount_eur": 4_000_000, "date": str(TODAY - timedelta(days=90))}
        assert bant(company={"name": "X", "size": 30, "funding": [raised]}).budget.points == 15
        assert bant(company={"name": "X", "size": 30, "revenue_eur": 100_000}).budget.points == 5

    def test_says_what_it_rests_on(self) -> None:
        assert "150 employees" in bant(company={"name": "X", "size": 150}).budget.evidence


class TestNeed:
    ICP: ClassVar[dict[str, Any]] = {
        "industries": ["SaaS"],
        "technologies": ["HubSpot"],
        "pains": ["manual prospecting"],
        "job_titles": ["VP Sales"],
    }

    def test_is_unknown_when_nothing_can_be_compared(self) -> None:
        assert not bant(company={"name": "X", "industry": "Logiciel"}).need.known
        assert not bant(company={"name": "X"}, icp=self.ICP).need.known

    def test_a_known_mismatch_is_a_known_zero(self) -> None:
        need = bant(company={"name": "X", "industry": "Construction"}, icp=self.ICP).need
        assert (need.points, need.known) == (0, True)

    def test_knows_an_industry_by_its_french_name(self) -> None:
        assert bant(company={"name": "X", "industry": "Édition de logiciels"}, icp=self.ICP).need.points == 12

    def test_adds_technology_pain_and_hiring(self) -> None:
        full = bant(
            prospect={"first_name": "A", "about": "Tired of manual prospecting, we look for better ways."},
            company={"name": "X", "industry": "Software", "technologies": ["hubspot"], "hiring": ["VP Sales EMEA"]},
            icp=self.ICP,
        ).need
        assert full.points == 25
        assert "manual prospecting" in full.evidence


class TestTimeline:
    def test_is_unknown_without_news(self) -> None:
        assert (bant().timeline.points, bant().timeline.known) == (8, False)

    def test_no_post_is_known_and_worth_nothing(self) -> None:
        silent = bant(prospect={"first_name": "A", "recent_posts": 0}).timeline
        assert (silent.points, silent.known) == (0, True)

    def test_old_news_does_not_count(self) -> None:
        old = [{"kind": "news", "text": "Opened a plant", "date": "2020-01-01"}]
        assert not bant(signals=old).timeline.known

    def test_counts_a_new_job_and_signals(self) -> None:
        timeline = bant(
            prospect={"first_name": "A", "job_started_on": "2026-10-01"},
            signals=[{"kind": "news", "text": "Opened a plant", "date": "2026-11-01"}],
        ).timeline
        assert timeline.points == 2 * rules.EVENT_POINTS


class TestDecision:
    @pytest.mark.parametrize(
        ("points", "decision"),
        [(100, "qualified"), (60, "qualified"), (59, "nurture"), (40, "nurture"), (39, "rejected"), (0, "rejected")],
    )
    def test_follows_the_thresholds(self, points: int, decision: str) -> None:
        assert rules.decision(points) == decision


class TestAlways:
    @given(
        size=st.none() | st.integers(0, 10**7),
        posts=st.none() | st.integers(0, 500),
        title=st.none() | st.text(max_size=80),
        revenue=st.none() | st.floats(0, 1e12),
        industry=st.none() | st.text(max_size=40),
    )
    def test_every_criterion_stays_within_its_points_and_has_evidence(
        self, size: int | None, posts: int | None, title: str | None, revenue: float | None, industry: str | None
    ) -> None:
        criteria = bant(
            prospect={"first_name": "A", "title": title, "recent_posts": posts},
            company={"name": "X", "size": size, "revenue_eur": revenue, "industry": industry},
            icp={"industries": ["SaaS"]},
        )
        for name in ("budget", "authority", "need", "timeline"):
            criterion = getattr(criteria, name)
            assert 0 <= criterion.points <= 25
            assert criterion.evidence
            assert criterion.known or criterion.points == 8
