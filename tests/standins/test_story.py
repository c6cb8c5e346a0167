"""The prospects: the same story for the same seed, lively enough to watch, quiet enough not to be stopped."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from sandbox.standins.models.reading import intent_of
from sandbox.story import outcomes, writing
from sandbox.story.prospects import people
from tests.standins.conftest import Hook, Vendor, until
from tests.standins.test_instantly import ACCOUNT, Client, instantly, someone

__all__ = ["instantly"]
ADDRESSES = [person.email for person in people(1) if person.email]
SAME_INTENT = {"legal": "complaint", "security": "question", "second_yes": "meeting_request"}


class TestOutcomes:
    def test_are_a_function_of_seed_address_and_step(self) -> None:
        forwards = [outcomes.outcome(7, email, step) for email in ADDRESSES for step in (1, 2, 3)]
        backwards = [outcomes.outcome(7, email.upper(), step) for email in reversed(ADDRESSES) for step in (3, 2, 1)]
        assert forwards == backwards[::-1]
        assert forwards != [outcomes.outcome(8, email, step) for email in ADDRESSES for step in (1, 2, 3)]

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_three_hundred_people_do_a_few_of_everything(self, seed: int) -> None:
        emails = [person.email for person in people(seed) if person.email][:300]
        fates = Counter(outcomes.card(seed, email).fate for email in emails)
        assert all(fates[kind] >= 3 for kind in set(SAME_INTENT) - {"second_yes"})
        human = sum(count for fate, count in fates.items() if fate in writing.texts()["fr"] and fate != "out_of_office")
        assert 0.2 <= human / len(emails) <= 0.32
        assert 0.015 <= fates["bounce"] / len(emails) <= 0.03
        opened = [outcomes.outcome(seed, email, 1).opened_after is not None for email in emails]
        assert 0.3 <= sum(opened) / len(opened) <= 0.48

    @pytest.mark.parametrize("seed", range(1, 8))
    def test_the_first_people_a_campaign_would_pick_show_the_main_kinds_and_none_bounces(self, seed: int) -> None:
        picked = [one for one in people(seed) if one.email and one.seniority in {"chief", "director"}]
        promising = [str(one.email) for one in picked if one.company.size > 10 and one.posts >= 2]
        fates = Counter(outcomes.card(seed, email).fate for email in promising[:26])
        kinds = {"interested", "meeting_request", "objection", "not_interested", "unsubscribe", "out_of_office"}
        assert kinds <= set(fates)
        assert fates["bounce"] == 0
        bookings = {
            outcomes.booking(seed, email) for email in promising[:26] if outcomes.card(seed, email) != outcomes.Card()
        }
        assert {"keeps", "moves", "cancels"} <= bookings

    def test_strangers_draw_from_the_same_deck(self) -> None:
        fates = Counter(outcomes.card(1, f"person{number}@elsewhere.example").fate for number in range(2000))
        assert 0.01 < fates["bounce"] / 2000 < 0.04
        assert 0.5 < fates["silence"] / 2000 < 0.75

    def test_a_quieter_world_answers_less(self) -> None:
        loud = sum(outcomes.outcome(1, email, 1).reply is not None for email in ADDRESSES)
        quiet = sum(outcomes.outcome(1, email, 1, liveliness=0.2).reply is not None for email in ADDRESSES)
        assert quiet < loud / 2


class TestTexts:
    def test_there_are_enough_of_them_all_different(self) -> None:
        every = [[text for texts in kinds.values() for text in texts] for kinds in writing.texts().values()]
        assert all(len(set(texts)) == len(texts) for texts in every)
        assert len(set().union(*every)) >= 120

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_say_what_they_mean(self, language: str) -> None:
        for kind, texts in writing.texts()[language].items():
            for text in texts:
                filled = text.format(
                    first="Anna",
                    last="Roy",
                    company="Brenacq SAS",
                    other="Léa Roy",
                    other_email="lea.roy@brenacq.example",
                    sender="Hugo",
                    date="30 novembre 2026",
                )
                assert intent_of(filled)[0] == SAME_INTENT.get(kind, kind), filled

    def test_quote_the_mail_and_sign_at_times(self) -> None:
        mail = writing.Mail("lea@x.example", "Une idée", "Bonjour,\nune idée pour vous.", writing_day())
        answers = [
            writing.answer(1, writing.writer(1, email, {}), "interested", mail, 1).text for email in ADDRESSES[:100]
        ]
        quoted = [text for text in answers if "une idée pour vous." in text]
        assert 30 < len(quoted) < 95
        assert any("Envoyé de mon iPhone" in text for text in answers)
        assert any("-----Message d'origine-----" in text for text in answers)
        assert len(set(answers)) > 85

    def test_an_absence_names_a_day_to_come(self) -> None:
        mail = writing.Mail("lea@x.example", "Une idée", "Bonjour à vous et votre équipe", writing_day())
        email = someone("out_of_office")
        answer = writing.answer(1, writing.writer(1, email, {}), "out_of_office", mail, 1)
        assert answer.automatic
        assert answer == writing.answer(1, writing.writer(1, email, {}), "out_of_office", mail, 1)


def writing_day() -> datetime:
    return datetime(2026, 11, 20, 10, tzinfo=UTC)


class TestOnTheWire:
    def test_fifty_prospects_live_through_a_campaign(self, instantly: Client, hook: Hook) -> None:
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url})
        campaign = instantly.campaign()
        emails = ADDRESSES[:50]
        for email in emails:
            instantly.lead(campaign, email, skip_if_in_campaign=True)
        expected = [outcomes.outcome(1, email, 1) for email in emails]
        replies = sum(one.reply is not None for one in expected)
        until(lambda: sum("reply" in one["event_type"] for one in hook.bodies()) == replies)
        until(
            lambda: len(hook.bodies(event_type="email_opened")) == sum(one.opened_after is not None for one in expected)
        )
        assert len(hook.bodies(event_type="email_bounced")) == sum(one.bounced_after is not None for one in expected)
        sent = Counter(line["lead_email"] for line in instantly.vendor.effects("email_sent"))
        assert sent == Counter(emails)
        bounced = [email for email, one in zip(emails, expected, strict=True) if one.bounced_after is not None]
        for email in bounced:
            (lead,) = instantly("POST", "/leads/list", json={"contacts": [email]}).json()["items"]
            assert lead["status"] == -1

    def test_somebody_interested_who_gets_a_booking_link_books(
        self, instantly: Client, vendors: dict[str, Vendor], hook: Hook
    ) -> None:
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url, "event_type": "reply_received"})
        email = someone("meeting_request")
        instantly.lead(instantly.campaign(), email)
        (reply,) = until(lambda: hook.bodies(lead_email=email))
        link = f"{vendors['calcom'].url}/lea/intro-30?metadata[enrollment]=e1"
        body = {
            "eaccount": ACCOUNT,
            "reply_to_uuid": reply["email_id"],
            "subject": "Re",
            "body": {"html": f"Voici : {link}"},
        }
        instantly("POST", "/emails/reply", json=body)
        (booked,) = until(lambda: vendors["calcom"].effects("booking_created"))
        assert booked["record"]["attendees"][0]["email"] == email
        assert booked["record"]["metadata"] == {"enrollment": "e1"}

    def test_somebody_silent_who_gets_a_booking_link_does_not(
        self, instantly: Client, vendors: dict[str, Vendor]
    ) -> None:
        email = someone("not_interested")
        instantly.lead(instantly.campaign(), email)
        (received,) = until(lambda: instantly.mails(lead=email, email_type="received"))
        link = f"{vendors['calcom'].url}/lea/intro-30"
        body = {"eaccount": ACCOUNT, "reply_to_uuid": received["id"], "subject": "Re", "body": {"html": link}}
        instantly("POST", "/emails/reply", json=body)
        quiet = someone("silence")
        instantly.lead(instantly.campaign(), quiet)
        until(lambda: instantly.mails(lead=quiet))
        assert vendors["calcom"].effects("booking_created") == []

    def test_a_follow_up_is_the_second_step(self, instantly: Client, hook: Hook) -> None:
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url, "event_type": "reply_received"})
        email = someone("not_interested", step=2)
        instantly.lead(instantly.campaign(), email)
        (first,) = until(lambda: instantly.mails(lead=email))
        body = {"eaccount": ACCOUNT, "reply_to_uuid": first["id"], "subject": "Re", "body": {"text": "Une relance"}}
        instantly("POST", "/emails/reply", json=body)
        (reply,) = until(lambda: hook.bodies(lead_email=email))
        assert reply["step"] == 2

    def test_a_mail_that_answers_a_question_may_bring_a_yes(self, instantly: Client, hook: Hook) -> None:
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url, "event_type": "reply_received"})
        asks = (
            email for email in ADDRESSES if (dealt := outcomes.card(1, email)).fate == "question" and dealt.second_yes
        )
        email = next(asks)
        instantly.lead(instantly.campaign(), email)
        (question,) = until(lambda: hook.bodies(lead_email=email))
        body = {"eaccount": ACCOUNT, "reply_to_uuid": question["email_id"], "subject": "Re", "body": {"text": "Oui."}}
        instantly("POST", "/emails/reply", json=body)
        until(lambda: len(hook.bodies(lead_email=email)) == 2)

    def test_a_duplicating_vendor_delivers_twice(self, instantly: Client, hook: Hook) -> None:
        instantly.vendor.control("configure", duplicate_share=1.0)
        instantly("POST", "/webhooks", json={"target_hook_url": hook.url, "event_type": "email_sent"})
        instantly.lead(instantly.campaign(), "nobody@b.example")
        until(lambda: len(hook.received) == 2)
        assert hook.received[0][1] == hook.received[1][1]
