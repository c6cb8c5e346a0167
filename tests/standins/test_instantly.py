"""Instantly's contract, traps included."""

from typing import Any

import httpx2
import pytest

from sandbox.standins.instantly.time_zones import TIME_ZONES
from sandbox.story.outcomes import card
from sandbox.story.prospects import people
from tests.standins.conftest import Hook, Vendor, until

ACCOUNT = "lea.martin@try-sales-machine.example"


class Client:
    """Instantly with a key."""

    def __init__(self, vendor: Vendor) -> None:
        self.vendor = vendor

    def __call__(self, method: str, path: str, **more: Any) -> httpx2.Response:
        return self.vendor.call(method, f"/api/v2{path}", headers={"Authorization": "Bearer key"}, **more)

    def campaign(self, zone: str = "Europe/Belgrade", *, active: bool = True) -> str:
        answer = self("POST", "/campaigns", json=campaign_body(zone))
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == 0
        campaign_id: str = answer.json()["id"]
        if active:
            assert self("POST", f"/campaigns/{campaign_id}/activate").json()["status"] == 1
        return campaign_id

    def lead(self, campaign: str, email: str, **more: Any) -> Any:
        variables = {"subject": "Une idée", "body": "Bonjour,<br/>une idée pour votre équipe et vous."}
        body = {"campaign": campaign, "email": email, "custom_variables": variables}
        answer = self("POST", "/leads", json=body | more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mails(self, **query: Any) -> list[dict[str, Any]]:
        mails: list[dict[str, Any]] = self("GET", "/emails", params=query).json()["items"]
        return mails


def campaign_body(zone: str) -> dict[str, Any]:
    schedule = {"name": "s", "timing": {"from": "09:00", "to": "17:00"}, "days": {"1": True}, "timezone": zone}
    variants = [{"subject": "{{subject}}", "body": "{{body}}"}]
    steps = [{"type": "email", "delay": 0, "variants": variants}]
    return {
        "name": "Démo",
        "campaign_schedule": {"schedules": [schedule]},
        "sequences": [{"steps": steps}],
        "email_list": [ACCOUNT],
    }


@pytest.fixture
def instantly(vendors: dict[str, Vendor]) -> Client:
    limits = {"second": 10_000, "minute": 100_000, "emails": 10_000}
    vendors["instantly"].control("configure", limits=limits, liveliness=1.0, duplicate_share=0)
    return Client(vendors["instantly"])


def someone(fate: str, step: int = 1) -> str:
    return next(
        person.email
        for person in people(1)
        if person.email and (dealt := card(1, person.email)).fate == fate and dealt.step == step
    )


class TestCampaigns:
    @pytest.mark.parametrize("zone", ["Europe/Paris", "Europe/London", "America/New_York", "UTC"])
    def test_the_time_zone_is_an_enum_without_the_obvious_ones(self, instantly: Client, zone: str) -> None:
        answer = instantly("POST", "/campaigns", json=campaign_body(zone))
        assert answer.status_code == 400
        assert set(answer.json()) == {"statusCode", "error", "message"}
        assert len(TIME_ZONES) == 102

    def test_nothing_is_sent_before_activation(self, instantly: Client) -> None:
        campaign = instantly.campaign(active=False)
        instantly.lead(campaign, "a@b.example")
        assert instantly("GET", f"/campaigns/{campaign}/sending-status").json()["is_sending"] is False
        assert instantly.vendor.effects("email_sent") == []
        instantly("POST", f"/campaigns/{campaign}/activate")
        until(lambda: instantly.vendor.effects("email_sent"))

    def test_a_pause_stops(self, instantly: Client) -> None:
        campaign = instantly.campaign()
        assert instantly("POST", f"/campaigns/{campaign}/pause").json()["status"] == 2

    @pytest.mark.parametrize("key", ["", "Bearer invalid", "Basic key"])
    def test_a_wrong_key_is_refused(self, instantly: Client, key: str) -> None:
        answer = instantly.vendor.call("GET", "/api/v2/campaigns", headers={"Authorization": key})
        assert (answer.status_code, answer.json()["statusCode"]) == (401, 401)

    def test_another_key_is_another_workspace(self, instantly: Client, hook: Hook) -> None:
        campaign = instantly.campaign()
        other = {"Authorization": "Bearer other-key"}
        assert instantly.vendor.call("GET", f"/api/v2/campaigns/{campaign}", headers=other).status_code == 404
        body = {"target_hook_url": hook.url}
        assert instantly.vendor.call("POST", "/api/v2/webhooks", json=body, headers=other).status_code == 200
        instantly.lead(campaign, "a@b.example")
        until(lambda: instantly.vendor.effects("event_email_sent"))
        assert instantly.vendor.call("GET", "/api/v2/emails", headers=other).json() == {"items": []}
        assert hook.received == []


class TestLeads:
    def test_a_lead_is_mailed_with_its_own_subject_and_body(self, instantly: Client) -> None:
        instantly.lead(instantly.campaign(), "A@B.example")
        (sent,) = until(lambda: instantly.vendor.effects("email_sent"))
        assert sent["record"]["subject"] == "Une idée"
        assert sent["record"]["body"]["text"] == "Bonjour,\nune idée pour votre équipe et vous."
        assert sent["lead_email"] == "a@b.example"

    def test_skipping_makes_a_repeated_lead_harmless_and_its_absence_doubles_the_mail(self, instantly: Client) -> None:
        campaign = instantly.campaign()
        first = instantly.lead(campaign, "a@b.example", skip_if_in_campaign=True)
        again = instantly.lead(campaign, "A@b.example", skip_if_in_campaign=True)
        assert again["id"] == first["id"]
        instantly.lead(campaign, "a@b.example")
        sent = until(lambda: len(found := instantly.vendor.effects("email_sent")) >= 2 and found)
        assert sent[0]["key"] == sent[1]["key"]

    def test_an_upload_succeeds_without_uploading(self, instantly: Client) -> None:
        campaign = instantly.campaign()
        instantly("POST", "/block-lists-entries", json={"bl_value": "blocked.example"})
        leads = [
            {"email": "x@blocked.example"},
            {"email": "nonsense"},
            {"email": "a@b.example"},
            {"email": "A@b.example"},
        ]
        body = {"campaign_id": campaign, "leads": leads}
        report = instantly("POST", "/leads/add", json=body).json()
        assert report["total_sent"] == 4
        assert report["leads_uploaded"] == 1
        assert (report["in_blocklist"], report["invalid_email_count"], report["duplicate_email_count"]) == (1, 1, 1)
        assert [lead["index"] for lead in report["created_leads"]] == [2]
        instantly.vendor.behave("lie", "POST /api/v2/leads/add", times=1)
        lied = instantly("POST", "/leads/add", json=body)
        assert (lied.status_code, lied.json()["leads_uploaded"]) == (200, 0)

    @pytest.mark.parametrize("body", [{"leads": []}, {"campaign_id": "a", "list_id": "b", "leads": [{}]}])
    def test_a_wrong_upload_is_refused(self, instantly: Client, body: dict[str, Any]) -> None:
        assert instantly("POST", "/leads/add", json=body).status_code == 400

    def test_interest_is_set_in_a_background_job(self, instantly: Client) -> None:
        lead = instantly.lead(instantly.campaign(), "a@b.example")
        answer = instantly(
            "POST", "/leads/update-interest-status", json={"lead_email": "a@b.example", "interest_value": 2}
        )
        assert answer.status_code == 202
        job = answer.json()["job_id"]
        until(lambda: instantly("GET", f"/background-jobs/{job}").json()["status"] == "success")
        assert instantly("GET", f"/leads/{lead['id']}").json()["lt_interest_status"] == 2

    def test_pages_carry_a_cursor_even_when_they_are_the_last(self, instantly: Client) -> None:
        campaign = instantly.campaign(active=False)
        for number in range(3):
            instantly.lead(campaign, f"p{number}@b.example")
        page = instantly("POST", "/leads/list", json={"campaign": campaign, "limit": 100}).json()
        assert len(page["items"]) == 3
        after = {"campaign": campaign, "limit": 100, "starting_after": page["next_starting_after"]}
        assert instantly("POST", "/leads/list", json=after).json() == {"items": []}
        assert instantly("POST", "/leads/list", json={"limit": 101}).status_code == 400

    def test_an_address_that_will_bounce_is_invalid(self, instantly: Client) -> None:
        email = someone("bounce")
        assert (
            instantly("POST", "/email-verification", json={"email": email}).json()["verification_status"] == "pending"
        )
        assert instantly("GET", f"/email-verification/{email}").json()["verification_status"] == "invalid"


class TestEmails:
    def test_a_reply_stays_in_the_thread_and_twice_is_two_mails(self, instantly: Client) -> None:
        instantly.lead(instantly.campaign(), "nobody@b.example")
        (first,) = until(lambda: instantly.mails(lead="nobody@b.example"))
        body = {
            "eaccount": ACCOUNT,
            "reply_to_uuid": first["id"],
            "subject": "Re: Une idée",
            "body": {"html": "Encore"},
        }
        answers = [instantly("POST", "/emails/reply", json=body).json() for _ in range(2)]
        assert {answer["thread_id"] for answer in answers} == {first["thread_id"]}
        assert [answer["ue_type"] for answer in answers] == [3, 3]
        sent = instantly.vendor.effects("email_sent")
        assert sent[1]["key"] == sent[2]["key"] != sent[0]["key"]
        assert len(instantly.mails(lead="nobody@b.example", email_type="sent")) == 3

    @pytest.mark.parametrize(
        ("change", "status"),
        [
            ({"reply_to_uuid": "unknown"}, 404),
            ({"eaccount": "stranger@b.example"}, 404),
            ({"subject": ""}, 400),
            ({"body": {}}, 400),
        ],
    )
    def test_a_wrong_reply_is_refused(self, instantly: Client, change: dict[str, Any], status: int) -> None:
        instantly.lead(instantly.campaign(), "nobody@b.example")
        (first,) = until(lambda: instantly.mails(lead="nobody@b.example"))
        body = {"eaccount": ACCOUNT, "reply_to_uuid": first["id"], "subject": "Re", "body": {"html": "x"}} | change
        assert instantly("POST", "/emails/reply", json=body).status_code == status

    def test_twenty_reads_a_minute(self, instantly: Client) -> None:
        instantly.vendor.control("configure", limits={"emails": 20})
        statuses = [instantly("GET", "/emails").status_code for _ in range(21)]
        assert statuses == [200] * 20 + [429]

    def test_a_hundred_calls_a_second(self, instantly: Client) -> None:
        instantly.vendor.control("configure", limits={"second": 5})
        answers = [instantly("GET", "/accounts") for _ in range(6)]
        assert answers[-1].status_code == 429
        assert not [name for name in answers[-1].headers if "limit" in name or name == "retry-after"]


class TestWebhooks:
    def test_the_body_is_closed(self, instantly: Client) -> None:
        refused = instantly("POST", "/webhooks", json={"target_hook_url": "http://a.example", "secret": "x"})
        assert refused.status_code == 400
        assert "additional properties" in refused.json()["message"]
        body = {"target_hook_url": "http://a.example", "event_type": "link_clicked"}
        assert instantly("POST", "/webhooks", json=body).status_code == 400

    def test_events_carry_the_subscribers_headers_and_one_can_reply_to_their_email_id(
        self, instantly: Client, hook: Hook
    ) -> None:
        body = {"target_hook_url": hook.url, "event_type": "all_events", "headers": {"X-Webhook-Secret": "s3"}}
        instantly("POST", "/webhooks", json=body)
        email = someone("interested")
        instantly.lead(instantly.campaign(), email)
        (reply,) = until(lambda: hook.bodies(event_type="reply_received"))
        assert reply["lead_email"] == email
        assert reply["step"] == 1
        assert reply["is_first"] is True
        answer = {"eaccount": ACCOUNT, "reply_to_uuid": reply["email_id"], "subject": "Re", "body": {"text": "Merci"}}
        assert instantly("POST", "/emails/reply", json=answer).status_code == 200
        assert {headers["x-webhook-secret"] for headers, _ in hook.received} == {"s3"}
        assert hook.bodies()[0]["event_type"] == "email_sent"

    def test_a_webhook_that_keeps_failing_is_switched_off_and_its_events_are_kept(
        self, instantly: Client, hook: Hook
    ) -> None:
        hook.status = 500
        webhook = instantly("POST", "/webhooks", json={"target_hook_url": hook.url, "event_type": "email_sent"}).json()
        instantly.vendor.control("configure", retry_delays_s=[0.02, 0.02, 0.02])
        instantly.lead(instantly.campaign(), "nobody@b.example")
        until(lambda: instantly("GET", f"/webhooks/{webhook['id']}").json()["status"] == -1)
        assert len(hook.received) == 4
        (event,) = instantly("GET", "/webhook-events", params={"success": "false"}).json()["items"]
        assert (event["status_code"], event["retry_count"], event["will_retry"]) == (500, 3, False)
        assert event["payload"]["lead_email"] == "nobody@b.example"
        hook.status = 200
        instantly("POST", f"/webhooks/{webhook['id']}/resume")
        instantly.lead(instantly.campaign(), "other@b.example")
        until(lambda: hook.bodies(lead_email="other@b.example"))
        assert len(hook.bodies(lead_email="nobody@b.example")) == 4
        until(lambda: instantly("GET", "/webhook-events/summary").json()["success_count"] == 1)
        assert instantly("GET", "/webhook-events/summary").json()["error_count"] == 1

    def test_clicks_and_automatic_replies_come_under_names_nobody_can_subscribe_to(
        self, instantly: Client, hook: Hook
    ) -> None:
        types = {one["id"] for one in instantly("GET", "/webhooks/event-types").json()["event_types"]}
        assert not {"link_clicked", "auto_reply_received"} & types
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url})
        campaign = instantly.campaign()
        away = [person.email for person in people(1) if person.email and card(1, person.email).fate == "out_of_office"]
        for email in away[:8]:
            instantly.lead(campaign, email)
        until(lambda: len([one for one in hook.bodies() if "reply" in one["event_type"]]) == 8)
        assert hook.bodies(event_type="auto_reply_received")
