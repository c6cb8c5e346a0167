"""One person over several channels: each channel keeps its own account, its own thread, and the sequence its way."""

from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import httpx2
import pytest

from sandbox.story import outcomes
from sandbox.story.prospects import people
from tests.api_gateway.factories import Db, insert, make_mailbox, make_message, one
from tests.api_gateway.mailboxes.test_mailboxes import sent
from tests.api_gateway.outside import Outside
from tests.api_gateway.sends.scene import Planned, Scene, connect
from tests.api_gateway.sends.test_sends import claim, deliver, send
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


class TestWhatBecomesOfAText:
    async def test_is_told_through_the_way_in_for_twilio(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], outside: Outside, db: Db
    ) -> None:
        endpoints, headers = "/api/v1/webhooks/endpoints", scene.tenant.admin.headers
        wanted = {"source": "twilio", "secret": "auth-token-of-tests"}
        older, newer = [(await gateway.post(endpoints, headers=headers, json=wanted)).json() for _ in range(2)]
        text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        assert (await gateway.delete(f"{endpoints}/{newer['id']}", headers=headers)).status_code == 204
        text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        told = [dict(parse_qsl(call.content.decode()))["StatusCallback"] for call in outside.called(MESSAGES)]
        assert told == [newer["url"], older["url"]]

    async def test_is_told_nowhere_without_one(
        self, gateway: httpx2.AsyncClient, scene: Scene, numbers: list[UUID], outside: Outside, db: Db
    ) -> None:
        text_first(scene, db)
        assert (await send(gateway, scene))["outcome"] == "sent"
        [call] = outside.called(MESSAGES)
        assert "StatusCallback" not in dict(parse_qsl(call.content.decode()))


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


class TestAnAddressThatTheServerRefuses:
    """A person's own mailbox has nobody who tells of bounces afterwards: the refusal at the door is the bounce."""

    @pytest.fixture
    def unknown(self, scene: Scene, smtp: Vendor, db: Db) -> list[Planned]:
        connect(
            db, scene.tenant, "smtp", host="127.0.0.1", port=str(smtp.health()["smtp_port"]), username="lea",
            security="none",
        )  # fmt: skip
        scene.set_mailbox(provider="smtp")
        nobody = [one.email for one in people(1) if one.email and outcomes.card(1, one.email).fate == "bounce"]
        planned = scene.plan(2)
        for one_planned, address in zip(planned, nobody, strict=False):
            db.execute(
                "update public.prospects set email = %(it)s, email_norm = lower(%(it)s) where id = %(id)s",
                {"it": address, "id": one_planned.prospect},
            )
        return planned

    async def test_is_suppressed_and_counted_as_a_bounce(
        self, gateway: httpx2.AsyncClient, scene: Scene, smtp: Vendor, unknown: list[Planned], db: Db
    ) -> None:
        sent(db, scene.tenant, scene.campaign, scene.mailbox, count=38, bounced=0)
        told = []
        for claimed in (await claim(gateway, scene, limit=2))["items"]:
            assert (await deliver(gateway, claimed))["outcome"] == "failed"
            told.append(one(db, "select health from public.mailboxes where id = %s", scene.mailbox)["health"])
        assert told == ["warned", "paused"], "1 of 39, then 2 of 40"
        assert smtp.effects("email_sent") == []
        for planned in unknown:
            assert scene.enrollment(planned)["status"] == "bounced"
            assert scene.intent(planned)["status"] == "failed"
        kept = "select count(*) as people from public.suppressions where organization_id = %s and reason = 'bounced'"
        assert one(db, kept, scene.tenant.id)["people"] == 2
        shown = await gateway.get("/api/v1/mailboxes", headers=scene.tenant.admin.headers)
        assert [item["bounce_rate"] for item in shown.json()["items"]] == [0.05]
        day = one(db, "select bounced from public.mailbox_days where mailbox_id = %s", scene.mailbox)
        assert day["bounced"] == 2
