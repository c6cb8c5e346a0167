"""A stop and a send of the same person at the same moment: whoever is first, nothing begins after the stop."""

from typing import Any

import anyio
import httpx2
import pytest

from api_gateway.suppressions import unsubscribe
from kit.settings import decode_key
from tests.api_gateway.factories import Db
from tests.api_gateway.people import KEY, WORKFLOW
from tests.api_gateway.sends.scene import Planned, Scene
from tests.api_gateway.sends.test_sends import claim

pytestmark = pytest.mark.anyio
PAIRS = 100


async def test_no_send_begins_after_the_stop_is_stored(gateway: httpx2.AsyncClient, scene: Scene, db: Db) -> None:
    people = {str(planned.intent): planned for planned in scene.plan(PAIRS)}
    items: list[dict[str, Any]] = []
    while len(items) < PAIRS:
        items += (await claim(gateway, scene, limit=100))["items"]
    outcomes: dict[str, str] = {}
    gate = anyio.CapacityLimiter(12)

    async def send(item: dict[str, Any]) -> None:
        async with gate:
            outcomes[item["intent_id"]] = await _deliver(gateway, item)

    async def stop(planned: Planned) -> None:
        token = unsubscribe.token(decode_key(KEY), scene.tenant.id, planned.message)
        async with gate:
            assert (await gateway.post(f"/u/{token}")).status_code == 200

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            first, second = (send, item), (stop, people[item["intent_id"]])
            for act, argument in (first, second) if number % 2 else (second, first):
                group.start_soon(act, argument)  # type: ignore[arg-type]

    rows = db.execute(
        """
        select i.status, i.sending_at, s.created_at as stopped_at
        from public.send_intents i
        join public.messages m on m.id = i.message_id
        join public.prospects p on p.id = m.prospect_id
        join public.suppressions s on s.organization_id = p.organization_id and s.value_norm = p.email_norm
        where i.campaign_id = %s
        """,
        [scene.campaign],
    ).fetchall()
    assert len(rows) == PAIRS
    assert {row["status"] for row in rows} <= {"sent", "cancelled"}
    late = [row for row in rows if row["status"] == "sent" and row["sending_at"] > row["stopped_at"]]
    assert late == []
    # Both orders happened; otherwise the race was none.
    assert 0 < sum(outcome == "sent" for outcome in outcomes.values()) < PAIRS


async def _deliver(gateway: httpx2.AsyncClient, item: dict[str, Any]) -> str:
    answer = await gateway.post(
        "/internal/v1/sends/deliver",
        headers=WORKFLOW,
        json={"intent_id": item["intent_id"], "lease_token": item["lease_token"]},
    )
    # 409: the stop took the intent back, lease and all, before it was looked at.
    return str(answer.json()["outcome"]) if answer.status_code == 200 else str(answer.json()["code"])
