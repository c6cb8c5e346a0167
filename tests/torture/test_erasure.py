"""A person is erased within a minute, also where an organization has written down very much about everybody else."""

import time
from collections.abc import Callable, Iterator

import httpx2
import psycopg
import pytest
from psycopg.rows import dict_row

from sandbox.stack import Stack
from tests.api_gateway.data_protection.somebody import EMAIL, make_somebody, where_found
from tests.api_gateway.factories import Db
from tests.torture.conftest import Size, signed_in
from tests.torture.telling import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1_800)]

OTHERS = 100_000
WITHIN_S = 60.0
# One row of each for everybody else, of the size that such rows have: 0.9, 1.8 and 2.3 kB.
CROWD = (
    """
    insert into public.prospects (organization_id, first_name, last_name, email, email_norm, phone, phone_e164,
        headline, about, lawful_basis)
    select %(id)s, 'Anne' || n, 'Martin' || n, 'anne@firm' || n || '.example', 'anne@firm' || n || '.example',
        '06 ' || lpad(n::text, 8, '0'), '+336' || lpad(n::text, 8, '0'), 'Directrice ' || n,
        repeat('Élève des entreprises à conseiller, ', 10), 'legitimate_interest'
    from generate_series(1, %(count)s) n
    """,
    """
    insert into public.inbound_events (organization_id, source, event_type, dedupe_key, meaning_key, raw_body, headers,
        status)
    select %(id)s, 'instantly', 'reply_received', gen_random_uuid()::text, gen_random_uuid()::text,
        convert_to(jsonb_build_object('event_type', 'reply_received', 'lead_email', 'anne@firm' || n || '.example',
            'reply_text', repeat('Bonjour, merci pour votre message, appelez le 06 12 34 56 78. ', 26))::text, 'UTF8'),
        '{"content-type": "application/json"}', 'handled'
    from generate_series(1, %(count)s) n
    """,
    """
    insert into public.audit_log (organization_id, actor, action, entity, entity_id, before, after)
    select organization_id, 'import', 'update', 'prospects', id, to_jsonb(p), to_jsonb(p)
    from public.prospects p where organization_id = %(id)s
    """,
)


@pytest.fixture
def db(stack: Stack) -> Iterator[Db]:
    with psycopg.connect(stack.database_url, autocommit=True, row_factory=dict_row) as connection:
        yield connection


def test_a_person_is_gone_within_a_minute_however_much_there_is_about_others(
    db: Db, stack: Stack, size: Size, record_testsuite_property: Callable[[str, object], None]
) -> None:
    somebody, count = make_somebody(db), size.of(OTHERS)
    # Whom the vendors know is another proof's business.
    db.execute("delete from public.api_credentials where organization_id = %s", [somebody.tenant.id])
    for rows in CROWD:
        db.execute(rows.encode(), {"id": somebody.tenant.id, "count": count})
    owner = somebody.tenant.owner
    headers = {"Authorization": f"Bearer {signed_in(stack, owner.user_id, owner.email)}"}
    with httpx2.Client(base_url=f"{stack.urls['gateway']}/api/v1", headers=headers, timeout=30) as client:
        began = time.monotonic()
        asked = client.post(f"/prospects/{somebody.prospect}/erasure", json={"confirmation": EMAIL})
        assert asked.status_code == 202, asked.text
        address = f"/erasures/{asked.json()['id']}"
        until(lambda: client.get(address).json()["status"] != "queued", 1_500)
        seconds = time.monotonic() - began
        counts = client.get(address).json()["counts"]
    figures = f"{count} others with an event and a log entry each: nothing left of the person after {seconds:.1f} s"
    print(f"\n{figures}")
    record_testsuite_property("erasure", figures)
    assert where_found(db) == []
    assert set(counts) >= {"prospects", "messages", "replies", "inbound_events", "audit_log"}
    assert seconds < WITHIN_S
