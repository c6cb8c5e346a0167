"""Somebody who was written to, and the events that vendors tell about them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid5

from tests.torture.vendors import Event

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
WORKSPACE = "11111111-0000-4000-8000-000000000000"
MAILBOXES = {"instantly": 3, "resend": 2, "twilio": 1}


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


class Line:
    """What happens to one person, each thing later than the one before."""

    def __init__(self, person: Person, chance: Random, organization_id: UUID) -> None:
        self.person = person
        self.chance = chance
        self.events: list[Event] = []
        self.stops: set[str] = set()
        self.strangers: list[Event] = []
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
        number = self.person.number
        match self.chance.randrange(7):
            case 0:
                self.instantly("Hot lead 🔥")
            case 1:
                self.instantly("campaign_completed")
            case 2:
                self.instantly("email_opened", lead_email=f"nobody{number}@nowhere.example", email_id="none")
                self.strangers.append(self.events.pop())
            case 3:
                self.resend("delivery_delayed", step=1)
            case 4:
                self._strange(f'{{"event_type":"reply\\u0000received","lead_email":"\\ud800{number}","timestamp":1}}')
            case 5:
                self._strange(f'{{"event_type":"a","event_type":"b","lead_email":"{number}","timestamp":1e999}}')
            case 6:
                self._strange(f'{{"event_type":["email_opened"],"lead_email":{{"a":{number}}},"timestamp":{10**300}}}')

    def _strange(self, body: str) -> None:
        """What only a vendor gone wrong would send, signed all the same: it is kept, and does no harm."""
        self.events.append(Event("instantly", {}, raw=body.encode()))

    def _mark(self) -> dict[str, str]:
        return {"enrollment": str(self.person.enrollment(self._organization_id))}

    def _add(self, source: str, payload: dict[str, Any], id: str = "") -> None:  # noqa: A002 - as on the event
        self.events.append(Event(source, payload, id))
