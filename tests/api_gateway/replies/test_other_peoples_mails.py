"""Mails as programs and people really write them: answers between quotes, stale absences, reports full of numbers."""

import time
from datetime import date

import pytest

from api_gateway.replies.filter import Acknowledgement, DeliveryFailure, OutOfOffice, Unsubscribe, Verdict, judge
from api_gateway.replies.parse import own_words

MONDAY = date(2026, 11, 2)
OURS = "> Bonjour Jeanne,\n> Quel est votre budget ?\n> Répondez STOP pour ne plus recevoir nos messages.\n"
GMAIL = "Le lun. 2 nov. 2026 à 10:00, Léa <lea@x.example> a écrit :\n"


def verdict(
    text: str, markup: str = "", *, subject: str = "Re: x", on: date = MONDAY, **headers: str
) -> Verdict | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    words = own_words(text, markup)
    return judge(subject=subject, words=words, text=text, headers=named, is_automatic=False, received_on=on)


def absent_until(text: str, *, on: date = MONDAY, subject: str = "Réponse automatique : x") -> date | None:
    found = verdict(text, subject=subject, on=on)
    assert isinstance(found, OutOfOffice)
    return found.until if found.names_date else None


class TestAnswersBelowAndBetweenQuotes:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (f"{GMAIL}{OURS}\nOui, mardi ?", "Oui, mardi ?"),
            (f"Bonjour Léa,\n\n{GMAIL}{OURS}\n10 k€ environ.\n\n> Quand ?\n\nEn mars.",
             "Bonjour Léa,\n\n10 k€ environ.\n\nEn mars."),
            (f"Mes réponses ci-dessous.\n\nCordialement,\nJeanne\n\n{GMAIL}{OURS}10 k€\n> Quand ?\nMardi",
             "Mes réponses ci-dessous.\n\n10 k€\n\nMardi"),
            ("On Mon, 2 Nov 2026, Lea wrote:\n> Hi\n\nSounds good.\n\n-- \nJane Doe\nCEO", "Sounds good."),
            (("Yes\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n________________________________\nFrom: Lea\n"
             "Sent: Monday\nTo: Jane\n\nHello"), "Yes"),
        ],
    )  # fmt: skip
    def test_are_kept(self, text: str, words: str) -> None:
        assert own_words(text) == words

    def test_in_html_too(self) -> None:
        markup = (
            '<div>Bonjour</div><div class="gmail_quote"><div>Le 2 nov. 2026, Léa &lt;l@x&gt; a écrit :<br></div>'
            "<blockquote><p>Budget ?</p></blockquote><div>10 k€</div><blockquote>Quand ?</blockquote>Mardi</div>"
        )
        assert own_words("", markup) == "Bonjour\n\n10 k€\n\nMardi"

    @pytest.mark.parametrize(
        "text",
        [
            f"{GMAIL}{OURS}\nMerci de me retirer de votre liste.",
            "Oui.\n\nCordialement,\nJeanne\n\nPS : merci de ne plus m'écrire à cette adresse",
            f"Bonjour,\n\n{GMAIL}{OURS}STOP\n",
        ],
    )
    def test_a_stop_there_is_heard(self, text: str) -> None:
        assert isinstance(verdict(text), Unsubscribe)

    @pytest.mark.parametrize(
        "text",
        [
            f"{GMAIL}{OURS}",
            "> STOP\n> Merci de me retirer de votre liste.",
            "-----Message d'origine-----\nDe : Léa\nEnvoyé : lundi\n\nSTOP\nMerci de me retirer de votre liste.",
            "---------- Forwarded message ---------\nDe : Léa\nDate: lundi\n\nMerci de me retirer de votre liste.",
            (
                f"Oui merci.\n\n{GMAIL}> {'Une ligne plus large que ne le permet le courrier, ' * 2}\n"
                "Merci de me retirer de votre liste\n> fin"
            ),
        ],
    )
    def test_a_stop_that_is_ours_is_not(self, text: str) -> None:
        assert verdict(text) is None

    def test_a_hostile_mail_takes_no_time(self) -> None:
        began = time.process_time()
        for text in ("Le x" * 20_000, "Le x\n" * 9_000, "<blockquote>" * 9_000, "_" * 40_000, "PS : x\n" * 900):
            own_words(text, text)
        assert time.process_time() - began < 5


class TestAbsences:
    @pytest.mark.parametrize(
        ("text", "until"),
        [
            ("I'm out until Monday.", date(2026, 11, 10)),
            ("De retour mercredi.", date(2026, 11, 5)),
            ("Back tomorrow", date(2026, 11, 4)),
            ("Out until the 9th.", date(2026, 11, 10)),
            ("Away November 2-6, 2026", date(2026, 11, 9)),
            ("Absent jusqu'au 6-11-2026", date(2026, 11, 9)),
            ("Absente du 2 au 6 novembre. Notre salon a lieu le 15 mars.", date(2026, 11, 9)),
            ("Absent jusqu'au 6 novembre.\nTél : 06.11.22.03.04", date(2026, 11, 9)),
            ("De retour le 9 novembre 2026, ouvert de 9.00 à 12.30", date(2026, 11, 10)),
            ("I am out of the office and back on 11/09/2026.", date(2026, 11, 10)),
            ("Je suis absent. Urgences : 01.42.68.03.04", None),
            ("Absent jusqu'au 30 octobre.", None),
            ("On leave. Version 2.11 of our terms applies.", None),
        ],
    )
    def test_end_on_the_day_that_is_called_their_end(self, text: str, until: date | None) -> None:
        assert absent_until(text) == until

    def test_the_year_may_turn_in_between(self) -> None:
        assert absent_until("Absent du 23/12 au 04/01", on=date(2026, 12, 24)) == date(2027, 1, 5)
        assert absent_until("Absent jusqu'au 31 décembre", on=date(2027, 1, 4)) is None

    def test_the_subject_may_name_the_day(self) -> None:
        assert absent_until("Merci.", subject="Absence jusqu'au 13 novembre") == date(2026, 11, 16)
        assert absent_until("Merci.", subject="Réponse automatique : Salon du 3 décembre") is None


class TestReports:
    def test_an_address_is_no_status(self) -> None:
        report = "host mx.example (5.39.12.7) said: 451 4.7.1 Greylisted"
        found = verdict(report, subject="Delivery Status Notification (Delay)")
        assert found == DeliveryFailure("4.7.1", permanent=False)

    def test_the_reports_own_line_counts_first(self) -> None:
        report = "Remote server: 5.0.0 beta\nFinal-Recipient: rfc822; x@y.example\nStatus: 4.4.1"
        assert verdict(report, subject="Undelivered Mail") == DeliveryFailure("4.4.1", permanent=False)

    def test_a_person_who_answers_a_mail_about_deliveries_is_read(self) -> None:
        assert verdict("Cela n'existe pas chez nous.", subject="Re: Échec de livraison : parlons-en") is None

    @pytest.mark.parametrize(
        ("text", "subject", "kind"),
        [
            ("Your message was relayed: 2.0.0", "Delivery Status Notification (Success)", "multipart/report"),
            ("Lu lundi.", "Lu : x", "multipart/report; report-type=disposition-notification"),
        ],
    )
    def test_a_receipt_is_neither_a_failure_nor_an_answer(self, text: str, subject: str, kind: str) -> None:
        assert verdict(text, subject=subject, content_type=kind) == Acknowledgement()
