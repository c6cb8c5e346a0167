"""What each vendor's event says in our language."""

from datetime import UTC, datetime
from typing import Any

import pytest

from api_gateway.webhooks import sources
from api_gateway.webhooks.events import BookingEvent, MailEvent, RunEvent, Unknown

AT = "2026-11-02T09:00:00.000Z"
MOMENT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def mail(source: str, payload: dict[str, Any]) -> MailEvent:
    said = sources.read(source, payload)
    assert isinstance(said, MailEvent), said
    return said


def booked(source: str, payload: dict[str, Any]) -> BookingEvent:
    said = sources.read(source, payload)
    assert isinstance(said, BookingEvent), said
    return said


class TestResend:
    def event(self, kind: str, **data: Any) -> dict[str, Any]:
        return {"type": kind, "created_at": AT, "data": {"email_id": "e-1", "to": ["Jeanne <J@X.example>"], **data}}

    @pytest.mark.parametrize(
        ("kind", "wanted"),
        [
            ("email.sent", "sent"), ("email.delivered", "delivered"), ("email.opened", "opened"),
            ("email.clicked", "clicked"), ("email.complained", "complained"), ("email.bounced", "bounced"),
        ],
    )  # fmt: skip
    def test_events_of_a_mail(self, kind: str, wanted: str) -> None:
        said = mail("resend", self.event(kind))
        assert (said.kind, said.provider_message_id, said.address, said.occurred_at) == (
            wanted, "e-1", "j@x.example", MOMENT,
        )  # fmt: skip

    def test_a_transient_bounce_is_soft(self) -> None:
        assert mail("resend", self.event("email.bounced", bounce={"type": "Transient"})).kind == "soft_bounced"

    def test_an_incoming_mail_is_a_reply_with_its_headers(self) -> None:
        said = mail(
            "resend",
            self.event(
                "email.received", text="Oui", subject="Re: X", headers=[{"name": "Auto-Submitted", "value": "no"}],
                **{"from": "Jeanne <j@x.example>"},
            ),
        )  # fmt: skip
        assert said.reply is not None
        assert (said.address, said.reply.text, dict(said.reply.headers)) == (
            "j@x.example",
            "Oui",
            {"Auto-Submitted": "no"},
        )

    def test_the_id_of_the_delivery_is_its_meaning(self) -> None:
        assert sources.identify("resend", self.event("email.sent"), {"svix-id": "msg_1"}).meaning == ("msg_1",)


class TestTwilio:
    @pytest.mark.parametrize(
        ("status", "error", "wanted"),
        [("delivered", "", "delivered"), ("sent", "", "sent"), ("undelivered", "", "bounced"),
         ("undelivered", "30005", "bounced"), ("failed", "21610", "bounced"), ("undelivered", "30001", "soft_bounced"),
         ("undelivered", "30003", "soft_bounced"), ("undelivered", "30007", "soft_bounced")],
    )  # fmt: skip
    def test_status_callbacks(self, status: str, error: str, wanted: str) -> None:
        payload = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": error, "To": "+33612345678"}
        said = mail("twilio", payload)
        assert (said.kind, said.channel, said.provider_message_id) == (wanted, "sms", "SM1")

    def test_an_incoming_sms_is_a_reply(self) -> None:
        said = mail("twilio", {"MessageSid": "SM2", "SmsStatus": "received", "From": "+33612345678", "Body": "STOP"})
        assert said.reply is not None
        assert (said.address, said.reply.text, said.reply.provider_message_id) == ("+33612345678", "STOP", "SM2")

    def test_message_and_status_are_its_meaning(self) -> None:
        payload = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        assert sources.identify("twilio", payload, {}).meaning == ("SM1", "delivered")


class TestCalendly:
    def event(self, kind: str, **payload: Any) -> dict[str, Any]:
        scheduled = {
            "name": "Intro", "start_time": AT, "end_time": "2026-11-02T09:30:00Z",
            "location": {"join_url": "https://video.example/1"}, "event_memberships": [{"user_email": "lea@x.example"}],
        }  # fmt: skip
        return {
            "event": kind, "created_at": AT,
            "payload": {
                "uri": "https://c/i/1", "email": "j@x.example", "name": "J", "timezone": "Europe/Paris",
                "scheduled_event": scheduled, "tracking": {"utm_content": "enr"}, **payload,
            },
        }  # fmt: skip

    def test_a_booking(self) -> None:
        said = booked("calendly", self.event("invitee.created"))
        assert (said.kind, said.uid, said.enrollment, said.start_at, said.video_url) == (
            "created", "https://c/i/1", "enr", MOMENT, "https://video.example/1",
        )  # fmt: skip

    def test_a_reschedule_is_one_move_and_no_cancellation(self) -> None:
        moved = booked("calendly", self.event("invitee.created", old_invitee="https://c/i/0"))
        assert (moved.kind, moved.previous_uid) == ("moved", "https://c/i/0")
        assert isinstance(sources.read("calendly", self.event("invitee.canceled", rescheduled=True)), Unknown)

    def test_a_cancellation_with_its_reason(self) -> None:
        said = booked("calendly", self.event("invitee.canceled", cancellation={"reason": "Malade"}))
        assert (said.kind, said.reason) == ("cancelled", "Malade")


class TestPhantomBuster:
    def test_only_the_container_is_believed(self) -> None:
        said = sources.read("phantombuster", {"containerId": 77, "exitCode": 0, "resultObject": "[]"})
        assert said == RunEvent("77")


@pytest.mark.parametrize("source", sorted(sources.SOURCES))
@pytest.mark.parametrize(
    "payload",
    [
        {}, {"event_type": None}, {"payload": [1], "triggerEvent": "BOOKING_CREATED", "createdAt": AT},
        {"type": "email.sent", "created_at": 1e400, "data": "x"}, {"MessageSid": ["a"], "MessageStatus": {}},
        {"event": "invitee.created", "created_at": AT, "payload": {"uri": {"a": 1}}}, {"containerId": None},
        {"event_type": "email_sent", "timestamp": True, "lead_email": "a@b.example"},
        {"triggerEvent": "BOOKING_CANCELLED", "createdAt": "x" * 99, "uid": "\x00"},
    ],
)  # fmt: skip
def test_nothing_that_a_vendor_may_leave_out_breaks_reading(source: str, payload: dict[str, Any]) -> None:
    sources.identify(source, payload, {})
    assert isinstance(sources.read(source, payload), Unknown | MailEvent | BookingEvent | RunEvent)
