"""Editing a scenario that people are in the middle of: for those who have not passed a step, or for new people only."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from api_gateway.scenarios.editing import passed_after
from tests.api_gateway.factories import (
    Db,
    enroll,
    insert,
    make_campaign,
    make_message,
    make_prospect,
    make_tenant,
    one,
    scenario_id,
    step_ids,
)
from tests.api_gateway.messages.test_advancing import claim, report, report_of
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Tenant

pytestmark = pytest.mark.anyio
A, B, C, D, X, Y = (uuid4() for _ in range(6))


@pytest.fixture(autouse=True)
def nothing_else_is_due(db: Db, outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/advance-scenarios")
    db.execute("update public.enrollments set next_step_due_at = null, regenerate_step_id = null")


class TestWhatIsBehind:
    @pytest.mark.parametrize(
        ("passed", "after", "behind"),
        [
            ({A, B}, [A, B, C, D], {A, B}),
            ({A, B}, [B, C, D], {B}),
            ({A, B}, [A, C, B, D], {A, B}),
            ({A}, [X, A, B], {X, A}),
            ({A}, [A, X, B], {A}),
            ({A, B}, [A, X, C, D], {A, X}),
            ({A, B}, [A, X, Y, C, D], {A, X}),
            ({A}, [C, A, B], {A}),
            ({A}, [X, B], {X}),
            (set(), [X, B, A], set()),
            ({A, B, C, D}, [A, B, C, D, X], {A, B, C, D}),
        ],
    )
    def test_steps_that_were_passed_stay_behind_and_all_others_still_come(
        self, passed: set[UUID], after: list[UUID], behind: set[UUID]
    ) -> None:
        assert passed_after([A, B, C, D], passed, after) == behind


class Story:
    """A scenario of five e-mails (delays 0, 3, 5, 6, 7) and people in the middle of it."""

    def __init__(self, db: Db, client: httpx2.AsyncClient) -> None:
        self.db, self.client = db, client
        self.tenant: Tenant = make_tenant(db)
        self.scenario = scenario_id(db, self.tenant)
        self.steps = step_ids(db, self.scenario)
        self.campaign = make_campaign(
            db, self.tenant, status="active", approval_policy="automatic", scenario_id=self.scenario,
            respect_holidays=False,
        )  # fmt: skip

    def person(self, after: int, *, due: datetime | None = None, last: datetime | None = None, **columns: Any) -> UUID:
        prospect = make_prospect(self.db, self.tenant)
        columns = {"status": "qualified" if after == 0 else "in_sequence", **columns}
        return enroll(
            self.db, self.tenant, self.campaign, prospect, scenario_id=self.scenario, step_position=after,
            next_step_due_at=due, last_step_at=last, **columns,
        )  # fmt: skip

    def draft(self, enrollment: UUID, step: UUID, **columns: Any) -> UUID:
        prospect = self.row(enrollment)["prospect_id"]
        return make_message(self.db, self.tenant, self.campaign, enrollment, prospect, step_id=step, **columns)

    def row(self, enrollment: UUID) -> dict[str, Any]:
        return one(self.db, "select * from public.enrollments where id = %s", enrollment)

    async def shown(self) -> list[dict[str, Any]]:
        answer = await self.client.get(f"/api/v1/scenarios/{self.scenario}", headers=self.tenant.member.headers)
        return [{name: value for name, value in step.items() if name != "position"} for step in answer.json()["steps"]]

    async def save(self, steps: list[dict[str, Any]], applies_to: str = "not_yet_past") -> dict[str, Any]:
        answer = await self.client.put(
            f"/api/v1/scenarios/{self.scenario}/steps",
            headers=self.tenant.member.headers,
            json={"steps": steps, "applies_to": applies_to},
        )
        assert answer.status_code == 200, answer.text
        saved: dict[str, Any] = answer.json()
        return saved

    async def next_step(self, enrollment: UUID) -> dict[str, Any]:
        """What the workflow is given to write for this person."""
        self.db.execute(
            "update public.enrollments set next_step_due_at = now() - interval '1 minute', lease_until = null"
            " where id = %s and next_step_due_at is not null",
            [enrollment],
        )
        items = (await claim(self.client, self.campaign))["items"]
        [mine] = [item for item in items if item["enrollment_id"] == str(enrollment)]
        return dict(mine)


@pytest.fixture
def story(db: Db, gateway: httpx2.AsyncClient) -> Story:
    return Story(db, gateway)


LONG_AGO = datetime.now(UTC) - timedelta(days=1)


class TestNotYetPast:
    async def test_a_changed_step_is_met_as_it_is_now(self, story: Story) -> None:
        person = story.person(1, due=LONG_AGO)
        steps = await story.shown()
        steps[1]["objective"] = "Parler du salon"
        saved = await story.save(steps)
        assert saved["effect"]["applies_to"] == "not_yet_past"
        item = await story.next_step(person)
        assert (item["step_id"], item["step"]["objective"]) == (str(story.steps[1]), "Parler du salon")

    async def test_a_step_before_the_place_where_somebody_stands_is_removed_and_none_is_skipped(
        self, story: Story
    ) -> None:
        person = story.person(2, due=LONG_AGO)
        await story.save((await story.shown())[1:])
        assert (await story.next_step(person))["step_id"] == str(story.steps[2])

    async def test_an_order_is_changed_and_each_step_still_comes_once(self, story: Story) -> None:
        person = story.person(2, due=LONG_AGO)
        first, second, third, *rest = await story.shown()
        await story.save([first, third, second, *rest])
        seen = []
        for _ in range(3):
            item = await story.next_step(person)
            seen.append(item["step_id"])
            answer = await report(story.client, report_of(item))
            message = answer.json()["message_id"]
            story.db.execute(
                "update public.messages set status = 'approved', channel = 'linkedin' where id = %s", [message]
            )
            done = await story.client.post(f"/api/v1/messages/{message}/complete", headers=story.tenant.member.headers)
            assert done.status_code == 200, done.text
        assert seen == [str(story.steps[place]) for place in (2, 3, 4)]
        assert story.row(person)["status"] == "completed"

    async def test_a_changed_delay_moves_the_due_date_by_business_days(self, story: Story) -> None:
        friday = datetime(2026, 11, 6, 10, tzinfo=UTC)
        person = story.person(1, due=datetime(2026, 11, 11, 10, tzinfo=UTC), last=friday)
        steps = await story.shown()
        steps[1]["delay_days"] = 5
        saved = await story.save(steps)
        assert saved["effect"]["rescheduled"] == 1
        assert story.row(person)["next_step_due_at"] == datetime(2026, 11, 13, 10, tzinfo=UTC)

    async def test_a_removed_next_step_gives_way_to_the_one_after_it_and_its_draft_is_withdrawn(
        self, story: Story
    ) -> None:
        friday = datetime(2026, 11, 6, 10, tzinfo=UTC)
        person = story.person(1, due=LONG_AGO, last=friday)
        draft = story.draft(person, story.steps[1], status="approved", approved_by=story.tenant.member.user_id)
        intent = insert(
            story.db, "send_intents", organization_id=story.tenant.id, campaign_id=story.campaign, enrollment_id=person,
            message_id=draft, step_key=str(story.steps[1]), channel="email", idempotency_key=f"sm-{uuid4()}",
        )  # fmt: skip
        steps = await story.shown()
        saved = await story.save([steps[0], *steps[2:]])
        assert saved["effect"]["redrafted"] == 1
        message = one(story.db, "select status, cancelled_reason from public.messages where id = %s", draft)
        assert (message["status"], message["cancelled_reason"]) == ("cancelled", "step_removed")
        assert one(story.db, "select status from public.send_intents where id = %s", intent)["status"] == "cancelled"
        assert story.row(person)["next_step_due_at"] == datetime(2026, 11, 13, 10, tzinfo=UTC)
        assert (await story.next_step(person))["step_id"] == str(story.steps[2])

    async def test_a_draft_nobody_touched_is_written_again_and_one_that_a_person_approved_is_kept(
        self, story: Story
    ) -> None:
        fresh, approved = story.person(0), story.person(0)
        withdrawn = story.draft(fresh, story.steps[0])
        kept = story.draft(
            approved, story.steps[0], status="approved", approved_by=story.tenant.member.user_id
        )  # fmt: skip
        steps = await story.shown()
        steps[0]["objective"] = "Autre angle"
        await story.save(steps)
        states = {
            row["id"]: row["status"]
            for row in story.db.execute(
                "select id, status from public.messages where id = any(%s)", [[withdrawn, kept]]
            )
        }
        assert states == {withdrawn: "cancelled", kept: "approved"}
        item = await story.next_step(fresh)
        assert (item["step_id"], item["step"]["objective"]) == (str(story.steps[0]), "Autre angle")

    async def test_whoever_has_nothing_left_is_done(self, story: Story) -> None:
        person = story.person(2, due=LONG_AGO)
        saved = await story.save((await story.shown())[:2])
        assert saved["effect"]["ended"] == 1
        assert story.row(person)["status"] == "completed"

    async def test_a_new_first_step_is_for_those_only_who_have_not_begun(self, story: Story) -> None:
        begun, fresh = story.person(1, due=LONG_AGO), story.person(0, regenerate_step_id=story.steps[0])
        opening = {"delay_days": 0, "channel": "email", "kind": "email", "objective": "Se présenter"}
        await story.save([opening, *await story.shown()])
        assert (await story.next_step(begun))["step_id"] == str(story.steps[1])
        assert story.row(fresh)["step_position"] == 0


class TestNewOnly:
    async def test_who_is_enrolled_keeps_the_steps_as_they_were_and_new_people_get_the_new_ones(
        self, story: Story
    ) -> None:
        begun = story.person(1, due=LONG_AGO)
        steps = await story.shown()
        before, steps[1]["objective"] = steps[1]["objective"], "Parler du salon"
        saved = await story.save([steps[1], steps[0]], "new_only")
        assert (saved["version"], saved["effect"]["kept_earlier_steps"], saved["step_count"]) == (2, 1, 2)
        assert not {step["id"] for step in saved["steps"]} & {str(step) for step in story.steps}
        later = story.person(1, due=LONG_AGO)
        old, new = await story.next_step(begun), await story.next_step(later)
        assert old["step_id"] == str(story.steps[1])
        assert old["step"]["objective"] == before
        assert new["step_id"] == saved["steps"][1]["id"]

    async def test_removing_and_reordering_changes_nothing_for_who_is_enrolled(self, story: Story) -> None:
        begun = story.person(1, due=LONG_AGO, last=LONG_AGO)
        draft = story.draft(begun, story.steps[1])
        before = story.row(begun)
        steps = await story.shown()
        steps[2]["delay_days"] = 30
        await story.save([steps[2], steps[0]], "new_only")
        after = story.row(begun)
        kept = {"step_position", "passed_step_ids", "next_step_due_at", "status"}
        assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
        assert one(story.db, "select status from public.messages where id = %s", draft)["status"] == "pending_review"

    async def test_a_later_edit_does_not_reach_those_who_kept_their_steps(self, story: Story) -> None:
        begun = story.person(1, due=LONG_AGO)
        await story.save(await story.shown(), "new_only")
        steps = await story.shown()
        await story.save(steps[:1])
        assert (await story.next_step(begun))["step_id"] == str(story.steps[1])

    async def test_who_waits_in_a_draft_campaign_begins_with_the_new_steps(self, story: Story) -> None:
        story.db.execute("update public.campaigns set status = 'draft' where id = %s", [story.campaign])
        waiting = story.person(0, status="found")
        saved = await story.save(await story.shown(), "new_only")
        assert saved["effect"]["kept_earlier_steps"] == 0
        assert story.row(waiting)["scenario_version"] is None


async def test_a_draft_campaign_takes_its_people_along_to_another_scenario(story: Story) -> None:
    story.db.execute("update public.campaigns set status = 'draft' where id = %s", [story.campaign])
    waiting = story.person(0, status="found")
    other = scenario_id(story.db, story.tenant, "premium_approach")
    answer = await story.client.patch(
        f"/api/v1/campaigns/{story.campaign}", headers=story.tenant.member.headers, json={"scenario_id": str(other)}
    )
    assert answer.status_code == 200
    assert story.row(waiting)["scenario_id"] == other


@pytest.mark.parametrize(("after", "status"), [(0, "qualified"), (1, "in_sequence")])
async def test_a_step_that_was_removed_while_its_message_was_on_the_way_counts_all_the_same(
    story: Story, after: int, status: str
) -> None:
    person = story.person(after, status=status, due=datetime.now(UTC) - timedelta(days=9) if after else None)
    step = story.steps[after]
    message = story.draft(person, step, status="ambiguous")
    insert(
        story.db, "send_intents", organization_id=story.tenant.id, campaign_id=story.campaign, enrollment_id=person,
        message_id=message, step_key=str(step), channel="email", idempotency_key=f"sm-{message}", status="ambiguous",
        sending_at=datetime.now(UTC),
    )  # fmt: skip
    steps = await story.shown()
    await story.save([one for one in steps if one["id"] != str(step)])
    settled = await story.client.post(
        f"/api/v1/messages/{message}/settle", headers=story.tenant.member.headers, json={"outcome": "sent"}
    )
    assert settled.status_code == 200, settled.text
    row = story.row(person)
    assert (row["status"], row["step_position"]) == ("in_sequence", after)
    assert row["next_step_due_at"] > datetime.now(UTC) + timedelta(days=2)
    assert (await story.next_step(person))["step_id"] == str(story.steps[after + 1])
