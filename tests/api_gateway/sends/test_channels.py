"""One person over several channels: each channel keeps its own account, its own thread, and the sequence its way."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx2
import pytest

from tests.api_gateway.factories import Db, insert, make_mailbox, make_message, one
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import Planned, Scene, connect
from tests.api_gateway.sends.test_sends import send
from tests.api_gateway.sends.vendor import Vendor

pytestmark = pytest.mark.anyio
SID = "AC0123456789abcdef0123456789abcdef"
MESSAGES = f"POST twilio.test/2010-04-01/Accounts/{SID}/Messages.json"


@pytest.fixture
def numbers(scene: Scene, outside: Outside, db: Db) -> list[UUID]:
    """Two numbers at Twilio that texts may leave from."""
    outside.answer(MESSAGES, 201, {"sid": "SM1", "status": "queued"})
    connect(db, scene.tenant, "twilio", account_sid=SID)
    return [
        make_mailbox(db, scene.tenant, provider="twilio", address=f"+3370000000{n}", min_gap_seconds=0) for n in (1, 2)
    ]


def also(scene: Scene, planned: Planned, step: int, channel: str = "email", **columns: Any) -> Planned:
    """One more approved message to the same person."""
    key = scene.steps[step - 1]
    message = make_message(
        scene.db, scene.tenant, scene.campaign, planned.enrollment, planned.prospect, status="approved", step_id=key,
        channel=channel, kind="sms" if channel == "sms" else "email", **columns,
    )  # fmt: skip
    intent = insert(
        scene.db, "send_intents", organization_id=scene.tenant.id, campaign_id=scene.campaign,
        enrollment_id=planned.enrollment, message_id=message, step_key=str(key), channel=channel,
        idempotency_key=f"sm-{message}",
    )  # fmt: skip
    return Planned(planned.prospect, planned.enrollment, message, intent, planned.email)


def text_first(scene: Scene, db: Db) -> Planned:
    """A person whose first step is a text message."""
    [planned] = scene.plan(phone="+33612345678", phone_e164="+33612345678")
    db.execute("update public.messages set channel = 'sms', kind = 'sms' where id = %s", [planned.message])
    db.execute("update public.send_intents set channel = 'sms' where id = %s", [planned.intent])
    return planned


class TestTexts:
    async def test_who_said_stop_to_the_vendor_has_said_it_to_us(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], outside: Outside, db: Db
    ) -> None:
        text = text_first(scene, db)
        mail = also(scene, text, 2)
        db.execute(
            "update public.send_intents set next_attempt_at = now() + interval '1 h' where id = %s", [mail.intent]
        )
        outside.answer(MESSAGES, 400, {"code": 21610, "message": "Attempt to send to unsubscribed recipient"})
        assert (await send(gateway, scene))["outcome"] == "failed"
        kept = db.execute(
            "select kind from public.suppressions where organization_id = %s and reason = 'replied_stop' order by kind",
            [scene.tenant.id],
        ).fetchall()
        assert [row["kind"] for row in kept] == ["email", "phone"]
        assert scene.enrollment(text)["status"] == "unsubscribed"
        assert scene.intent(mail)["status"] == "cancelled"

    async def test_the_senders_number_is_one_however_it_was_written(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], outside: Outside, db: Db
    ) -> None:
        db.execute("update public.mailboxes set address = '06 00 00 00 01' where id = any (%s)", [numbers])
        text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        [call] = outside.called(MESSAGES)
        assert dict(parse_qsl(call.content.decode()))["From"] == "+33600000001"


class TestATextBeforeTheFirstMail:
    async def test_the_mail_still_begins_its_own_thread_and_keeps_its_own_mailbox(
        self, gateway: httpx2.AsyncClient, scene: Scene, instantly: Vendor, numbers: list[UUID], db: Db
    ) -> None:
        text = text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        first = also(scene, text, 2)
        assert (await send(gateway, scene))["outcome"] == "sent"
        assert len(instantly.wait_for_mail(text.email)) == 1
        assert scene.enrollment(text)["mailbox_id"] == scene.mailbox
        # Less used, and still not theirs.
        make_mailbox(db, scene.tenant, min_gap_seconds=0)
        second = also(scene, text, 3, subject="")
        assert (await send(gateway, scene))["outcome"] == "sent"
        assert {scene.intent(mail)["mailbox_id"] for mail in (first, second)} == {scene.mailbox}
        assert len({mail["record"]["thread_id"] for mail in instantly.wait_for_mail(text.email, 2)}) == 1

    async def test_later_texts_leave_from_the_same_number(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], outside: Outside, db: Db
    ) -> None:
        text = text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        number = scene.intent(text)["mailbox_id"]
        later = also(scene, text, 2, "sms", body="Un dernier mot.")
        assert (await send(gateway, scene))["outcome"] == "sent"
        assert scene.intent(later)["mailbox_id"] == number
        assert len(outside.called(MESSAGES)) == 2

    async def test_a_number_in_use_is_not_removed(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], db: Db
    ) -> None:
        text = text_first(scene, db)
        await send(gateway, scene)
        number = one(db, "select mailbox_id from public.send_intents where id = %s", text.intent)["mailbox_id"]
        answer = await gateway.delete(f"/api/v1/mailboxes/{number}", headers=scene.tenant.admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "mailbox_in_use")
