"""The review queue: who sees it, who holds an item, and what becomes of the draft."""

from typing import Any
from uuid import UUID

import httpx2
import pytest
from psycopg.types.json import Jsonb

from tests.api_gateway.factories import Db, add_member, insert, make_someone
from tests.api_gateway.outside import Outside
from tests.api_gateway.people import Someone
from tests.api_gateway.replies.test_handling import make_reply
from tests.api_gateway.webhooks.vendors import Sequence, make_sequence

pytestmark = [pytest.mark.anyio, pytest.mark.database]
BASE = "/api/v1/review-items"


@pytest.fixture
def someone(db: Db) -> Sequence:
    return make_sequence(db)


@pytest.fixture(autouse=True)
def n8n(outside: Outside) -> None:
    outside.answer("POST n8n.test/webhook/sm/send-due-messages")


def make_item(someone: Sequence, **columns: Any) -> UUID:
    reply = make_reply(someone, "Avez-vous des références ?", status="queued_for_review")
    return insert(
        someone.db, "review_items", organization_id=someone.tenant.id, reply_id=reply, enrollment_id=someone.enrollment,
        campaign_id=someone.campaign, prospect_id=someone.prospect, intent="question", confidence=0.7,
        reasons=Jsonb(["intent question is answered by a person"]), draft_subject="Re: Votre équipe",
        draft_body="Bonjour Jeanne,\nOui.", **columns,
    )  # fmt: skip


class Caller:
    def __init__(self, client: httpx2.AsyncClient, who: Someone | None) -> None:
        self.client, self.headers = client, who.headers if who else {}

    async def get(self, path: str = "") -> httpx2.Response:
        return await self.client.get(f"{BASE}{path}", headers=self.headers)

    async def post(self, path: str, body: Any = None) -> httpx2.Response:
        return await self.client.post(f"{BASE}{path}", json=body, headers=self.headers)

    async def patch(self, path: str, body: Any) -> httpx2.Response:
        return await self.client.patch(f"{BASE}{path}", json=body, headers=self.headers)


async def every_route(caller: Caller, item: UUID) -> list[httpx2.Response]:
    return [
        await caller.get(f"/{item}"), await caller.post(f"/{item}/claim"), await caller.post(f"/{item}/release"),
        await caller.patch(f"/{item}", {"body": "x"}), await caller.post(f"/{item}/approve"),
        await caller.post(f"/{item}/reject", {}),
    ]  # fmt: skip


class TestWalls:
    async def test_anonymous_is_401(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        caller = Caller(gateway, None)
        answers = [await caller.get(), *await every_route(caller, make_item(someone))]
        assert {answer.status_code for answer in answers} == {401}

    async def test_the_other_organization_is_404(self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        caller = Caller(gateway, make_sequence(db).tenant.owner)
        item = make_item(someone)
        assert {answer.status_code for answer in await every_route(caller, item)} == {404}
        assert (await caller.get()).json()["items"] == []
        assert someone.row("review_items")["status"] == "open"

    async def test_a_viewer_looks_and_touches_nothing(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        caller = Caller(gateway, someone.tenant.viewer)
        answers = await every_route(caller, make_item(someone))
        assert [answer.status_code for answer in answers] == [200, 403, 403, 403, 403, 403]


class TestReading:
    async def test_an_item_shows_thread_draft_reasons_and_age(
        self, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        item = make_item(someone)
        shown = (await Caller(gateway, someone.tenant.member).get(f"/{item}")).json()
        assert [entry["direction"] for entry in shown["thread"]] == ["out", "in", "out"]
        assert (shown["prospect_name"], shown["intent"], shown["reply_text"]) == (
            "Jeanne Durand", "question", "Avez-vous des références ?",
        )  # fmt: skip
        assert shown["age_seconds"] > 0
        assert shown["reasons"] == ["intent question is answered by a person"]

    async def test_the_list_is_oldest_first_and_pages(self, gateway: httpx2.AsyncClient, db: Db) -> None:
        first = make_sequence(db)
        ids = [str(make_item(one)) for one in (first, make_sequence(db, first.tenant), make_sequence(db, first.tenant))]
        caller = Caller(gateway, first.tenant.member)
        page = (await caller.get("?limit=2")).json()
        rest = (await caller.get(f"?limit=2&cursor={page['next_cursor']}")).json()
        assert [item["id"] for item in page["items"] + rest["items"]] == ids
        assert rest["next_cursor"] is None


class TestHolding:
    async def test_others_see_who_holds_it_and_cannot_take_it(
        self, db: Db, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        item, colleague = make_item(someone), make_someone(db)
        add_member(db, someone.tenant.id, colleague, "member")
        mine, theirs = Caller(gateway, someone.tenant.member), Caller(gateway, colleague)
        assert (await mine.post(f"/{item}/claim")).json()["claimed_by_name"] == someone.tenant.member.email
        assert (await theirs.post(f"/{item}/claim")).json()["code"] == "review_item_held"
        assert (await theirs.post(f"/{item}/approve")).status_code == 409
        assert (await mine.post(f"/{item}/release")).json()["claimed_by"] is None
        assert (await theirs.post(f"/{item}/claim")).status_code == 200

    async def test_an_administrator_may_release_anybodys(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        item = make_item(someone)
        await Caller(gateway, someone.tenant.member).post(f"/{item}/claim")
        assert (await Caller(gateway, someone.tenant.admin).post(f"/{item}/release")).json()["claimed_by"] is None


class TestSettling:
    async def test_an_edited_draft_is_sent_and_the_difference_kept(
        self, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        item = make_item(someone)
        caller = Caller(gateway, someone.tenant.member)
        edited = (await caller.patch(f"/{item}", {"body": "Bonjour Jeanne,\nOui, trois."})).json()
        assert "-Oui." in edited["edit_diff"]
        assert "+Oui, trois." in edited["edit_diff"]
        assert (await caller.post(f"/{item}/approve")).json()["status"] == "approved"
        message = someone.row("messages", kind="reply")
        assert (message["body"], message["source"], message["approved_by"]) == (
            "Bonjour Jeanne,\nOui, trois.", "human", someone.tenant.member.user_id,
        )  # fmt: skip
        assert someone.row("send_intents")["status"] == "planned"
        assert someone.row("replies")["status"] == "closed"
        assert (await caller.post(f"/{item}/approve")).json()["code"] == "review_item_closed"

    async def test_a_place_that_was_never_filled_in_is_not_sent(
        self, gateway: httpx2.AsyncClient, someone: Sequence
    ) -> None:
        item = make_item(someone)
        answer = await Caller(gateway, someone.tenant.member).post(
            f"/{item}/approve", {"body": "Bonjour {{first_name}},"}
        )
        assert answer.json()["code"] == "answer_incomplete"
        assert not someone.rows("send_intents")

    async def test_a_rejected_item_may_stop_the_sequence(self, gateway: httpx2.AsyncClient, someone: Sequence) -> None:
        item = make_item(someone)
        answer = await Caller(gateway, someone.tenant.member).post(
            f"/{item}/reject", {"note": "Déjà client.", "stop_sequence": True}
        )
        assert answer.json()["status"] == "rejected"
        assert someone.status == "not_interested"
        assert someone.row("replies")["status"] == "closed"
