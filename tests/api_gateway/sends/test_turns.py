"""Organizations take turns: how much one of them has due is nothing that another one waits for."""

import httpx2
import pytest

from api_gateway.sends.service import MOST_ROUNDS
from tests.api_gateway.factories import Db
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.sends.scene import make_scene
from tests.api_gateway.sends.test_sends import PATH

pytestmark = pytest.mark.anyio


async def test_a_long_list_of_one_organization_delays_no_other(gateway: httpx2.AsyncClient, db: Db) -> None:
    db.execute("update public.send_intents set status = 'cancelled' where status in ('planned', 'claimed')")
    busy, quiet = make_scene(db), make_scene(db)
    # Its hours are over, so that each of its sends is looked at and put off.
    busy.set_campaign(send_from="00:00", send_until="00:00:00.000001")
    busy.plan(2 * MOST_ROUNDS + 1)
    db.execute("update public.send_intents set next_attempt_at = now() - interval '1 day'")
    [planned] = quiet.plan()
    answer = await gateway.post(f"{PATH}/claim", headers=WORKFLOW, json={"limit": 2})
    assert answer.status_code == 200, answer.text
    assert [item["intent_id"] for item in answer.json()["items"]] == [str(planned.intent)]
