"""Claim → read → report: what leaves without a person, and what never does."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from tests.api_gateway.factories import Db, insert
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import WORKFLOW
from tests.api_gateway.webhooks.vendors import START, Sequence, make_sequence

pytestmark = [pytest.mark.anyio, pytest.mark.database]

LINK = "https://cal.example/lea/intro?metadata%5Benrollment%5D={enrollment}"


def make_reply(someone: Sequence, text: str = "Oui, avec plaisir.", **columns: Any) -> UUID:
    conversation = insert(
        someone.db, "conversations", organization_id=someone.tenant.id, enrollment_id=someone.enrollment,
        campaign_id=someone.campaign, prospect_id=someone.prospect,
    )  # fmt: skip
    someone.db.execute("update public.enrollments set status = 'replied' where id = %s", [someone.enrollment])
    return insert(
        someone.db, "replies", organization_id=someone.tenant.id, conversation_id=conversation,
        enrollment_id=someone.enrollment, campaign_id=someone.campaign, prospect_id=someone.prospect,
        from_address=someone.email, subject="Re: Votre équipe", body_text=text, body_stripped=text,
        provider_message_id=f"reply-{uuid4()}", received_at=START, **columns,
    )  # fmt: skip


def reading(intent: str = "meeting_request", action: str = "send_booking_link", **more: Any) -> dict[str, Any]:
    """An answer of ai_service, whole."""
    return {
        "intent": intent, "sentiment": "positive", "confidence": 0.95, "language": "fr", "action": action,
        "hold_until": None, "draft": {"subject": "Re: Votre équipe", "body": "Merci ! Voici mon agenda."},
        "bant_facts": [], "reasons": ["asks for a meeting"], "escalations": [], "source": "anthropic",
        "model": "claude", "prompt_version": "1", "cached": False, "usage": {}, "latency_ms": 5,
        "fallback_reason": None, **more,
    }  # fmt: skip


class Flow:
    """What the workflow Handle replies does, without n8n."""

    def __init__(self, client: httpx2.AsyncClient) -> None:
        self.client = client

    async def call(self, route: str, **body: Any) -> httpx2.Response:
        return await self.client.post(f"/internal/v1/replies/{route}", json=body, headers=WORKFLOW)

    async def claim(self, reply: UUID) -> dict[str, Any]:
        answer = await self.call("claim", reply_id=str(reply), limit=1)
        [item] = answer.json()["items"]
        return dict(item)

    async def report(self, reply: UUID, decision: dict[str, Any] | None, outcome: str = "succeeded") -> dict[str, Any]:
        item = await self.claim(reply)
        answer = await self.call(
            "report", reply_id=item["reply_id"], lease_token=item["lease_token"], outcome=outcome, decision=decision
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@pytest.fixture
def flow(gateway: httpx2.AsyncClient, outside: Outside) -> Flow:
    outside.answer("POST n8n.test/webhook/sm/send-due-messages")
    return Flow(gateway)


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


class TestClaiming:
    async def test_the_item_is_what_ai_service_takes(self, flow: Flow, someone: Sequence) -> None:
        item = await flow.claim(make_reply(someone))
        assert set(item) == {
            "reply_id", "lease_token", "organization_id", "reply", "thread", "prospect", "campaign", "booking_url",
            "policy", "grant",
        }  # fmt: skip
        assert item["reply"]["text"] == "Oui, avec plaisir."
        assert item["booking_url"] == LINK.format(enrollment=someone.enrollment)
        assert item["policy"] == {"confidence_threshold": pytest.approx(0.8)}
        assert [exchange["direction"] for exchange in item["thread"]] == ["out"]
        assert item["grant"] is None

    async def test_what_is_held_is_not_claimed_again(self, flow: Flow, someone: Sequence) -> None:
        reply = make_reply(someone)
        await flow.claim(reply)
        assert (await flow.call("claim", reply_id=str(reply), limit=1)).json() == {"items": []}

    async def test_what_rules_settled_never_appears(self, flow: Flow, someone: Sequence) -> None:
        reply = make_reply(someone, status="decided")
        assert (await flow.call("claim", reply_id=str(reply), limit=1)).json() == {"items": []}


class TestAnsweringAlone:
    async def test_a_booking_link_that_leads_back_here_goes_through_the_ledger(
        self, flow: Flow, someone: Sequence, outside: Outside
    ) -> None:
        reply = make_reply(someone)
        assert (await flow.report(reply, reading()))["action"] == "sent_booking_link"
        message = someone.row("messages", reply_id=reply)
        assert (message["kind"], message["status"]) == ("reply", "approved")
        assert LINK.format(enrollment=someone.enrollment) in message["body"]
        intent = someone.row("send_intents", message_id=message["id"])
        assert (intent["step_key"], intent["status"]) == (f"reply:{reply}", "planned")
        assert someone.row("reply_decisions")["action_taken"] == "sent_booking_link"
        assert someone.row("replies")["status"] == "decided"
        assert someone.status == "replied"

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            ({"confidence": 0.79}, "confidence"),
            ({"intent": "question"}, "question"),
            ({"intent": "objection"}, "objection"),
            ({"action": "human_review"}, "person"),
            ({"draft": None}, "no draft"),
            ({"draft": {"subject": "", "body": "Voir https://evil.example/x"}}, "link"),
            ({"draft": {"subject": "", "body": "Voir www.evil.example"}}, "link"),
            ({"draft": {"subject": "", "body": "Bonjour {{first_name}}"}}, "filled in"),
            ({"escalations": ["legal"]}, "legal"),
        ],
    )
    async def test_anything_less_goes_to_a_person(
        self, flow: Flow, someone: Sequence, change: dict[str, Any], why: str
    ) -> None:
        reply = make_reply(someone)
        reported = await flow.report(reply, reading(**change))
        assert reported["action"] == "queued_for_review"
        item = someone.row("review_items")
        assert str(item["id"]) == reported["review_item_id"]
        assert why in " ".join(item["reasons"])
        assert not someone.rows("send_intents")

    @pytest.mark.parametrize(
        "text",
        [
            "Oui mais vous faites une remise ?",
            "Interested, but what about GDPR?",
            "Ok pour un rendez-vous. Notre RSSI a un questionnaire de sécurité.",
            "Oui. Mon avocat veut vous parler.",
        ],
    )
    async def test_a_topic_for_people_goes_to_a_person_whatever_the_model_says(
        self, flow: Flow, someone: Sequence, text: str
    ) -> None:
        reported = await flow.report(make_reply(someone, text), reading(confidence=1.0))
        assert reported["action"] == "queued_for_review"

    async def test_without_a_booking_link_a_person_answers(self, db: Db, flow: Flow) -> None:
        someone = make_sequence(db, booking_url=None)
        assert (await flow.report(make_reply(someone), reading()))["action"] == "queued_for_review"


class TestStopping:
    async def test_no_interest_ends_the_sequence(self, flow: Flow, someone: Sequence) -> None:
        reported = await flow.report(make_reply(someone, "Non merci."), reading("not_interested", "stop_sequence"))
        assert (reported["action"], someone.status) == ("stopped", "not_interested")

    async def test_an_opt_out_that_only_the_model_saw_suppresses(self, flow: Flow, someone: Sequence) -> None:
        reported = await flow.report(make_reply(someone, "Laissez-moi."), reading("unsubscribe", "suppress"))
        assert (reported["action"], someone.status) == ("suppressed", "unsubscribed")
        assert {row["reason"] for row in someone.rows("suppressions")} == {"replied_stop"}

    async def test_a_complaint_suppresses_and_is_shown_to_a_person(self, flow: Flow, someone: Sequence) -> None:
        reported = await flow.report(make_reply(someone, "C'est du harcèlement."), reading("complaint", "suppress"))
        assert (reported["action"], someone.status) == ("suppressed", "unsubscribed")
        assert someone.row("review_items")["status"] == "open"

    async def test_an_absence_only_holds(self, flow: Flow, someone: Sequence) -> None:
        reported = await flow.report(
            make_reply(someone, "Je rentre bientôt."), reading("out_of_office", "wait_until", hold_until="2020-01-01")
        )
        assert (reported["action"], someone.status) == ("held", "in_sequence")
        assert someone.row("enrollments", id=someone.enrollment)["hold_until"] is not None


class TestFailing:
    @pytest.mark.parametrize("decision", [None, {"intent": "nonsense"}, reading(confidence=3)])
    async def test_after_three_attempts_a_person_reads_it(
        self, db: Db, flow: Flow, someone: Sequence, decision: dict[str, Any] | None
    ) -> None:
        reply = make_reply(someone)
        actions = []
        for _ in range(3):
            actions.append((await flow.report(reply, decision))["action"])
            db.execute("update public.replies set lease_until = null where id = %s", [reply])
        assert actions == ["received", "received", "queued_for_review"]
        assert someone.row("review_items")["status"] == "open"

    async def test_a_lost_lease_is_409(self, db: Db, flow: Flow, someone: Sequence) -> None:
        reply = make_reply(someone)
        item = await flow.claim(reply)
        db.execute("update public.replies set lease_until = now() - interval '1 second' where id = %s", [reply])
        held = {"reply_id": str(reply), "lease_token": item["lease_token"]}
        late = await flow.call("report", **held, outcome="succeeded", decision=reading())
        assert (late.status_code, late.json()["code"]) == (409, "lease_lost")
        await flow.claim(reply)
        assert (await flow.call("report", **held, outcome="succeeded", decision=reading())).status_code == 409
        assert not someone.rows("send_intents")

    async def test_the_same_report_twice_answers_once(self, flow: Flow, someone: Sequence) -> None:
        reply = make_reply(someone)
        item = await flow.claim(reply)
        held = {"reply_id": str(reply), "lease_token": item["lease_token"]}
        answers = [
            (await flow.call("report", **held, outcome="succeeded", decision=reading())).json() for _ in range(2)
        ]
        assert answers[0] == answers[1]
        assert len(someone.rows("send_intents")) == 1
