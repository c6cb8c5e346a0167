"""What a prospect does with a mail: a pure function of (seed, address, step), whatever the order of things.

The invented people are dealt cards from a deck of 80, so that even a short campaign sees every kind of answer; anyone
else (a person's own CSV) draws from the same deck by a hash of the address. Shares of the deck: about a quarter answers
over the sequence, 2.5 % bounce. A real campaign gets far fewer answers; a demo must have something to show.
"""

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from sandbox.story.prospects import Person, by_email

Kind = Literal[
    "interested",
    "meeting_request",
    "question",
    "objection",
    "not_interested",
    "out_of_office",
    "unsubscribe",
    "wrong_person",
    "referral",
    "legal",
    "complaint",
    "security",
    "second_yes",
]
Booking = Literal["never", "keeps", "moves", "cancels"]
OPEN_SHARE = 0.30
CLICK_SHARE = 0.15


@dataclass(frozen=True)
class Card:
    """A fate: a kind of answer, `bounce`, `unsubscribe_link` or `silence`, and the step at which it happens."""

    fate: str = "silence"
    step: int = 1
    booking: Booking = "keeps"
    second_yes: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one mail leads to. Times are days after the mail, None for what doesn't happen."""

    bounced_after: float | None = None
    opened_after: float | None = None
    clicked_after: float | None = None
    unsubscribed_after: float | None = None
    reply: Kind | None = None
    replied_after: float | None = None


# Each half of the deck: what a short campaign should see first, then what may come later.
_FIRST_HALF: tuple[tuple[Card, ...], tuple[Card, ...]] = (
    (
        Card("meeting_request"),
        Card("interested"),
        Card("interested", booking="moves"),
        Card("meeting_request", booking="cancels"),
        Card("objection"),
        Card("unsubscribe"),
        Card("not_interested"),
        Card("out_of_office"),
    ),
    (
        Card("question", second_yes=True),
        Card("legal"),
        Card("wrong_person"),
        Card("not_interested", step=2),
        Card("out_of_office"),
    ),
)
_SECOND_HALF: tuple[tuple[Card, ...], tuple[Card, ...]] = (
    (
        Card("interested"),
        Card("question", step=2),
        Card("referral"),
        Card("security"),
        Card("complaint", step=2),
        Card("unsubscribe_link"),
    ),
    (
        Card("interested", booking="never"),
        Card("meeting_request", booking="moves"),
        Card("meeting_request", step=3),
        Card("objection", second_yes=True),
        Card("not_interested"),
        Card("not_interested", step=3),
        Card("out_of_office"),
    ),
)
_HALF = 40
# No bounce lies in the first half: one bounce in twenty sends is no longer 2.5 % to the watch that pauses a campaign,
# and a small demonstration would end before it showed anything.
_BOUNCES_AT = (57, 74)


@lru_cache(maxsize=16)
def deck(seed: int) -> tuple[Card, ...]:
    """The 80 cards of a seed: about every third does something, the rest stays silent."""
    cards = [Card()] * (2 * _HALF)
    for number, tiers in enumerate((_FIRST_HALF, _SECOND_HALF)):
        rng = random.Random(f"deck:{seed}:{number}")
        order = [dealt for tier in tiers for dealt in rng.sample(tier, len(tier))]
        for place, dealt in enumerate(order):
            cards[number * _HALF + 3 * place + rng.randrange(3)] = dealt
    for place in _BOUNCES_AT:
        silent = next(at for at in range(place, 2 * _HALF) if cards[at] == Card())
        cards[silent] = Card("bounce")
    return tuple(cards)


@lru_cache(maxsize=16)
def _places(seed: int) -> dict[str, int]:
    # Those whom a campaign is likely to pick are dealt from the top of the deck, so that a campaign of twenty sees
    # the main kinds; everybody else from its middle.
    promising = [email for email, person in by_email(seed).items() if _is_promising(person)]
    others = [email for email, person in by_email(seed).items() if not _is_promising(person)]
    return {email: place for place, email in enumerate(promising)} | {
        email: place + _HALF for place, email in enumerate(others)
    }


def _is_promising(person: Person) -> bool:
    return person.seniority in {"chief", "director"} and person.company.size > 10 and person.posts >= 2


def card(seed: int, email: str) -> Card:
    """The fate of one address."""
    address = email.strip().lower()
    place = _places(seed).get(address)
    if place is None:
        place = int.from_bytes(hashlib.sha256(f"{seed}:{address}".encode()).digest()[:8])
    return deck(seed)[place % 80]


def outcome(seed: int, email: str, step: int, liveliness: float = 1.0) -> Outcome:
    """What the mail of this step (1-based) leads to; `liveliness` is the share of the answerers who do."""
    address = email.strip().lower()
    rng = random.Random(f"outcome:{seed}:{address}:{step}")
    fate = card(seed, address)
    if fate.fate == "bounce":
        return Outcome(bounced_after=rng.uniform(0.01, 0.05)) if step == 1 else Outcome()
    opened = rng.uniform(0.05, 0.4)
    acts = fate.step == step and fate.fate != "silence"
    if acts and random.Random(f"lively:{seed}:{address}").random() < liveliness:
        if fate.fate == "unsubscribe_link":
            return Outcome(opened_after=opened, unsubscribed_after=opened + rng.uniform(0.02, 0.1))
        if fate.fate == "out_of_office":
            return Outcome(reply="out_of_office", replied_after=rng.uniform(0.01, 0.04))
        kind: Kind = fate.fate  # type: ignore[assignment]  # the deck holds only kinds besides those above
        return Outcome(opened_after=opened, reply=kind, replied_after=opened + rng.uniform(0.2, 0.8))
    if rng.random() >= OPEN_SHARE:
        return Outcome()
    clicked = opened + rng.uniform(0.01, 0.05) if rng.random() < CLICK_SHARE else None
    return Outcome(opened_after=opened, clicked_after=clicked)


def second_reply(seed: int, email: str) -> bool:
    """Whether somebody who asked or objected says yes once answered."""
    return card(seed, email).second_yes


def booking(seed: int, email: str) -> Booking:
    """What somebody who was sent a booking link does with it."""
    return card(seed, email).booking
