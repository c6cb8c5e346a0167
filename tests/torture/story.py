"""What happens to the people of a campaign, told by six vendors: made from a seed, the same for two organizations.

A story is made of lines. What happens in one line happened in that order; different lines know nothing of each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from tests.torture.lines import Line, Person
from tests.torture.vendors import Event

RUNS = 12
ABSENCE = "Bonjour, je suis absente jusqu'au vendredi 13 novembre 2026."
FAILURE = "The following message could not be delivered: 550 5.1.1 User unknown"
STOP = "Merci de me retirer de votre liste."
ANSWERS = ("Oui, pourquoi pas.", "Dites-m'en plus.", "C'est à voir avec ma collègue.", "Quel est votre tarif ?")


@dataclass
class Story:
    """Whom there is, and what happens, line by line."""

    people: list[Person] = field(default_factory=list)
    lines: list[list[Event]] = field(default_factory=list)

    @property
    def events(self) -> list[Event]:
        return [event for line in self.lines for event in line]

    def rounds(self) -> Iterator[list[Event]]:
        """The first event of every line, then the second of every line …"""
        for number in range(max(map(len, self.lines))):
            yield [line[number] for line in self.lines if number < len(line)]


def tell(seed: int, count: int, organization_id: UUID) -> Story:
    """A story of at least `count` events. For two organizations it differs in the ids of their enrollments only."""
    chance, story, told = Random(seed), Story(), 0
    kinds: list[tuple[Callable[[Line], None], str, int]] = [
        (silent, "instantly", 12), (reads, "instantly", 20), (answers, "instantly", 14), (absent, "instantly", 6),
        (bounces, "instantly", 2), (unsubscribes, "instantly", 6), (says_stop, "instantly", 4),
        (declines, "instantly", 4), (fails_as_reply, "instantly", 2), (books, "instantly", 12),
        (books_by_calendly, "instantly", 8), (reads_by_resend, "resend", 20), (answers_by_resend, "resend", 8),
        (bounces_by_resend, "resend", 3), (complains, "resend", 3), (receives_sms, "twilio", 10),
        (answers_sms, "twilio", 6), (fails_sms, "twilio", 2), (says_stop_by_sms, "twilio", 3),
    ]  # fmt: skip
    weights = [weight for _, _, weight in kinds]
    while told < count:
        # Every kind once, then by weight.
        number = len(story.people) + 1
        happens, provider, _ = kinds[number - 1] if number <= len(kinds) else chance.choices(kinds, weights)[0]
        line = Line(Person(number, provider), chance, organization_id)
        happens(line)
        if chance.random() < 0.06:
            line.noise()
        story.people.append(Person(number, provider, frozenset(line.stops)))
        story.lines += [line.events, *([stranger] for stranger in line.strangers)]
        told += len(line.events) + len(line.strangers)
        if number % 20 == 0:
            story.lines.append([container(number // 20, chance)])
            told += 1
    return story


def container(number: int, chance: Random) -> Event:
    """A scraper's run ended: one of ours (the first `RUNS`), or nobody's."""
    payload = {
        "agentId": "1",
        "agentName": "Search",
        "containerId": f"c-{number}",
        "exitCode": chance.choice([0, 0, 1]),
    }
    return Event("phantombuster", payload | {"exitMessage": "finished", "resultObject": None})


# What may happen to somebody.


def silent(line: Line) -> None:
    line.instantly("email_sent")
    line.instantly("email_opened")
    line.instantly("email_sent", 2)


def reads(line: Line) -> None:
    silent(line)
    for _ in range(line.chance.randint(1, 5)):
        line.instantly(line.chance.choice(["email_opened", "link_clicked", "email_link_clicked"]), 2)
    # The same moment told for two variants is one opening.
    line.instantly("email_opened", 2)
    same = str(line.events[-1].payload["timestamp"])
    line.instantly("email_opened", 2, timestamp=same, variant=2)


def answers(line: Line) -> None:
    reads(line)
    for _ in range(line.chance.randint(1, 3)):
        line.reply(line.chance.choice(ANSWERS))
    line.instantly(line.chance.choice(["lead_interested", "lead_neutral"]))


def absent(line: Line) -> None:
    silent(line)
    line.reply(
        ABSENCE, "Réponse automatique : Votre équipe", line.chance.choice(["reply_received", "auto_reply_received"])
    )
    line.instantly("lead_out_of_office")
    if line.chance.random() < 0.5:
        line.reply(line.chance.choice(ANSWERS))


def bounces(line: Line) -> None:
    line.instantly("email_sent")
    line.instantly("email_bounced")
    line.stops.add("bounced")


def unsubscribes(line: Line) -> None:
    reads(line)
    if line.chance.random() < 0.4:
        line.reply(line.chance.choice(ANSWERS))
    if line.chance.random() < 0.3:
        line.booking("BOOKING_CREATED", f"cal-{line.person.number}", marked=False)
    line.instantly("lead_unsubscribed", 2)
    line.stops.add("unsubscribed")
    if line.chance.random() < 0.3:
        line.instantly("email_bounced", 2)
        line.stops.add("bounced")


def says_stop(line: Line) -> None:
    silent(line)
    line.reply(line.chance.choice(ANSWERS))
    line.reply(STOP)
    line.stops.add("unsubscribed")


def declines(line: Line) -> None:
    reads(line)
    if line.chance.random() < 0.5:
        line.reply("Non merci, pas pour nous.")
    line.instantly(line.chance.choice(["lead_not_interested", "lead_wrong_person"]))


def fails_as_reply(line: Line) -> None:
    line.instantly("email_sent")
    line.reply(FAILURE, "Undeliverable: Votre équipe")
    line.stops.add("bounced")


def books(line: Line) -> None:
    silent(line)
    line.reply(line.chance.choice(ANSWERS))
    number, marked = line.person.number, line.chance.random() < 0.5
    uid = f"cal-{number}"
    line.booking("BOOKING_CREATED", uid, marked=marked)
    for move in range(line.chance.randint(0, 2)):
        line.booking("BOOKING_RESCHEDULED", f"{uid}-{move}", rescheduleUid=uid, marked=marked)
        uid = f"{uid}-{move}"
    # What an event leaves out is told by another, before it or after it.
    left_out: dict[str, Any] = {"title": "", "attendees": [], "organizer": {}, "metadata": {}}
    more = left_out if line.chance.random() < 0.5 else {}
    match line.chance.randrange(6):
        case 0:
            line.booking("BOOKING_CANCELLED", uid, cancellationReason="Empêchement", marked=marked, **more)
        case 1:
            asks: dict[str, Any] = {"requestReschedule": True, "cancellationReason": "Plutôt jeudi"}
            line.booking("BOOKING_CANCELLED", uid, marked=marked, **asks, **more)
        case 2:
            line.flat_booking("MEETING_ENDED", uid)
        case 3:
            line.flat_booking("BOOKING_NO_SHOW_UPDATED", uid, attendees=[{"email": line.person.email, "noShow": True}])
        case 4:
            # Of two things at the same moment the later stage counts.
            line.booking("BOOKING_CANCELLED", uid, at=str(line.events[-1].payload["createdAt"]), marked=marked)


def books_by_calendly(line: Line) -> None:
    silent(line)
    line.invitee("created", 1)
    last = 1
    if line.chance.random() < 0.5:
        at = line.invitee("canceled", 1, rescheduled=True, new_invitee=line.invitee_uri(2), status="canceled")
        line.invitee("created", 2, at=at, old_invitee=line.invitee_uri(1))
        last = 2
    if line.chance.random() < 0.4:
        line.invitee("canceled", last, status="canceled", cancellation={"reason": "Empêchement"})


def reads_by_resend(line: Line) -> None:
    for step in (1, 2):
        line.resend("sent", step)
        line.resend("delivered", step)
        for _ in range(line.chance.randint(0, 2)):
            line.resend("opened", step)
    line.resend("clicked", 2, click={"link": "https://atelier.example/"})


def answers_by_resend(line: Line) -> None:
    reads_by_resend(line)
    line.resend_reply(line.chance.choice(ANSWERS))
    if line.chance.random() < 0.5:
        line.resend_reply("Out of office", headers=[{"name": "Auto-Submitted", "value": "auto-replied"}])


def bounces_by_resend(line: Line) -> None:
    line.resend("sent")
    if line.chance.random() < 0.5:
        line.resend("bounced", bounce={"type": "Transient", "message": "mailbox full"})
    line.resend("bounced", bounce={"type": "Permanent", "message": "no such user"})
    line.stops.add("bounced")


def complains(line: Line) -> None:
    reads_by_resend(line)
    line.resend("complained", 2)
    line.stops.add("complained")


def receives_sms(line: Line) -> None:
    for status in ("queued", "sent", "delivered"):
        line.sms(status)


def answers_sms(line: Line) -> None:
    receives_sms(line)
    line.sms_reply(line.chance.choice(ANSWERS))


def fails_sms(line: Line) -> None:
    line.sms("sent")
    if line.chance.random() < 0.5:
        line.sms("undelivered", ErrorCode="30008")
    else:
        line.sms("failed", ErrorCode="30005")
        line.stops.add("bounced")


def says_stop_by_sms(line: Line) -> None:
    receives_sms(line)
    line.sms_reply("STOP")
    line.stops.add("unsubscribed")
