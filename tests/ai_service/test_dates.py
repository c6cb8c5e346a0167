from datetime import date

import pytest

from ai_service.replies.dates import hold_until, next_business_day

RECEIVED = date(2026, 11, 20)  # a Friday


class TestHoldUntil:
    @pytest.mark.parametrize(
        ("text", "named"),
        [
            ("Je suis absent jusqu'au 4 janvier.", date(2027, 1, 4)),
            ("Absente du 20 au 27 novembre inclus", date(2026, 11, 27)),
            ("de retour le 1er décembre 2026", date(2026, 12, 1)),
            ("En congés jusqu'au 02/12/2026.", date(2026, 12, 2)),
            ("absent jusqu'au 5.12.", date(2026, 12, 5)),
            ("Je reviens lundi.", date(2026, 11, 23)),
            ("retour le jeudi 3 décembre, en cas d'urgence voyez Paul (arrivé le 1er septembre)", date(2026, 12, 3)),
            ("back on December 3rd", date(2026, 12, 3)),
            ("I am away until 3 December 2026.", date(2026, 12, 3)),
            ("returning on Jan 5", date(2027, 1, 5)),
            ("on leave until 2027-02-01", date(2027, 2, 1)),
            ("I am out from Dec 1 and back on Dec 15.", date(2026, 12, 15)),
            ("Back in the office on Monday.", date(2026, 11, 23)),
            ("Ich bin bis zum 4. Januar im Urlaub", date(2027, 1, 4)),
            ("Wieder erreichbar ab dem 30.11.2026", date(2026, 11, 30)),
        ],
    )
    def test_is_the_business_day_after_the_day_named(self, text: str, named: date) -> None:
        assert hold_until(text, received_on=RECEIVED) == (next_business_day(named), True)

    @pytest.mark.parametrize("text", ["Je suis absent.", "I was back on 3 January 2020.", "Tel. 01 02 03 04 05", ""])
    def test_is_a_week_when_no_coming_day_is_named(self, text: str) -> None:
        assert hold_until(text, received_on=RECEIVED) == (date(2026, 11, 27), False)

    def test_reads_the_american_order_when_told_to(self) -> None:
        assert hold_until("back on 12/07/2026", received_on=RECEIVED, american=True)[0] == date(2026, 12, 8)

    def test_skips_the_weekend(self) -> None:
        assert next_business_day(date(2026, 11, 20)) == date(2026, 11, 23)
