"""Variants of a step: who gets which, when one has won, and who gets the winner."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_gateway.dashboard.figures import wilson
from api_gateway.resources import Resources
from api_gateway.scenarios import tasks
from api_gateway.scenarios.variants import Tally, as_written, judge, letter_of
from tests.api_gateway.factories import Db, enroll, insert, make_message, make_prospect, make_tenant, one
from tests.api_gateway.messages.test_advancing import Due, claim, report, report_of
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
NOWHERE = UUID(int=0)
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
STEP: dict[str, Any] = {
    "id": str(uuid4()), "objective": "base", "prompt": "", "cta": "",
    "variants": [{"objective": one, "prompt": "", "cta": ""} for one in ("court", "long")],
    "winner": None, "winner_at": None,
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_else_is_due(db: Db, outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/advance-scenarios")
    db.execute("update public.enrollments set next_step_due_at = null, regenerate_step_id = null")


class TestDrawing:
    def test_the_same_person_always_gets_the_same_one_and_each_gets_about_half(self) -> None:
        people = [uuid4() for _ in range(2_000)]
        drawn = [letter_of(STEP, person, NOW) for person in people]
        assert drawn == [letter_of(STEP, person, NOW) for person in people]
        assert min(Counter(drawn).values()) > 850

    def test_the_draw_of_one_step_says_nothing_about_the_next(self) -> None:
        people = [uuid4() for _ in range(2_000)]
        other = {**STEP, "id": str(uuid4())}
        pairs = Counter((letter_of(STEP, person, NOW), letter_of(other, person, NOW)) for person in people)
        assert min(pairs.values()) > 400

    def test_who_came_after_the_decision_gets_the_winner_and_who_was_there_keeps_theirs(self) -> None:
        won = {**STEP, "winner": "B", "winner_at": NOW.isoformat()}
        people = [uuid4() for _ in range(50)]
        assert {letter_of(won, person, NOW + timedelta(seconds=1)) for person in people} == {"B"}
        before = [letter_of(won, person, NOW) for person in people]
        assert before == [letter_of(STEP, person, NOW) for person in people]

    def test_the_variant_replaces_what_the_step_says(self) -> None:
        person = uuid4()
        expected = {"A": "court", "B": "long"}[letter_of(STEP, person, NOW) or ""]
        assert as_written(STEP, person, NOW)["objective"] == expected
        assert as_written({**STEP, "variants": []}, person, NOW)["objective"] == "base"


class TestJudging:
    def test_the_interval_is_wilsons(self) -> None:
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998).
        assert wilson(81, 263) == (0.2553, 0.3662)
        assert wilson(15, 148) == (0.0624, 0.1605)
        assert wilson(0, 20) == (0.0, 0.1611)

    def test_nobody_wins_before_each_was_sent_often_enough(self) -> None:
        verdict = judge([Tally("A", 99, 90), Tally("B", 500, 1)], minimum=100, measure="replied")
        assert (verdict.winner, verdict.explanation) == (None, "Too few sends to judge: A 99 of 100.")

    def test_intervals_that_touch_tell_no_difference(self) -> None:
        verdict = judge([Tally("A", 100, 12), Tally("B", 100, 20)], minimum=100, measure="replied")
        assert verdict.winner is None
        assert "overlap" in verdict.explanation

    def test_the_one_whose_interval_lies_above_wins_and_the_figures_are_told(self) -> None:
        verdict = judge([Tally("A", 200, 10), Tally("B", 200, 60)], minimum=100, measure="positive")
        assert verdict.winner == "B"
        assert "60 positive replies to 200 (24.1" in verdict.explanation

    def test_of_three_the_best_must_beat_both(self) -> None:
        assert (
            judge([Tally("A", 300, 9), Tally("B", 300, 70), Tally("C", 300, 80)], minimum=100, measure="replied")[0]
            is None
        )
        assert (
            judge([Tally("A", 300, 9), Tally("B", 300, 20), Tally("C", 300, 80)], minimum=100, measure="replied")[0]
            == "C"
        )

    @given(sent=st.integers(100, 5_000), share=st.floats(0, 1), other=st.floats(0, 1))
    def test_who_wins_is_never_the_worse_one(self, sent: int, share: float, other: float) -> None:
        tallies = [Tally("A", sent, round(sent * share)), Tally("B", sent, round(sent * other))]
        winner = judge(tallies, minimum=100, measure="replied").winner
        assert winner is None or winner == max(tallies, key=lambda one: one.effect).letter


class TestOverTheApi:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient) -> None:
        assert (await gateway.get(f"/api/v1/scenarios/{NOWHERE}/variants")).status_code == 401

    async def test_the_other_organization_is_404(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        due, other = Due(db, make_tenant(db)), make_tenant(db)
        answer = await gateway.get(f"/api/v1/scenarios/{due.scenario}/variants", headers=other.owner.headers)
        assert answer.status_code == 404

    async def test_one_variant_alone_compares_nothing_and_is_refused(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        due = Due(db, tenant)
        step = {
            "delay_days": 0,
            "channel": "email",
            "kind": "email",
            "objective": "x",
            "variants": [{"objective": "y"}],
        }
        answer = await gateway.put(
            f"/api/v1/scenarios/{due.scenario}/steps", headers=tenant.member.headers, json={"steps": [step]}
        )
        assert answer.status_code == 422

    async def test_a_comparison_runs_from_the_edit_to_the_winner(
        self, gateway: httpx2.AsyncClient, db: Db, resources: Resources
    ) -> None:
        tenant = make_tenant(db)
        due = Due(db, tenant)
        db.execute("update public.enrollments set scenario_id = %s where id = %s", [due.scenario, due.enrollment])
        db.execute(
            "update public.sending_settings set variant_minimum_sample = 20 where organization_id = %s", [tenant.id]
        )
        path, headers = f"/api/v1/scenarios/{due.scenario}", tenant.member.headers
        steps = (await gateway.get(path, headers=headers)).json()["steps"]
        for step in steps:
            del step["position"]
        steps[1]["variants"] = [{"objective": "court"}, {"objective": "long"}]
        saved = await gateway.put(f"{path}/steps", headers=headers, json={"steps": steps})
        assert saved.status_code == 200, saved.text

        [item] = (await claim(gateway, due.campaign))["items"]
        told = await report(gateway, report_of(item))
        drawn = one(db, "select variant from public.messages where id = %s", UUID(told.json()["message_id"]))["variant"]
        assert item["step"]["objective"] == {"A": "court", "B": "long"}[drawn]

        self.send(db, tenant, due, "A", 40, replied=1)
        self.send(db, tenant, due, "B", 40, replied=20)
        assert await tasks.judge(resources) == 1
        assert await tasks.judge(resources) == 0
        [shown] = (await gateway.get(f"{path}/variants", headers=tenant.viewer.headers)).json()["items"]
        assert (shown["winner"], shown["position"], shown["measure"]) == ("B", 2, "replied")
        assert [(one["variant"], one["sent"], one["replied"]) for one in shown["variants"]] == [
            ("A", 40, 1),
            ("B", 40, 20),
        ]
        assert shown["variants"][0]["rate_high"] < shown["variants"][1]["rate_low"]
        assert shown["explanation"].startswith("B wins")
        stored = one(db, "select * from public.variant_decisions where organization_id = %s", tenant.id)
        assert (stored["winner"], stored["figures"]["B"]["replied"]) == ("B", 20)
        assert one(db, "select kind from public.alerts where organization_id = %s", tenant.id)["kind"] == "variant_won"

        newcomer = enroll(
            db, tenant, due.campaign, make_prospect(db, tenant), status="in_sequence", step_position=1,
            scenario_id=due.scenario, next_step_due_at=datetime.now(UTC) - timedelta(minutes=1),
            created_at=datetime.now(UTC) + timedelta(seconds=1),
        )  # fmt: skip
        [item] = (await claim(gateway, due.campaign))["items"]
        assert (item["enrollment_id"], item["step"]["objective"]) == (str(newcomer), "long")

    async def test_an_edit_of_the_variants_begins_anew(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        tenant = make_tenant(db)
        due = Due(db, tenant)
        path, headers = f"/api/v1/scenarios/{due.scenario}", tenant.member.headers
        step = {"delay_days": 0, "channel": "email", "kind": "email", "objective": "x"}
        first = {**step, "variants": [{"objective": "a"}, {"objective": "b"}]}
        saved = (await gateway.put(f"{path}/steps", headers=headers, json={"steps": [first]})).json()
        due.steps = [UUID(saved["steps"][0]["id"])] * 2
        self.send(db, tenant, due, "A", 3, replied=1)
        [shown] = (await gateway.get(f"{path}/variants", headers=headers)).json()["items"]
        assert (shown["variants"][0]["sent"], shown["explanation"][:12]) == (3, "Too few send")
        again = {**first, "id": saved["steps"][0]["id"], "variants": [{"objective": "a"}, {"objective": "c"}]}
        await gateway.put(f"{path}/steps", headers=headers, json={"steps": [again]})
        [shown] = (await gateway.get(f"{path}/variants", headers=headers)).json()["items"]
        assert [one["sent"] for one in shown["variants"]] == [0, 0]

    def send(self, db: Db, tenant: Tenant, due: Due, variant: str, count: int, *, replied: int) -> None:
        at = datetime.now(UTC)
        for number in range(count):
            prospect = make_prospect(db, tenant)
            enrollment = enroll(db, tenant, due.campaign, prospect, status="in_sequence")
            make_message(
                db, tenant, due.campaign, enrollment, prospect, step_id=due.steps[1], status="sent", sent_at=at,
                variant=variant,
            )  # fmt: skip
            if number >= replied:
                continue
            chain = {"enrollment_id": enrollment, "campaign_id": due.campaign, "prospect_id": prospect}
            conversation = insert(db, "conversations", organization_id=tenant.id, **chain)
            insert(
                db, "replies", organization_id=tenant.id, conversation_id=conversation, status="closed",
                received_at=at + timedelta(hours=1), provider_message_id=str(uuid4()), **chain,
            )  # fmt: skip
