"""The worker's minute: the sending flow is woken for what was put off, and only for that."""

import pytest

from api_gateway.resources import Resources
from api_gateway.sends.tasks import wake
from tests.api_gateway.factories import Db
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import Scene

pytestmark = pytest.mark.anyio
START = "POST n8n.test/webhook/sm/send-due-messages"


@pytest.fixture
def put_off(db: Db, scene: Scene) -> Scene:
    [planned] = scene.plan()
    db.execute("update public.send_intents set reason = 'minimum_gap' where id = %s", [planned.intent])
    return scene


async def test_what_was_put_off_and_is_due_wakes_the_flow(
    put_off: Scene, resources: Resources, outside: Outside
) -> None:
    assert await wake(resources)
    assert len(outside.called(START)) == 1


async def test_what_is_planned_for_the_first_time_waits_for_the_timetable(
    scene: Scene, resources: Resources, outside: Outside
) -> None:
    scene.plan()
    assert not await wake(resources)
    assert outside.called(START) == []


async def test_what_is_not_due_yet_or_belongs_to_a_stopped_organization_wakes_nothing(
    put_off: Scene, db: Db, resources: Resources
) -> None:
    db.execute("update public.send_intents set next_attempt_at = now() + interval '1 minute'")
    assert not await wake(resources)
    db.execute("update public.send_intents set next_attempt_at = now()")
    db.execute("update public.organizations set sending_stopped_at = now() where id = %s", [put_off.tenant.id])
    assert not await wake(resources)


async def test_n8n_being_away_is_no_failure(put_off: Scene, resources: Resources, outside: Outside) -> None:
    outside.answer(START, 503)
    assert not await wake(resources)
