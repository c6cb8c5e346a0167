"""A stop and a send of the same person at the same moment: whoever is first, nothing begins after the stop."""

import os
from collections.abc import Callable
from typing import Any

import anyio
import httpx2
import pytest

from api_gateway.suppressions import endpoints, unsubscribe
from kit.ratelimit import Limit
from kit.settings import decode_key
from tests.api_gateway.factories import Db
from tests.api_gateway.people import KEY, WORKFLOW
from tests.api_gateway.sends.scene import Planned, Scene
from tests.api_gateway.sends.test_sends import claim

pytestmark = pytest.mark.anyio
PAIRS = 1_000 if os.environ.get("TORTURE") == "1" else 100


@pytest.fixture
def begun(db: Db) -> None:
    """Have each intent leave a row in the transaction in which its send begins."""
    db.execute("create table if not exists private.begun (intent uuid primary key)")
    db.execute(
        """
        create or replace function private.note_begun() returns trigger language plpgsql security definer as $$
        begin
            insert into private.begun values (new.id) on conflict do nothing;
            return new;
        end $$
        """
    )
    db.execute(
        "create or replace trigger note_begun after update on public.send_intents for each row "
        "when (new.status = 'sending' and old.status <> 'sending') execute function private.note_begun()"
    )


@pytest.mark.timeout(1_200)
@pytest.mark.usefixtures("begun")
async def test_no_send_begins_after_the_stop_is_stored(
    gateway: httpx2.AsyncClient,
    scene: Scene,
    db: Db,
    monkeypatch: pytest.MonkeyPatch,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    # All of them unsubscribe from one address here.
    monkeypatch.setattr(endpoints, "PER_CALLER", Limit("unsubscribe", requests=10_000_000, window_s=60))
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
        token = unsubscribe.token(decode_key(KEY), scene.tenant.id, planned.message, None)
        async with gate:
            assert (await gateway.post(f"/u/{token}")).status_code == 200

    async with anyio.create_task_group() as group:
        for number, item in enumerate(items):
            first, second = (send, item), (stop, people[item["intent_id"]])
            for act, argument in (first, second) if number % 2 else (second, first):
                group.start_soon(act, argument)  # type: ignore[arg-type]

    rows = db.execute(
        """
        select i.status, pg_xact_commit_timestamp(b.xmin) as begun_at, pg_xact_commit_timestamp(s.xmin) as stopped_at
        from public.send_intents i
        join public.messages m on m.id = i.message_id
        join public.prospects p on p.id = m.prospect_id
        join public.suppressions s on s.organization_id = p.organization_id and s.value_norm = p.email_norm
        left join private.begun b on b.intent = i.id
        where i.campaign_id = %s
        """,
        [scene.campaign],
    ).fetchall()
    late = [row for row in rows if row["begun_at"] is not None and row["begun_at"] > row["stopped_at"]]
    sent = sum(outcome == "sent" for outcome in outcomes.values())
    figures = {"pairs": len(rows), "sent before the stop": sent, "begun after the stop": len(late)}
    record_testsuite_property("unsubscribe_race", figures)
    print(f"\n{figures}")
    assert len(rows) == PAIRS
    assert {row["status"] for row in rows} <= {"sent", "cancelled"}
    assert all((row["begun_at"] is not None) == (row["status"] == "sent") for row in rows)
    assert late == []
    # Both orders happened; otherwise the race was none.
    assert 0 < sent < PAIRS


async def _deliver(gateway: httpx2.AsyncClient, item: dict[str, Any]) -> str:
    answer = await gateway.post(
        "/internal/v1/sends/deliver",
        headers=WORKFLOW,
        json={"intent_id": item["intent_id"], "lease_token": item["lease_token"]},
    )
    # 409: the stop took the intent back, lease and all, before it was looked at.
    return str(answer.json()["outcome"]) if answer.status_code == 200 else str(answer.json()["code"])
