"""What happens to the people of a campaign, told by six vendors: made from a seed, the same for two organizations.

A story is made of lines. What happens in one line happened in that order; different lines know nothing of each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from tests.torture.vendors import Event

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WORKSPACE = "11111111-0000-4000-8000-000000000000"
MAILBOXES = {"instantly": 3, "resend": 2, "twilio": 1}
RUNS = 12
ABSENCE = "Bonjour, je suis absente jusqu'au vendredi 13 novembre 2026."
FAILURE = "The following message could not be delivered: 550 5.1.1 User unknown"
STOP = "Merci de me retirer de votre liste."
ANSWERS = ("Oui, pourquoi pas.", "Dites-m'en plus.", "C'est à voir avec ma collègue.", "Quel est votre tarif ?")


@dataclass(frozen=True)
class Person:
    """Somebody who was written to. `provider`: by which way; `stops`: the ways in which they are said to stop."""

    number: int
    provider: str
    stops: frozenset[str] = frozenset()

    @property
    def email(self) -> str:
        return f"p{self.number}.{self.provider}@exemple{self.number % 97}.example"

    @property
    def phone(self) -> str:
        return f"+336{self.number:08d}"

    @property
    def mailbox(self) -> int:
        return self.number % MAILBOXES[self.provider]

    def mail(self, step: int) -> str:
        """The vendor's id of the message of a step."""
        prefix = "SM" if self.provider == "twilio" else "mail-"
        return f"{prefix}{step}-{self.number:08d}"

    def enrollment(self, organization_id: UUID) -> UUID:
        """The enrollment that a booking link carries; another one in each organization."""
        return uuid5(organization_id, self.email)


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
        story.lines.append(line.events)
        told += len(line.events)
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


class Line:
    """What happens to one person, each thing later than the one before."""

    def __init__(self, person: Person, chance: Random, organization_id: UUID) -> None:
        self.person = person
        self.chance = chance
        self.events: list[Event] = []
        self.stops: set[str] = set()
        self._organization_id = organization_id
        self._now = START + timedelta(seconds=person.number)

    def later(self, minutes: float = 7) -> str:
        """Some time later, as vendors write times."""
        self._now += timedelta(minutes=minutes * self.chance.uniform(0.5, 1.5), milliseconds=1)
        return self._now.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def instantly(self, event_type: str, step: int = 1, **more: Any) -> None:
        person = self.person
        self._add(
            "instantly",
            {
                "timestamp": more.pop("timestamp", None) or self.later(), "event_type": event_type,
                "workspace": WORKSPACE, "campaign_id": f"campaign-{person.mailbox}", "campaign_name": "SaaS en France",
                "lead_email": person.email, "email_account": f"sdr{person.mailbox}@try-us.example",
                "unibox_url": "https://app.instantly.example/1", "step": step, "variant": 1, "is_first": step == 1,
                "email_id": person.mail(step), "email_subject": "Votre équipe", "firstName": "Jeanne", **more,
            },
        )  # fmt: skip

    def reply(self, text: str, subject: str = "Re: Votre équipe", kind: str = "reply_received") -> None:
        number = len(self.events)
        more: dict[str, Any] = {"reply_text": text, "reply_text_snippet": text[:40], "reply_subject": subject}
        self.instantly(kind, email_id=f"reply-{number}-{self.person.number}", **more)

    def resend(self, kind: str, step: int = 1, **data: Any) -> None:
        person, at = self.person, self.later()
        payload = {
            "type": f"email.{kind}",
            "created_at": at,
            "data": {
                "email_id": person.mail(step), "created_at": at, "from": "Léa <lea@try-us.example>",
                "to": [person.email], "subject": "Votre équipe", **data,
            },
        }  # fmt: skip
        self._add("resend", payload, id=f"msg_{person.number}_{len(self.events)}")

    def resend_reply(self, text: str, **data: Any) -> None:
        mail: dict[str, Any] = {
            "email_id": f"in-{len(self.events)}-{self.person.number}",
            "from": f"Jeanne <{self.person.email}>",
        }
        self.resend("received", **mail, to=["lea@try-us.example"], text=text, **data)

    def sms(self, status: str, step: int = 1, **more: str) -> None:
        payload = {
            "MessageSid": self.person.mail(step), "SmsSid": self.person.mail(step), "AccountSid": "AC1",
            "MessageStatus": status, "To": self.person.phone, "From": "+33700000001", **more,
        }  # fmt: skip
        self._add("twilio", payload)

    def sms_reply(self, text: str) -> None:
        sid = f"SMin{len(self.events)}-{self.person.number}"
        payload = {
            "MessageSid": sid, "SmsSid": sid, "AccountSid": "AC1", "SmsStatus": "received", "From": self.person.phone,
            "To": "+33700000001", "Body": text, "NumSegments": "1",
        }  # fmt: skip
        self._add("twilio", payload)

    def booking(self, trigger: str, uid: str, *, at: str | None = None, marked: bool = True, **more: Any) -> None:
        """A whole event of Cal.com."""
        start = START + timedelta(days=10, minutes=30 * (len(self.events) + self.person.number))
        payload = {
            "type": "intro", "title": f"Intro {uid}", "uid": uid, "bookingId": self.person.number, "status": "ACCEPTED",
            "startTime": start.isoformat(), "endTime": (start + timedelta(minutes=30)).isoformat(),
            "organizer": {"name": "Léa", "email": "lea@atelier.example", "timeZone": "Europe/Paris"},
            "attendees": [{"email": self.person.email, "name": "Jeanne Durand", "timeZone": "Europe/Paris"}],
            "metadata": {"videoCallUrl": f"https://video.example/{uid}", **(self._mark() if marked else {})},
            **more,
        }  # fmt: skip
        self._add("calcom", {"triggerEvent": trigger, "createdAt": at or self.later(), "payload": payload})

    def flat_booking(self, trigger: str, uid: str, **more: Any) -> None:
        """An event of Cal.com that says little more than which booking it is about."""
        self._add("calcom", {"triggerEvent": trigger, "createdAt": self.later(), "payload": {"uid": uid, **more}})

    def invitee(self, kind: str, number: int, **more: Any) -> str:
        """An event of Calendly; its time."""
        at = more.pop("at", None) or self.later()
        start = START + timedelta(days=12, minutes=30 * (number + self.person.number))
        payload = {
            "uri": self.invitee_uri(number), "email": self.person.email, "name": "Jeanne Durand",
            "timezone": "Europe/Paris", "status": "active", "rescheduled": False, "old_invitee": None,
            "scheduled_event": {
                "name": f"Intro {number}", "start_time": start.isoformat(),
                "end_time": (start + timedelta(minutes=30)).isoformat(),
                "location": {"join_url": f"https://video.example/{number}"},
                "event_memberships": [{"user_email": "lea@atelier.example"}],
            },
            "tracking": {"utm_content": str(self.person.enrollment(self._organization_id))}, **more,
        }  # fmt: skip
        self._add("calendly", {"event": f"invitee.{kind}", "created_at": at, "payload": payload})
        return str(at)

    def invitee_uri(self, number: int) -> str:
        return f"https://api.calendly.example/scheduled_events/e/invitees/{self.person.number}-{number}"

    def noise(self) -> None:
        """What means nothing to us, and what is about nobody we know."""
        match self.chance.randrange(4):
            case 0:
                self.instantly("Hot lead 🔥")
            case 1:
                self.instantly("campaign_completed")
            case 2:
                self.instantly(
                    "email_opened", lead_email=f"nobody{self.person.number}@nowhere.example", email_id="none"
                )
            case 3:
                self.resend("delivery_delayed", step=1)

    def _mark(self) -> dict[str, str]:
        return {"enrollment": str(self.person.enrollment(self._organization_id))}

    def _add(self, source: str, payload: dict[str, Any], id: str = "") -> None:  # noqa: A002 - as on the event
        self.events.append(Event(source, payload, id))


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
    match line.chance.randrange(6):
        case 0:
            line.booking("BOOKING_CANCELLED", uid, cancellationReason="Empêchement", marked=marked)
        case 1:
            line.booking(
                "BOOKING_CANCELLED", uid, requestReschedule=True, cancellationReason="Plutôt jeudi", marked=marked
            )
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
