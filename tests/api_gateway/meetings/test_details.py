"""Details of a meeting: of any set of events the same ones count, in whatever order they are put together."""

from datetime import UTC, datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from api_gateway.meetings import details
from api_gateway.webhooks.events import BookingEvent

BEGIN = datetime(2026, 11, 12, 10, tzinfo=UTC)
ADDRESSES = st.sampled_from(["a@x.example", "b@x.example", ""])


@st.composite
def events(draw: st.DrawFn) -> list[BookingEvent]:
    minutes = draw(st.lists(st.integers(0, 50), unique=True, min_size=1, max_size=6))
    return [
        BookingEvent(
            kind=draw(st.sampled_from(["created", "moved", "cancelled", "no_show", "completed"])),
            provider="calcom",
            occurred_at=BEGIN + timedelta(minutes=at),
            uid="uid-1",
            title=draw(st.sampled_from(["Intro", "Démo", ""])),
            start_at=draw(st.sampled_from([BEGIN, BEGIN + timedelta(days=1), None])),
            video_url=draw(st.sampled_from(["https://video.example/1", None])),
            organizer_email=draw(ADDRESSES) or None,
            attendees=tuple({"email": address} for address in draw(st.lists(ADDRESSES, max_size=2))),
        )
        for at in minutes
    ]


@given(events(), st.randoms(use_true_random=False))
def test_any_order_and_any_grouping_ends_in_the_same_details(told: list[BookingEvent], chance: Random) -> None:
    wanted = details.latest(*map(details.told_by, told))
    shuffled = [*told, *told]
    chance.shuffle(shuffled)
    cut = chance.randrange(len(shuffled))
    halves = [details.latest(*map(details.told_by, part)) for part in (shuffled[:cut], shuffled[cut:])]
    assert details.latest(*halves) == wanted


@given(events())
def test_a_booking_or_a_move_says_better_who_comes_and_where(told: list[BookingEvent]) -> None:
    known = details.latest(*map(details.told_by, told))
    whole = [event for event in told if event.kind in {"created", "moved"}]
    if whole:
        assert known["video_url"].value == max(whole, key=lambda event: event.occurred_at).video_url
    if named := [event for event in whole if event.attendees]:
        assert known["attendees"].value == list(max(named, key=lambda event: event.occurred_at).attendees)
