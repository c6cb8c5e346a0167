import pytest

from ai_service.qualifications.titles import Seniority, seniority

CASES = {
    Seniority.C_LEVEL: (
        "CEO", "Chief Revenue Officer", "Co-founder & CTO", "PDG", "Président", "Directrice Générale", "Gérant",
        "Fondatrice", "Managing Director", "Geschäftsführerin", "DG", "Inhaber", "Associé fondateur", "CMO | Speaker",
    ),
    Seniority.DIRECTOR: (
        "VP Sales", "Vice-présidente Marketing", "Sales Director", "Directeur commercial", "DSI", "DRH",
        "Directeur général adjoint", "SVP Operations", "Direktor Vertrieb", "Partner", "ex-CEO, Director of Sales",
    ),
    Seniority.MANAGER: (
        "Head of Growth", "Responsable marketing", "Sales Manager", "Chef des ventes", "Team Lead", "Vertriebsleiter",
        "Leiterin Einkauf", "Cheffe d'équipe",
    ),
    Seniority.INDIVIDUAL: (
        "Account Executive", "Chargée de communication", "Développeur", "Assistante de direction", "Account Manager",
        "Executive Assistant to the CEO", "Chef de projet", "Assistante du directeur général", "Ingénieur",
    ),
    Seniority.INTERN: (
        "Intern", "Stagiaire marketing", "Alternante chargée de RH", "Étudiant", "Werkstudent", "Praktikantin Vertrieb",
        "Stagiaire assistant du directeur commercial", "Apprenti commercial",
    ),
}  # fmt: skip


class TestSeniority:
    @pytest.mark.parametrize(
        ("level", "title"), [(level, title) for level, titles in CASES.items() for title in titles]
    )
    def test_is_read_from_the_title(self, level: Seniority, title: str) -> None:
        assert seniority(title) is level

    @pytest.mark.parametrize("title", [None, "", "  ", "🚀", "-", "Former CEO"])
    def test_is_unknown_without_a_title(self, title: str | None) -> None:
        assert seniority(title) is None

    def test_an_internal_auditor_is_no_intern(self) -> None:
        assert seniority("Internal Auditor") is Seniority.INDIVIDUAL
