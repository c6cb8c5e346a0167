"""`decide()`: the order of its questions, and that no clock in the world makes it send outside the window."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api_gateway.sends.calendar import (
    Window,
    add_business_days,
    country_of,
    day_bounds,
    is_holiday,
    is_open,
    next_open,
    zone_of,
)
from api_gateway.sends.decide import (
    CampaignFacts,
    Defer,
    MailboxFacts,
    MessageFacts,
    ProspectFacts,
    Send,
    Stop,
    decide,
    effective_daily_cap,
)

FULL = os.environ.get("TORTURE") == "1"
# In every run two jumps of each zone, one question in eight and two zones of each country; all of them at full size.
JUMPS = None if FULL else 2
EVERY = 1 if FULL else 8
PLACES = None if FULL else 2
YEARS = (2025, 2026, 2027)
HALF = timedelta(minutes=30)
# A Wednesday, 10:00 in Paris.
NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
MESSAGE = MessageFacts(status="approved", kind="email", channel="email")
PROSPECT = ProspectFacts()
CAMPAIGN = CampaignFacts()
MAILBOX = MailboxFacts(id=UUID(int=1), provider="instantly", time_zone="Europe/Paris")
EVERY_DAY = frozenset(range(1, 8))
ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix", "right")) and zone != "localtime"
)


def zones_of(country: str) -> list[str]:
    """The zones that tzdata puts into a country."""
    return [zone for zone in ZONES if country_of(zone) == country]


COUNTRIES = sorted({country for zone in ZONES if (country := country_of(zone)) in holidays.list_supported_countries()})


def reason(decision: object) -> str:
    assert isinstance(decision, Send | Defer | Stop)
    return decision.reason


class TestOrder:
    def test_all_well_is_send(self) -> None:
        assert decide(MESSAGE, PROSPECT, MAILBOX, CAMPAIGN, NOW) == Send()

    # Each row breaks one rule; whatever is broken further down the list, the first one is told.
    BROKEN = (
        ("campaign_paused", "campaign", {"status": "paused"}),
        ("sending_stopped", "campaign", {"organization_stopped": True}),
        ("suppressed", "prospect", {"suppressed": "unsubscribed"}),
        ("enrollment_replied", "prospect", {"enrollment_status": "replied"}),
        ("address_not_verified", "prospect", {"email_status": "invalid"}),
        ("not_approved", "message", {"status": "pending_review"}),
        ("send_hours", "campaign", {"opens": time(1), "closes": time(2)}),
        ("mailbox_paused", "mailbox", {"health": "paused"}),
        ("mailbox_daily_cap", "mailbox", {"sent_today": 20}),
        ("campaign_hourly_cap", "campaign", {"sent_last_hour": 20}),
        ("minimum_gap", "mailbox", {"last_sent_at": NOW - timedelta(seconds=10)}),
    )

    @pytest.mark.parametrize("at", range(len(BROKEN)))
    def test_the_first_no_is_told(self, at: int) -> None:
        facts = {"message": MESSAGE, "prospect": PROSPECT, "campaign": CAMPAIGN, "mailbox": MAILBOX}
        for _, of, change in self.BROKEN[at:]:
            facts[of] = replace(facts[of], **change)  # type: ignore[type-var]
        told = decide(**facts, now=NOW)  # type: ignore[arg-type]
        assert reason(told) == self.BROKEN[at][0]

    def test_a_hold_and_a_hole_in_the_text(self) -> None:
        away = replace(PROSPECT, hold_until=NOW + timedelta(days=3))
        assert decide(MESSAGE, away, MAILBOX, CAMPAIGN, NOW) == Defer(
            "on_hold", "The person is away; the sequence waits.", NOW + timedelta(days=3)
        )
        holed = replace(MESSAGE, missing=("{{first_name}}",))
        told = decide(holed, PROSPECT, MAILBOX, CAMPAIGN, NOW)
        assert isinstance(told, Stop)
        assert (told.reason, told.details) == ("incomplete", ("{{first_name}}",))

    @pytest.mark.parametrize("status", ["draft", "archived"])
    def test_a_campaign_that_does_not_run_stops(self, status: str) -> None:
        assert (
            reason(decide(MESSAGE, PROSPECT, MAILBOX, replace(CAMPAIGN, status=status), NOW)) == "campaign_not_active"
        )

    @pytest.mark.parametrize(
        ("rule", "status", "passes"),
        [("any", "risky", True), ("any", "invalid", False), ("not_risky", "risky", False),
         ("not_risky", "unknown", True), ("valid", "unknown", False), ("valid", "valid", True)],
    )  # fmt: skip
    def test_the_rule_for_addresses(self, rule: str, status: str, passes: bool) -> None:
        told = decide(MESSAGE, replace(PROSPECT, email_status=status), MAILBOX, replace(CAMPAIGN, email_rule=rule), NOW)
        assert isinstance(told, Send) is passes


class TestAnswers:
    ANSWER = replace(MESSAGE, kind="reply")
    REPLIED = replace(PROSPECT, enrollment_status="replied")

    def test_an_answer_waits_for_no_window_and_no_cap(self) -> None:
        night = NOW.replace(hour=2)
        full = replace(MAILBOX, sent_today=500, last_sent_at=night)
        busy = replace(CAMPAIGN, sent_last_hour=500, status="completed")
        assert isinstance(decide(self.ANSWER, self.REPLIED, full, busy, night), Send)

    @pytest.mark.parametrize(
        ("change", "told"),
        [({"suppressed": "unsubscribed"}, "suppressed"), ({"enrollment_status": "bounced"}, "enrollment_bounced")],
    )
    def test_but_for_a_stop_it_does(self, change: dict[str, str], told: str) -> None:
        assert reason(decide(self.ANSWER, replace(self.REPLIED, **change), MAILBOX, CAMPAIGN, NOW)) == told  # type: ignore[arg-type]


class TestPlaces:
    def test_the_persons_clock_counts_when_it_is_known(self) -> None:
        tokyo = replace(PROSPECT, country="JP")
        told = decide(MESSAGE, tokyo, MAILBOX, CAMPAIGN, NOW)
        assert isinstance(told, Defer)
        assert told.reason == "send_hours"
        assert told.until is not None
        assert told.until.astimezone(ZoneInfo("Asia/Tokyo")).time() == time(9)

    @pytest.mark.parametrize(
        ("zone", "country"),
        [("US/Eastern", "US"), ("Asia/Calcutta", "IN"), ("Europe/Kiev", "UA"), ("Japan", "JP"), ("Iceland", "IS"),
         ("CET", None), ("UTC", None), ("Europe/Atlantis", None)],
    )  # fmt: skip
    def test_countries_of_older_zone_names(self, zone: str, country: str | None) -> None:
        assert country_of(zone) == country

    @pytest.mark.parametrize(
        ("country", "city", "zone"),
        [("FR", None, "Europe/Paris"), ("BE", "Liège", "Europe/Brussels"), ("US", "Chicago", "America/Chicago"),
         ("US", None, None), ("US", "New York", "America/New_York"), ("ES", None, "Europe/Madrid"), (None, None, None),
         ("XX", None, None), ("fr", None, "Europe/Paris")],
    )  # fmt: skip
    def test_zones_of_places(self, country: str | None, city: str | None, zone: str | None) -> None:
        assert zone_of(country, city) == zone

    def test_a_public_holiday_of_their_country_is_no_day_to_send(self) -> None:
        first_of_may = datetime(2026, 5, 1, 9, tzinfo=UTC)
        french = replace(PROSPECT, country="FR")
        told = decide(MESSAGE, french, MAILBOX, CAMPAIGN, first_of_may)
        assert isinstance(told, Defer)
        # A Friday: the next open moment is Monday at nine.
        assert (told.reason, told.until) == ("public_holiday", datetime(2026, 5, 4, 7, tzinfo=UTC))
        assert isinstance(
            decide(MESSAGE, french, MAILBOX, replace(CAMPAIGN, respect_holidays=False), first_of_may), Send
        )
        # A country of which nobody knows the calendar: that of the place counts.
        unheard = replace(PROSPECT, country="ZZ", time_zone="Europe/Paris")
        assert reason(decide(MESSAGE, unheard, MAILBOX, CAMPAIGN, first_of_may)) == "public_holiday"
        # Nobody knows where they are: the campaign's own country counts.
        assert reason(decide(MESSAGE, PROSPECT, MAILBOX, CAMPAIGN, first_of_may)) == "public_holiday"


class TestMailboxes:
    def test_the_warm_up_grows_day_by_day(self) -> None:
        start = date(2026, 11, 1)
        caps = [effective_daily_cap(20, start, start + timedelta(days=day)) for day in range(12)]
        assert caps[:3] == [5, 7, 9]
        assert caps == sorted(caps)
        assert caps[-1] == 20
        assert effective_daily_cap(20, None, start) == 20

    def test_the_day_is_the_mailboxs_own(self) -> None:
        auckland = replace(MAILBOX, time_zone="Pacific/Auckland", sent_today=20)
        told = decide(MESSAGE, PROSPECT, auckland, CAMPAIGN, NOW)
        assert isinstance(told, Defer)
        assert told.until is not None
        local = told.until.astimezone(ZoneInfo("Pacific/Auckland"))
        assert (local.time(), local.date()) == (time(0), NOW.astimezone(local.tzinfo).date() + timedelta(days=1))

    def test_a_full_hour_waits_until_it_has_room(self) -> None:
        free = NOW + timedelta(minutes=20)
        told = decide(MESSAGE, PROSPECT, MAILBOX, replace(CAMPAIGN, sent_last_hour=20, frees_at=free), NOW)
        assert isinstance(told, Defer)
        assert told.until == free


@cache
def clock_changes(name: str) -> list[datetime]:
    """The moments of 2025 to 2027 at which the clock of a zone jumps, to the second."""
    zone = ZoneInfo(name)
    found = []
    for hours in range(0, 3 * 366 * 24, 6):
        low = START + timedelta(hours=hours)
        high = low + timedelta(hours=6)
        before = low.astimezone(zone).utcoffset()
        if before == high.astimezone(zone).utcoffset():
            continue
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
        found.append(high)
    return found


START = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: START + timedelta(seconds=seconds))
day_times = st.times().map(lambda value: value.replace(second=0, microsecond=0))
windows = st.builds(
    lambda days, one, two: Window(frozenset(days), min(one, two), max(one, two)),
    st.sets(st.integers(1, 7), min_size=1),
    day_times,
    day_times,
).filter(lambda window: window.opens < window.closes)


class TestEveryClockInTheWorld:
    @pytest.mark.parametrize("zone", ZONES)
    def test_around_each_jump_no_opening_is_skipped_or_doubled(self, zone: str) -> None:
        """Every quarter of an hour of the day before and after each jump, against the wall clock alone."""
        clock, country = ZoneInfo(zone), country_of(zone)
        for jump in clock_changes(zone)[:JUMPS] or [NOW]:
            for window in windows_around(jump, clock):
                check_quarters(window, clock, country, jump)

    @pytest.mark.parametrize("country", COUNTRIES)
    def test_no_holiday_of_a_country_is_a_day_to_send(self, country: str) -> None:
        """All holidays of three years, at noon in each of its zones, whether or not the country itself is known."""
        days = [day for day in holidays.country_holidays(country, years=YEARS) if day.year in YEARS]
        for zone in zones_of(country)[:PLACES]:
            person = ProspectFacts(time_zone=zone, country=country)
            unknown = replace(CAMPAIGN, time_zone=zone, days=EVERY_DAY)
            for day in days:
                noon = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
                told = decide(MESSAGE, person, MAILBOX, replace(CAMPAIGN, days=EVERY_DAY), noon)
                assert isinstance(told, Defer)
                assert told.reason == "public_holiday"
                assert told.until is not None
                opening = told.until.astimezone(ZoneInfo(zone))
                between = {day + timedelta(days=n) for n in range((opening.date() - day).days)}
                assert opening.date() not in holidays.country_holidays(country, years=opening.year)
                assert all(one in holidays.country_holidays(country, years=one.year) for one in between), "skipped"
                assert decide(MESSAGE, PROSPECT, MAILBOX, unknown, noon) == told

    @settings(max_examples=400, deadline=None)
    @given(window=windows, zone=st.sampled_from(ZONES), after=moments)
    def test_the_next_opening_is_open_and_nothing_before_it_is(
        self, window: Window, zone: str, after: datetime
    ) -> None:
        clock, country = ZoneInfo(zone), country_of(zone)
        opening = next_open(window, clock, country, after)
        if opening is None:
            return
        assert opening >= after
        assert is_open(window, clock, country, opening)
        # Nothing that is open lies between: tried at sixty points of the wait.
        wait = opening - after
        for part in range(60):
            moment = after + wait * part / 60
            assert not is_open(window, clock, country, moment) or moment == opening or moment >= opening

    @settings(max_examples=300, deadline=None)
    @given(window=windows, zone=st.sampled_from(ZONES), at=moments)
    def test_what_decide_sends_is_inside_the_window(self, window: Window, zone: str, at: datetime) -> None:
        campaign = replace(CAMPAIGN, days=window.days, opens=window.opens, closes=window.closes)
        told = decide(MESSAGE, replace(PROSPECT, time_zone=zone), MAILBOX, campaign, at)
        local = at.astimezone(ZoneInfo(zone))
        inside = (
            local.isoweekday() in window.days
            and window.opens <= local.time() < window.closes
            and not is_holiday(country_of(zone), local.date())
        )
        assert isinstance(told, Send) is inside
        if isinstance(told, Defer) and told.until is not None:
            assert isinstance(decide(MESSAGE, replace(PROSPECT, time_zone=zone), MAILBOX, campaign, told.until), Send)

    @settings(max_examples=200, deadline=None)
    @given(zone=st.sampled_from(ZONES), at=moments)
    def test_a_local_day_holds_its_moment(self, zone: str, at: datetime) -> None:
        start, end = day_bounds(ZoneInfo(zone), at)
        assert start <= at < end
        assert timedelta(hours=22) <= end - start <= timedelta(hours=26)

    @settings(max_examples=200, deadline=None)
    @given(zone=st.sampled_from(ZONES), at=moments, count=st.integers(0, 15))
    def test_business_days_are_counted_one_by_one(self, zone: str, at: datetime, count: int) -> None:
        clock, country = ZoneInfo(zone), country_of(zone)
        week = frozenset({1, 2, 3, 4, 5})
        due = add_business_days(at, count, days=week, zone=clock, country=country)
        first, last = at.astimezone(clock).date(), due.astimezone(clock).date()
        counted = [
            day
            for offset in range(1, (last - first).days + 1)
            if (day := first + timedelta(days=offset)).isoweekday() in week and not is_holiday(country, day)
        ]
        assert len(counted) == count

    @pytest.mark.parametrize("week", [{2}, {2, 4}, {1}])
    def test_the_longest_delay_is_counted_in_a_campaign_of_few_days(self, week: set[int]) -> None:
        clock, at = ZoneInfo("Asia/Tokyo"), datetime(2026, 11, 24, 9, tzinfo=UTC)
        due = add_business_days(at, 365, days=frozenset(week), zone=clock, country="JP")
        days = [at.date() + timedelta(days=offset) for offset in range(1, (due.date() - at.date()).days + 1)]
        assert sum(day.isoweekday() in week and not is_holiday("JP", day) for day in days) == 365


def windows_around(jump: datetime, clock: ZoneInfo) -> list[Window]:
    """A working day, and windows that begin, end or lie wholly in what the jump takes away or gives twice."""
    before = (jump - timedelta(seconds=1)).astimezone(clock).replace(tzinfo=None) + timedelta(seconds=1)
    after = jump.astimezone(clock).replace(tzinfo=None)
    first, last = min(before, after), max(before, after)
    edges = [first - HALF, first, first + HALF / 2, first + HALF, last, last + HALF]
    pairs = [
        (edges[0], edges[2]),
        (edges[1], edges[3]),
        (edges[2], edges[3]),
        (edges[3], edges[5]),
        (edges[4], edges[5]),
    ]
    return [Window(EVERY_DAY, time(9), time(18))] + [
        Window(EVERY_DAY, opens.time(), closes.time()) for opens, closes in pairs if opens.time() < closes.time()
    ]


def check_quarters(window: Window, clock: ZoneInfo, country: str | None, jump: datetime) -> None:
    campaign = replace(CAMPAIGN, days=window.days, opens=window.opens, closes=window.closes)
    person = replace(PROSPECT, time_zone=clock.key, country=country)
    moments = [jump + timedelta(minutes=15 * quarter) for quarter in range(-96, 97)]
    inside = [
        window.opens <= local.time() < window.closes and not is_holiday(country, local.date())
        for local in (moment.astimezone(clock) for moment in moments)
    ]
    following: datetime | None = None
    for number in reversed(range(len(moments))):
        moment = moments[number]
        if inside[number]:
            following = moment
        if number % EVERY and not inside[number]:
            continue
        told = decide(MESSAGE, person, MAILBOX, campaign, moment)
        if inside[number]:
            assert isinstance(told, Send), f"{moment} is inside {window} in {clock}"
        else:
            assert isinstance(told, Defer), f"{moment} is outside {window} in {clock}"
            if following is not None:
                assert told.until == following, f"after {moment} comes {following} in {clock}"
