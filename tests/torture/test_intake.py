"""Vendors deliver in any order, again and again, with liars between: each effect once, and the end is the same.

The same story is told to two organizations: to one in order and once, to the other shuffled, each event one to five
times, between requests that no vendor would make. What is left in their tables must be equal. `TORTURE_SEED` chooses
the first seed.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from random import Random

import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.stack import Stack
from tests.api_gateway.factories import Db, make_tenant
from tests.torture.cast import seat, state_of, stops_told
from tests.torture.conftest import Size
from tests.torture.hostile import KINDS, Attack, attacks
from tests.torture.story import Story, tell
from tests.torture.telling import (
    Delivery,
    deliver,
    differences,
    genuine,
    playing_flows,
    tell_in_order,
    until_handled,
)
from tests.torture.vendors import Event, WaysIn, open_ways_in

pytestmark = pytest.mark.stack

EVENTS, DELIVERIES, HOSTILE, SEEDS = 10_000, 25_000, 3_000, 5
SEED = int(os.environ.get("TORTURE_SEED", "1"))


@pytest.fixture(scope="module")
def db(stack: Stack) -> Iterator[Db]:
    with psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


@pytest.fixture(scope="module", autouse=True)
def flows(stack: Stack) -> Iterator[None]:
    with playing_flows(stack, stack.secrets.workflow_token):
        yield


def hostile(attack: Attack) -> Delivery:
    return Delivery(attack.request, attack.kind.refusals, attack.name)


def repeated(events: Sequence[Event], count: int, chance: Random) -> list[Event]:
    """Each event one to five times, `count` in all, shuffled."""
    times = dict.fromkeys(range(len(events)), 1)
    open_ones = list(times)
    for _ in range(count - len(events)):
        number = chance.choice(open_ones)
        times[number] += 1
        if times[number] == 5:
            open_ones.remove(number)
    every = [events[number] for number, often in times.items() for _ in range(often)]
    chance.shuffle(every)
    return every


def test_any_order_any_repetition_and_any_liar_ends_in_the_same_state(
    db: Db, stack: Stack, size: Size, record_testsuite_property: Callable[[str, object], None]
) -> None:
    for number in range(size.of(SEEDS)):
        seed = SEED + number
        figures = _prove(db, stack, size, seed)
        print(f"\nseed {seed}: {figures}")
        record_testsuite_property(f"seed {seed}", figures)


def _prove(db: Db, stack: Stack, size: Size, seed: int) -> str:
    chance = Random(seed)
    calm, stormy, stranger = make_tenant(db), make_tenant(db), make_tenant(db)
    story = tell(seed, size.of(EVENTS), stormy.id)
    seat(db, calm, story.people)
    seat(db, stormy, story.people)
    orderly = open_ways_in(db, stack, calm.id, chance)
    ways, others = open_ways_in(db, stack, stormy.id, chance), open_ways_in(db, stack, stranger.id, chance)

    lies = list(attacks(size.of(HOSTILE), ways, others, story.events, chance))
    told = [
        genuine(ways, event, chance.choice([None, chance.getrandbits(32)]))
        for event in repeated(story.events, max(size.of(DELIVERIES), len(story.events)), chance)
    ]
    every = told + [hostile(attack) for attack in lies]
    chance.shuffle(every)
    answers = deliver(stack, every)
    began = time.monotonic()
    until_handled(db, ways, 120 + len(story.events))
    handled_s = answers.seconds + time.monotonic() - began
    tell_in_order(db, stack, orderly, tell(seed, size.of(EVENTS), calm.id))

    assert answers.surprises == []
    assert {attack.kind.name for attack in lies} == {kind.name for kind in KINDS}
    assert len(KINDS) >= 60
    assert answers.statuses[202] == len(told)
    assert not [status for status in answers.statuses if status >= 500 or status == 429]
    _nothing_of_liars(db, ways, others, lies, story)
    row = db.execute(
        "select count(*) as events, sum(deliveries) as deliveries "
        "from public.inbound_events where organization_id = %s",
        [stormy.id],
    ).fetchone()
    assert row == {"events": len(story.events), "deliveries": len(told)}
    differ = differences(state_of(db, calm.id), state_of(db, stormy.id))
    assert differ == [], "\n".join(differ)
    assert stops_told(db, stormy.id, story.people) == []
    return (
        f"{len(story.events)} events of {len(story.people)} people in {len(told)} deliveries and {len(lies)} hostile "
        f"requests of {len(KINDS)} kinds: {dict(sorted(answers.statuses.items()))} in {answers.seconds:.1f} s "
        f"({answers.per_second:.0f} requests/s), all handled after {handled_s:.1f} s "
        f"({len(story.events) / handled_s:.0f} events/s)"
    )


def _nothing_of_liars(db: Db, ways: WaysIn, others: WaysIn, lies: Sequence[Attack], story: Story) -> None:
    """No body of theirs is stored with us, and nothing at all with the stranger whose door they tried."""
    true = {sha256(event.body()).hexdigest() for event in story.events}
    lied = {sha256(attack.request().body).hexdigest() for attack in lies} - true
    stored = db.execute(
        "select dedupe_key from public.inbound_events where organization_id = any (%s) and dedupe_key = any (%s)",
        [[ways.organization_id, others.organization_id], list(lied)],
    ).fetchall()
    assert stored == []
    row = db.execute(
        "select count(*) as events from public.inbound_events where organization_id = %s", [others.organization_id]
    ).fetchone()
    assert row == {"events": 0}
