"""What rules settle before a model is asked, in French and English, and what they leave to be read."""

import time
from datetime import date

import pytest

from api_gateway.replies.filter import (
    Acknowledgement,
    DeliveryFailure,
    OutOfOffice,
    Unsubscribe,
    Verdict,
    judge,
    next_business_day,
)
from api_gateway.replies.parse import own_words, split_headers

MONDAY = date(2026, 11, 2)


def verdict(
    text: str, *, subject: str = "Re: Votre équipe", headers: dict[str, str] | None = None, automatic: bool = False
) -> Verdict | None:
    return judge(
        subject=subject, words=own_words(text), text=text, headers=headers or {}, is_automatic=automatic,
        received_on=MONDAY,
    )  # fmt: skip


class TestUnsubscribe:
    @pytest.mark.parametrize(
        "text",
        [
            "STOP", "Stop.", "stop svp", "Unsubscribe", "Désinscription svp.", "Merci de me désabonner.",
            "Merci de me retirer de votre liste.", "Veuillez ne plus me contacter et supprimer mon adresse.",
            "Je ne souhaite plus recevoir vos messages.", "Ne m'écrivez plus… arrêtez de m’écrire.",
            "Please remove me from your list.", "Take me off this list", "Stop emailing me", "Don't contact me again.",
            "I no longer wish to receive these.", "Please unsubscribe me", "Retirez-moi de vos fichiers",
            "Bonjour,\n\nMerci de supprimer mes coordonnées.\n\nCordialement,\nJeanne",
            "Bitte keine weiteren E-Mails.", "Streichen Sie mich aus Ihrem Verteiler",
        ],
    )  # fmt: skip
    def test_a_wish_to_be_left_alone_is_heard(self, text: str) -> None:
        assert isinstance(verdict(text), Unsubscribe)

    @pytest.mark.parametrize(
        "text",
        [
            "Oui, volontiers.", "Stoppons-nous là pour aujourd'hui, rappelez-moi demain.", "Next stop: a demo?",
            "Non merci.", "Nous ne sommes pas intéressés.", "Comment se désinscrit-on de votre offre d'essai ?",
            "Ok.\n\nOn Mon, Nov 2, 2026, Léa wrote:\n> Unsubscribe me? Merci de me retirer de votre liste.",
            "Bonjour, parlons-en.\n\n-----Message d'origine-----\nDe : Léa\nEnvoyé : lundi\n\nSTOP",
        ],
    )  # fmt: skip
    def test_other_words_and_quoted_ones_are_not(self, text: str) -> None:
        assert verdict(text) is None

    def test_the_wish_in_the_subject_of_an_empty_mail(self) -> None:
        assert isinstance(verdict("", subject="Unsubscribe"), Unsubscribe)


class TestOutOfOffice:
    @pytest.mark.parametrize(
        ("text", "until"),
        [
            ("Je suis absent jusqu'au 13 novembre 2026.", date(2026, 11, 16)),
            ("Absente, retour prévu le 10/11/2026.", date(2026, 11, 11)),
            ("De retour le lundi 9 novembre.", date(2026, 11, 10)),
            ("I am out until November 12th, 2026", date(2026, 11, 13)),
            ("Back on 12 November", date(2026, 11, 13)),
            ("In congés du 2 au 06.11.", date(2026, 11, 9)),
            ("Away until 2026-11-20", date(2026, 11, 23)),
            ("Ich bin bis zum 5. Dezember abwesend", date(2026, 12, 7)),
            ("Congé parental jusqu'au 1er mars 2027", date(2027, 3, 2)),
            ("De retour le 4 janvier", date(2027, 1, 5)),
            ("Je suis en formation cette semaine.", date(2026, 11, 9)),
            ("Absent depuis le 3 mars 2020.", date(2026, 11, 9)),
            ("Return on 99/99/2026", date(2026, 11, 9)),
        ],
    )
    def test_holds_until_the_business_day_after_the_date_it_names(self, text: str, until: date) -> None:
        found = verdict(text, subject="Réponse automatique : Votre équipe")
        assert isinstance(found, OutOfOffice)
        assert found.until == until

    @pytest.mark.parametrize(
        "headers",
        [
            {"auto-submitted": "auto-replied"}, {"auto-submitted": "auto-generated; owner=x"}, {"precedence": "bulk"},
            {"x-autoreply": "yes"}, {"precedence": "auto_reply"},
        ],
    )  # fmt: skip
    def test_automatic_mail_is_known_by_its_headers(self, headers: dict[str, str]) -> None:
        assert isinstance(verdict("Merci de votre message, je suis en vacances.", headers=headers), OutOfOffice)
        assert verdict("Merci, avec plaisir.", headers={"auto-submitted": "no"}) is None

    def test_headers_that_a_gateway_put_into_the_text_count(self) -> None:
        headers, text = split_headers("Auto-Submitted: auto-replied\nPrecedence: bulk\n\nJe suis absente.")
        assert headers == {"auto-submitted": "auto-replied", "precedence": "bulk"}
        assert text == "Je suis absente."

    def test_a_sentence_with_a_colon_is_no_header(self) -> None:
        text = "Question: combien ?\n\nMerci"
        assert split_headers(text) == ({}, text)

    def test_the_vendors_word_is_enough(self) -> None:
        assert isinstance(verdict("Merci, je vous lirai bientôt.", automatic=True), OutOfOffice)

    def test_a_ticket_number_is_no_absence(self) -> None:
        found = verdict(
            "Votre demande a bien été enregistrée. Ticket 4711.", headers={"auto-submitted": "auto-replied"}
        )
        assert isinstance(found, Acknowledgement)

    def test_a_person_who_mentions_holidays_is_read_by_somebody(self) -> None:
        assert verdict("Oui, mais après mes vacances, le 20 novembre ?") is None


class TestDeliveryFailure:
    @pytest.mark.parametrize(
        ("text", "subject", "code", "permanent"),
        [
            ("550 5.1.1 User unknown", "Undeliverable: Votre équipe", "5.1.1", True),
            ("Status: 4.2.2 mailbox full", "Delivery Status Notification (Delay)", "4.2.2", False),
            ("L'adresse n'existe pas.", "Échec de la remise : Votre équipe", "", True),
            ("Something went wrong.", "Mail delivery failed", "", False),
            ("Remote server said: 550 no", "Returned mail: see transcript", "", True),
        ],
    )
    def test_the_code_says_whether_anybody_is_there(self, text: str, subject: str, code: str, permanent: bool) -> None:
        assert verdict(text, subject=subject) == DeliveryFailure(code, permanent)

    def test_a_report_is_known_by_its_type(self) -> None:
        headers = {"content-type": "multipart/report; report-type=delivery-status"}
        assert verdict("5.7.1 refused", headers=headers) == DeliveryFailure("5.7.1", True)


def test_the_day_after_friday_is_monday() -> None:
    assert next_business_day(date(2026, 11, 6)) == date(2026, 11, 9)
    assert next_business_day(date(2026, 11, 9)) == date(2026, 11, 10)


class TestOwnWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("Oui.\n\nLe ven. 20 nov. 2026 à 19:07, Léa <l@x.example> a écrit :\n> Bonjour", "Oui."),
            ("Yes.\n\nOn Fri, 20 Nov 2026 at 19:07, Léa\n<l@x.example> wrote:\n> Hello", "Yes."),
            ("Non.\n\nDe : Léa\nEnvoyé : vendredi\nÀ : J\nObjet : X\n\nBonjour", "Non."),
            ("Ok\n\n-----Original Message-----\nFrom: Léa", "Ok"),
            ("Parlons-en.\n\nCordialement,\n\nJeanne Durand\nDirectrice\n+33 1 99 00 11 22", "Parlons-en."),
            ("Jeudi ?\n\nEnvoyé de mon iPhone", "Jeudi ?"),
            ("Merci\n> cité\nOui", "Merci\n\nOui"),
            ("> tout est cité", "> tout est cité"),
            ("", ""),
        ],
    )
    def test_quotes_and_signatures_are_cut(self, text: str, words: str) -> None:
        assert own_words(text) == words

    def test_html_is_read_when_there_is_no_text(self) -> None:
        markup = "<style>p{}</style><p>Oui &amp; merci</p><blockquote>Bonjour</blockquote><script>x</script>"
        assert own_words("", markup) == "Oui & merci"

    @pytest.mark.parametrize(
        "piece", ["On a ", "On ", "\n", " ", "<a ", "<!--", "</", "<?", "> x\n", "De : x\n", "1/", "retirez "], ids=repr
    )
    def test_no_text_takes_more_than_a_moment(self, piece: str) -> None:
        text = piece * (200_000 // len(piece)) + "x"
        began = time.process_time()
        judge(
            subject=text[:1_000], words=own_words(text), text=own_words("", text), headers={}, is_automatic=True,
            received_on=MONDAY,
        )  # fmt: skip
        assert time.process_time() - began < 5
