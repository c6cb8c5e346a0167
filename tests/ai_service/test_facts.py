import pytest

from ai_service.facts import Known, fault_in, strange
from ai_service.links import found_in

KNOWN = Known.of(
    {
        "prospect": {
            "first_name": "Claire",
            "last_name": "Durand",
            "title": "Directrice commerciale",
            "about": "Trois équipes à Lyon",
        },
        "company": {"name": "Novalys", "size": 150, "funding": [{"amount_eur": 4_500_000, "date": "2026-05-12"}]},
        "sender": {"company": "Atelier Sept", "value_proposition": "Un outil pour HubSpot"},
    },
    names=["Booking.com"],
)


class TestWhatPasses:
    @pytest.mark.parametrize(
        "draft",
        [
            "Bonjour Claire, j'ai vu que Novalys comptait 150 personnes.",
            "Félicitations pour votre levée de 4,5 M€ en mai 2026.",
            "Auriez-vous 15 minutes ? Deux mots suffisent.",
            "Notre outil s'intègre à HubSpot, et votre CRM reste le même.",
            "Hi Claire, as Directrice commerciale at Novalys you know this.",
            "Vos trois équipes à Lyon gagneraient du temps.",
            "L'équipe de Novalys avance. Merci. Qu'en pensez-vous ?",
        ],
    )
    def test_what_the_facts_bear_out(self, draft: str) -> None:
        assert fault_in(draft, KNOWN) is None


class TestWhatDoesNot:
    @pytest.mark.parametrize(
        ("draft", "fault"),
        [
            ("Nous travaillons avec Salesforce et vous aussi.", "name"),
            ("Comme Marie Lefèvre me le disait, c'est utile.", "name"),
            ("Danone a doublé ses ventes avec nous.", "number"),
            ("Danone utilise notre outil.", "name"),
            ("Nos clients gagnent 37 % de temps.", "number"),
            ("Nous avons aidé vingt entreprises.", "number"),
            ("Vous comptez 151 personnes.", "number"),
            ("Félicitations pour votre levée en juin.", "date"),
            ("Disponible mardi prochain ?", "date"),
            ("On s'appelle à 14h ?", "date"),
            ("C'est gratuit pendant un mois.", "price"),
            ("Voir https://evil.example pour en savoir plus.", "link"),
            ("Voir evil.example/pay pour en savoir plus.", "link"),
            ("Rendez-vous sur evil[.]com.", "placeholder"),
            ("Rendez-vous sur evil dot com.", "link"),
            ("Écrivez à boss@evil.example.", "address"),
            ("Appelez le +33 6 12 34 56 78.", "telephone"),
            ("Bonjour {{first_name}}, un mot.", "placeholder"),
            ("Bonjour [Prénom], un mot.", "placeholder"),
            ("<b>Bonjour</b> Claire", "markup"),
            ("As an AI language model, I write to you.", "prompt"),
            ("Voir ｅｖｉｌ．ｃｏｍ pour plus.", "link"),
        ],
    )
    def test_what_they_do_not(self, draft: str, fault: str) -> None:
        assert fault_in(draft, KNOWN) == fault

    def test_a_company_that_is_called_like_a_domain_may_be_named_but_not_linked(self) -> None:
        assert found_in("J'ai lu que Booking.com recrute", names=frozenset({"booking.com"})) is None
        assert found_in("Voir Booking.com/offre", names=frozenset({"booking.com"})) == "link"


class TestGerman:
    """Every noun has a capital there, so that only what can hardly be a noun counts as a name."""

    @pytest.mark.parametrize(
        "draft",
        [
            "Guten Tag Claire, ich schreibe Ihnen wegen der Prospektion bei Novalys.",
            "Unser Angebot hilft Ihrem Vertrieb. Wäre ein kurzes Gespräch für Sie interessant?",
        ],
    )
    def test_ordinary_nouns_pass(self, draft: str) -> None:
        assert fault_in(draft, KNOWN, "de") is None

    @pytest.mark.parametrize(
        "draft",
        [
            "Wir arbeiten bereits bei Siemens.",
            "Kunden wie Bosch sind zufrieden.",
            "Frau Petra Schulz sagte das.",
            "Siemens nutzt unser Werkzeug.",
        ],
    )
    def test_names_do_not(self, draft: str) -> None:
        assert fault_in(draft, KNOWN, "de") == "name"


class TestNotes:
    @pytest.mark.parametrize(
        "note", ["Claire is Sales Director at Novalys.", "BANT: strong Authority, raised in May 2026."]
    )
    def test_may_use_the_words_of_the_trade(self, note: str) -> None:
        assert not strange(note, KNOWN)

    @pytest.mark.parametrize("note", ["Knows Elon Musk.", "See https://evil.example", "Worked at Globex before."])
    def test_may_not_bring_in_names_or_links(self, note: str) -> None:
        assert strange(note, KNOWN)
