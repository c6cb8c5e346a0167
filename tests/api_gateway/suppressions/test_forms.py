"""One person, one entry, however somebody writes them."""

import pytest

from api_gateway.prospects.people import email_of, profile_of
from api_gateway.suppressions.keys import Key, Kind, UnreadableAddress, keys_of, normalized, recognized


class TestOneForm:
    @pytest.mark.parametrize(
        ("kind", "written", "value"),
        [
            ("email", "a@münchen.de", "a@xn--mnchen-3ya.de"),
            ("email", "A@XN--MNCHEN-3YA.DE", "a@xn--mnchen-3ya.de"),
            ("email", "a@stra\u00dfe.de", "a@xn--strae-oqa.de"),
            ("email", "Jose\u0301@x.fr", "josé@x.fr"),
            ("email", "Jean <Jean@x.fr>", "jean@x.fr"),
            ("email", "MAILTO:jean@x.fr", "jean@x.fr"),
            ("email", "jean@x.fr.", "jean@x.fr"),
            ("domain", "münchen.de", "xn--mnchen-3ya.de"),
            ("domain", "mu\u0308nchen.de.", "xn--mnchen-3ya.de"),
            ("domain", "STRASSE.de", "strasse.de"),
            ("domain", "straße.de", "xn--strae-oqa.de"),
            ("domain", "*.x.fr", "x.fr"),
            ("domain", "https://www.x.fr:8443/contact?a=b", "x.fr"),
            ("domain", "правда.рф", "xn--80aafi6cg.xn--p1ai"),
            ("phone", "+33 (0)6 12 34 56 78", "+33612345678"),
            ("phone", "0033612345678", "+33612345678"),
            ("phone", "tel:06/12/34/56/78", "+33612345678"),
            ("linkedin", "LinkedIn.com/IN/Jean-Dupont/", "linkedin.com/in/jean-dupont"),
            ("linkedin", "https://m.linkedin.com/mwlite/in/jean-dupont/fr?u=https://x", "linkedin.com/in/jean-dupont"),
            ("linkedin", "linkedin.com//in/jean-dupont?u=//x", "linkedin.com/in/jean-dupont"),
            ("linkedin", "www.linkedin.com/pub/jean-dupont", "linkedin.com/in/jean-dupont"),
            ("linkedin", "linkedin.com/in/Jose\u0301", "linkedin.com/in/josé"),
            ("linkedin", "linkedin.com/in/jos%C3%A9#x", "linkedin.com/in/josé"),
        ],
    )
    def test_of_what_is_written_in_many_ways(self, kind: Kind, written: str, value: str) -> None:
        assert normalized(kind, written) == Key(kind, value)

    @pytest.mark.parametrize("written", ["tel:+33612345678", "06/12/34/56/78", "06\u201112\u201134\u201156\u201178"])
    def test_of_numbers_that_nobody_called_numbers(self, written: str) -> None:
        assert recognized(written) == Key("phone", "+33612345678")

    def test_is_the_one_that_prospects_are_stored_under(self) -> None:
        for written in ("a@münchen.de", "a@xn--mnchen-3ya.de", "A@stra\u00dfe.de", "Jose\u0301@x.fr", "a@x.fr"):
            assert email_of(written) == normalized("email", written).value
        for written in ("https://fr.linkedin.com/in/Jean/", "linkedin.com/pub/jean", "linkedin.com/pub/jean/1/2/3"):
            assert profile_of(written)[1] == normalized("linkedin", written).value

    def test_two_people_of_one_name_stay_two(self) -> None:
        assert normalized("linkedin", "linkedin.com/pub/jean/1/2b/3c4") != normalized(
            "linkedin", "linkedin.com/pub/jean/9/2b/3c4"
        )

    @pytest.mark.parametrize(
        ("kind", "written"),
        [("linkedin", "http://[::1"), ("domain", "http://[::1"), ("linkedin", "linkedin.com/in/a%00b"),
         ("linkedin", "linkedin.com/in/a%2Fb"), ("domain", "jean@x.fr"), ("linkedin", "https://evil-linkedin.com/in/a"),
         ("domain", "fr"), ("email", "a\0@x.fr")],
    )  # fmt: skip
    def test_of_what_is_none_is_refused(self, kind: Kind, written: str) -> None:
        with pytest.raises(UnreadableAddress):
            normalized(kind, written)


class TestWhomAnEntryMeans:
    def test_a_domain_means_its_subdomains(self) -> None:
        keys = keys_of("jean@mail.sales.x.fr", None, None)
        assert Key("domain", "x.fr") in keys
        assert Key("domain", "fr") not in keys
        assert normalized("domain", "münchen.de") in keys_of(email_of("a@post.münchen.de"), None, None)

    def test_an_address_means_its_plus_addresses(self) -> None:
        assert Key("email", "jean@x.fr") in keys_of("jean+salon@x.fr", None, None)
        assert [key.value for key in keys_of("+jean@x.fr", None, None) if key.kind == "email"] == ["+jean@x.fr"]
