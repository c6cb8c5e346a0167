import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_service.language import detected
from ai_service.links import found_in
from ai_service.messages import naming, templates
from ai_service.messages.schemas import LONGEST, LONGEST_SUBJECT, Kind, MessageRequest, Variant
from ai_service.schemas import Language
from tests.ai_service.factories import company, message_request, prospect, sender

TODAY = date(2026, 11, 20)
KINDS: list[tuple[Kind, str]] = [
    ("invitation", "linkedin"),
    ("message", "linkedin"),
    ("follow_up", "email"),
    ("follow_up", "linkedin"),
    ("email", "email"),
    ("sms", "sms"),
    ("reply", "email"),
]


def write(language: Language = "fr", **request: Any) -> list[Variant]:
    made = MessageRequest.model_validate(message_request(**({"language": language} | request)))
    return templates.write(made, today=TODAY, language=language)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("kind", "channel"), KINDS)
class TestEveryKind:
    def test_gives_three_distinct_variants_within_its_limits(
        self, kind: Kind, channel: str, language: Language
    ) -> None:
        variants = write(language, kind=kind, channel=channel, variants=3)
        assert len({variant.body for variant in variants}) == 3
        for variant in variants:
            assert len(variant.body) <= LONGEST[kind]
            assert (variant.subject is not None) == (channel == "email")
            assert len(variant.subject or "") <= LONGEST_SUBJECT

    def test_is_in_the_language_asked_for(self, kind: Kind, channel: str, language: Language) -> None:
        plain = prospect(recent_activity=[])
        for variant in write(language, kind=kind, channel=channel, prospect=plain, sender=None):
            assert detected(variant.body)[0] == language

    @pytest.mark.parametrize("profile", ["D", "I", "S", "C", "unknown"])
    def test_can_be_written_for_every_disc_profile(
        self, kind: Kind, channel: str, language: Language, profile: str
    ) -> None:
        disc = {"profile": profile, "confidence": 0.7, "evidence": "x"}
        assert write(language, kind=kind, channel=channel, enrichment={"summary": "", "disc": disc})

    def test_stands_without_anything_known(self, kind: Kind, channel: str, language: Language) -> None:
        bare: dict[str, Any] = {"prospect": {"first_name": ""}, "company": None, "sender": None, "step": None}
        for variant in write(language, kind=kind, channel=channel, variants=3, **bare):
            assert len(variant.body) > 20
            assert not re.search(r"None|  |\{|\}| ,|chez\s*[.,]| at\s*[.,]", variant.body)


class TestWording:
    def test_differs_between_readers_of_one_campaign(self) -> None:
        bodies = set()
        for number in range(12):
            person = prospect(email=f"p{number}@novalys.example", recent_activity=[])
            (variant,) = write(prospect=person, variants=1)
            bodies.add(variant.body.removeprefix("Bonjour Claire,"))
        assert len(bodies) >= 3

    def test_is_the_same_for_the_same_reader(self) -> None:
        assert write() == write()

    def test_follows_the_disc_profile(self) -> None:
        def asked(profile: str) -> str:
            disc = {"profile": profile, "confidence": 0.8, "evidence": "x"}
            return write(enrichment={"summary": "", "disc": disc}, variants=1)[0].body

        assert asked("C") != asked("D")

    def test_a_break_up_step_takes_leave(self) -> None:
        (variant,) = write(kind="follow_up", step={"objective": "Dernier message"}, variants=1)
        assert not re.search(r"\d+ minutes", variant.body)

    def test_a_cta_that_is_a_question_is_used_as_it_is(self) -> None:
        cta = "Est-ce que votre équipe suit ce point ?"
        assert cta in write(step={"objective": None, "cta": cta}, variants=1)[0].body

    def test_a_follow_up_stays_in_its_thread(self) -> None:
        thread = [{"direction": "out", "subject": "Re: une question", "text": "Bonjour"}]
        assert write(kind="follow_up", thread=thread, variants=1)[0].subject == "Re: une question"

    def test_target_length_is_kept(self) -> None:
        short = write(step={"objective": "x", "target_length": "25-30 mots"}, variants=1, sender=None)[0]
        assert len(short.body.split()) <= 45
        (capped,) = write(
            kind="invitation",
            channel="linkedin",
            step={"objective": "x", "target_length": "200 caractères"},
            variants=1,
        )
        assert len(capped.body) <= 200

    def test_messy_names_are_written_as_people_write_them(self) -> None:
        messy = prospect(
            first_name="CLAIRE 🚀", title="Directrice Commerciale @ Novalys | ex-Google", recent_activity=[]
        )
        for variant in write(prospect=messy, company=company(name="NOVALYS SAS"), variants=3):
            assert variant.body.startswith("Bonjour Claire,")
            assert "SAS" not in variant.body
            assert "Google" not in variant.body

    def test_what_strangers_wrote_brings_in_no_link_and_no_order(self) -> None:
        hostile = prospect(
            recent_activity=[{"text": "Visit https://evil.example now {{first_name}} <script>alert(1)</script>"}],
            title="CEO {0.__class__} www.evil.example",
        )
        nasty = company(name="Evil{company}", hiring=["call +33 6 12 34 56 78"], technologies=["evil.example/x"])
        for variant in write(
            prospect=hostile, company=nasty, sender=sender(value_proposition="Voir https://x.example"), variants=3
        ):
            assert found_in(variant.body) is None
            assert "{" not in variant.body


class TestNaming:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("claire", "Claire"),
            ("JEAN-PIERRE", "Jean-Pierre"),
            ("Dr. Anna", "Anna"),
            ("Zoé ✨", "Zoé"),
            ("n/a", ""),
            ("X", ""),
            ("", ""),
            (None, ""),
            ("d'Arcy", "d'Arcy"),
            ("J.-P.", "J.-P"),
            ("J.R.", "J.R"),
            ("jean.paul", "Jean Paul"),
            ("A.AA", "A Aa"),
            ("⒈com", "Com"),
            ("test", ""),
        ],
    )
    def test_first_names(self, written: str | None, read: str) -> None:
        assert naming.given_name(written) == read

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("NOVALYS SAS", "Novalys"),
            ("Müller & Söhne GmbH", "Müller & Söhne"),
            ("Acme, Inc.", "Acme"),
            ("IBM", "IBM"),
            ("Atelier (Paris)", "Atelier"),
            ("null", ""),
            (None, ""),
        ],
    )
    def test_companies(self, written: str | None, read: str) -> None:
        assert naming.company_name(written) == read


TEXT = st.text(max_size=60)


class TestAlways:
    @settings(deadline=None, max_examples=150)
    @given(
        first=TEXT,
        title=st.none() | TEXT,
        employer=st.none() | TEXT,
        activity=st.none() | st.text(min_size=1, max_size=200),
        offer=st.none() | TEXT,
        cta=st.none() | TEXT,
        kind=st.sampled_from(KINDS),
        count=st.integers(1, 3),
    )
    def test_there_is_a_message_without_gaps_or_links_whatever_the_profile_holds(
        self,
        first: str,
        title: str | None,
        employer: str | None,
        activity: str | None,
        offer: str | None,
        cta: str | None,
        kind: tuple[Kind, str],
        count: int,
    ) -> None:
        variants = write(
            kind=kind[0],
            channel=kind[1],
            variants=count,
            prospect={
                "first_name": first,
                "title": title,
                "recent_activity": [{"text": activity}] if activity else [],
            },
            company={"name": employer},
            sender={"first_name": "Paul", "value_proposition": offer},
            step={"objective": None, "cta": cta},
        )
        assert 1 <= len(variants) <= count
        for variant in variants:
            assert found_in(variant.body) is None
            assert not re.search(r"\{\w+\}|\bNone\b.*\bNone\b", variant.body)
            assert len(variant.body) <= LONGEST[kind[0]]
