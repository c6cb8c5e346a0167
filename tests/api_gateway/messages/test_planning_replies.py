"""Planning an answer to a reply: once, approved, in the ledger under the reply's own key."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from api_gateway.messages.planning import NoBookingLink, PlannedMessage, answered_subject, plan_reply, with_link
from api_gateway.resources import Resources
from kit.errors import NotFound
from tests.api_gateway.factories import Db, insert, one
from tests.api_gateway.replies.test_handling import make_reply
from tests.api_gateway.webhooks.vendors import Sequence, make_sequence

pytestmark = pytest.mark.anyio


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


async def plan(resources: Resources, someone: Sequence, reply: UUID, **more: Any) -> PlannedMessage:
    async with resources.database.workflow(someone.tenant.id, actor="test") as session:
        return await plan_reply(session, reply_id=reply, **{"body": " Avec plaisir. ", **more})


async def test_it_is_approved_and_planned_under_the_replys_key(resources: Resources, someone: Sequence, db: Db) -> None:
    reply = make_reply(someone)
    planned = await plan(resources, someone, reply)
    message = one(db, "select * from public.messages where id = %s", planned.id)
    assert (planned.status, message["kind"], message["step_id"], message["reply_id"]) == (
        "approved",
        "reply",
        None,
        reply,
    )
    assert (message["subject"], message["body"], message["mailbox_id"]) == (
        "Re: Votre équipe", "Avec plaisir.", someone.mailbox,
    )  # fmt: skip
    intent = one(db, "select * from public.send_intents where message_id = %s", planned.id)
    assert (intent["step_key"], intent["status"]) == (f"reply:{reply}", "planned")


async def test_asked_twice_there_is_one_answer(resources: Resources, someone: Sequence, db: Db) -> None:
    reply = make_reply(someone)
    first, second = await plan(resources, someone, reply), await plan(resources, someone, reply, body="Autre chose")
    assert first.id == second.id
    assert len(db.execute("select from public.send_intents where message_id = %s", [first.id]).fetchall()) == 1


async def test_the_booking_link_is_the_campaigns_and_put_in_by_code(
    resources: Resources, someone: Sequence, db: Db
) -> None:
    planned = await plan(resources, someone, make_reply(someone), with_booking_link=True)
    body = one(db, "select body from public.messages where id = %s", planned.id)["body"]
    assert body == "Avec plaisir.\n\nChoisissez le créneau qui vous convient : https://cal.example/lea/intro"


async def test_the_link_speaks_the_language_that_the_reply_was_read_in(
    resources: Resources, someone: Sequence, db: Db
) -> None:
    reply = make_reply(someone)
    insert(
        db, "reply_decisions", organization_id=someone.tenant.id, reply_id=reply, intent="meeting_request",
        confidence=1.0, language="en", action="send_booking_link", action_taken="sent_booking_link", decided_by="model",
    )  # fmt: skip
    planned = await plan(resources, someone, reply, with_booking_link=True)
    message = one(db, "select language, body from public.messages where id = %s", planned.id)
    assert message["language"] == "en"
    assert "Choose the time" in message["body"]


async def test_without_a_link_none_is_promised_and_nothing_is_planned(resources: Resources, db: Db) -> None:
    someone = make_sequence(db, booking_url=None)
    reply = make_reply(someone)
    with pytest.raises(NoBookingLink):
        await plan(resources, someone, reply, with_booking_link=True)
    assert db.execute("select from public.messages where reply_id = %s", [reply]).fetchall() == []


async def test_a_reply_of_another_organization_is_not_there(resources: Resources, someone: Sequence, db: Db) -> None:
    other = make_sequence(db)
    for reply in (make_reply(other), uuid4()):
        with pytest.raises(NotFound):
            await plan(resources, someone, reply)


def test_a_link_that_is_there_is_not_doubled() -> None:
    link = "https://cal.example/x?a=1&b=2"
    assert with_link("Ici : https://cal.example/x?a=1&amp;b=2", link, "fr").count("cal.example") == 1


@pytest.mark.parametrize(
    ("subject", "answer"),
    [("Bonjour", "Re: Bonjour"), ("RE : Bonjour", "RE : Bonjour"), ("", "Re:"), ("Aw: x", "Aw: x")],
)
def test_the_subject_of_an_answer(subject: str, answer: str) -> None:
    assert answered_subject(subject) == answer
