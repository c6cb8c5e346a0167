"""The prospects behind the mailbox: they open, click, answer, leave, book. Decided by `sandbox.story`, timed here."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from sandbox.standins.instantly.world import World, as_text, stable_id
from sandbox.standins.standin import Record, log
from sandbox.story import outcomes, writing
from sandbox.story.outcomes import Kind

SEND_AFTER_DAYS = 0.01
OPEN_TO_BOOKING = frozenset({"interested", "meeting_request", "second_yes"})
_URL = re.compile(r"https?://[^\s\"'<>()]+")
_HOSTS = {
    "calcom": re.compile(r"(?:^|\.)cal(?:endar)?\.(?:com|example)$"),
    "calendly": re.compile(r"(?:^|\.)calendly\.(?:com|example)$"),
}
_AUTOMATIC_HEADERS = "Auto-Submitted: auto-replied\nX-Auto-Response-Suppress: All\nPrecedence: bulk\n\n"


class Story(World):
    """Schedules what follows from each mail, and takes it up again after a restart."""

    def resume(self) -> None:
        """Send what was promised, and schedule what hasn't happened yet."""
        self.announce_missed()
        for lead in list(self.tables["leads"].values()):
            self.schedule_first_mail(lead)
        for mail in list(self.tables["emails"].values()):
            if mail["ue_type"] == 1:
                self._announce_sent(mail)
            if mail["ue_type"] in {1, 3}:
                self.tell(mail)

    def schedule_first_mail(self, lead: Record) -> None:
        """Send to a new lead a moment later."""

        async def send() -> None:
            mail = self.send_first_mail(self.tables["leads"].get(lead["id"], lead | {"status": -3}))
            if mail is not None:
                self._announce_sent(mail)
                self.tell(mail)

        self.later(SEND_AFTER_DAYS * self.day_seconds, send)

    def _announce_sent(self, mail: Record) -> None:
        texts = {f"email_{name}": mail["body"].get(name) for name in ("text", "html")}
        self.happen("email_sent", f"{mail['id']}|sent", mail, email_subject=mail["subject"], **texts)

    def tell(self, mail: Record) -> None:
        """Schedule what a mail that went out leads to."""
        heard = [one for one in self.thread_of(mail) if one["ue_type"] == 2 and not one["is_auto_reply"]]
        before = [one for one in heard if one["timestamp_created"] <= mail["timestamp_created"]]
        if before:
            self._tell_answered(mail, before[-1])
            return
        address = mail["lead"]
        what = outcomes.outcome(self.seed, address, mail["_step"], self.liveliness)
        mail_id = mail["id"]
        if what.bounced_after is not None:
            self._at(what.bounced_after, f"{mail_id}|bounced", lambda: self._bounce(mail))
        if what.opened_after is not None:
            self._at(what.opened_after, f"{mail_id}|opened", lambda: self._simple("email_opened", "opened", mail))
        if what.clicked_after is not None and _URL.search(str(mail["body"])):
            self._at(what.clicked_after, f"{mail_id}|clicked", lambda: self._simple("link_clicked", "clicked", mail))
        if what.unsubscribed_after is not None:
            self._at(what.unsubscribed_after, f"{mail_id}|unsubscribed", lambda: self._unsubscribe(mail))
        if what.reply is not None and what.replied_after is not None:
            kind = what.reply
            self._at(what.replied_after, f"{mail_id}|replied", lambda: self._reply(mail, kind))

    def _tell_answered(self, mail: Record, heard: Record) -> None:
        # Somebody who wrote to us has now been answered: by a booking link, or by words.
        link = self.booking_link(str(mail["body"].get("html") or mail["body"].get("text") or ""))
        if link is not None and heard["_kind"] in OPEN_TO_BOOKING:
            then = outcomes.booking(self.seed, mail["lead"])
            if then != "never":
                self._at(0.3, f"{mail['id']}|booked", lambda: self._book(mail, *link, then))
        elif heard["_kind"] in {"question", "objection"} and outcomes.second_reply(self.seed, mail["lead"]):
            self._at(0.5, f"{mail['id']}|replied", lambda: self._reply(mail, "second_yes"))

    def booking_link(self, body: str) -> tuple[str, str] | None:
        """The first link of a body that leads to a booking page, and whose page it is."""
        for found in _URL.findall(body.replace("&amp;", "&")):
            link = str(found).rstrip(".,;")
            for vendor, host in _HOSTS.items():
                own = self.peers.get(vendor)
                if (own and link.startswith(own)) or host.search(urlsplit(link).hostname or ""):
                    return vendor, link
            if any(link.startswith(base) for base in self.booking_bases):
                return "calcom", link
        return None

    def _at(self, days: float, key: str, act: Callable[[], Awaitable[None]]) -> None:
        if key in self.tables["happenings"]:
            return
        self.later(days * self.day_seconds, act)

    async def _simple(self, name: str, what: str, mail: Record) -> None:
        self.happen(name, f"{mail['id']}|{what}", mail, email_subject=mail["subject"])

    async def _bounce(self, mail: Record) -> None:
        self._set_lead(mail, status=-1)
        self.happen("email_bounced", f"{mail['id']}|bounced", mail, email_subject=mail["subject"])
        who = writing.writer(self.seed, mail["lead"], self.tables["leads"].get(mail["lead_id"], {}))
        report = writing.delivery_failure(who, self._as_mail(mail))
        received_id = stable_id(mail["id"], "bounce-report")
        if received_id not in self.tables["emails"]:
            body = {"text": report.text, "html": report.html}
            self.store_received(mail, received_id, subject=report.subject, body=body, auto=True, kind="bounce")

    async def _unsubscribe(self, mail: Record) -> None:
        self._set_lead(mail, status=-2)
        await self._simple("lead_unsubscribed", "unsubscribed", mail)

    async def _reply(self, mail: Record, kind: Kind) -> None:
        key = f"{mail['id']}|replied"
        if key in self.tables["happenings"]:
            return
        lead = self.tables["leads"].get(mail["lead_id"], {})
        who = writing.writer(self.seed, mail["lead"], lead)
        answer = writing.answer(self.seed, who, kind, self._as_mail(mail), mail["_step"])
        received_id = stable_id(mail["id"], "reply")
        text = answer.text
        # A quarter of the out-of-office mails shows its headers in the text, as some gateways pass them on.
        if answer.automatic and int(received_id[:4], 16) % 4 == 0:
            text = _AUTOMATIC_HEADERS + text
        body = {"text": text, "html": answer.html}
        received = self.tables["emails"].get(received_id) or self.store_received(
            mail, received_id, subject=answer.subject, body=body, auto=answer.automatic, kind=kind
        )
        name = "auto_reply_received" if answer.automatic and int(received_id[:4], 16) % 3 else "reply_received"
        self.happen(
            name,
            key,
            mail,
            email_id=received["id"],
            email_subject=mail["subject"],
            email_text=mail["body"].get("text"),
            email_html=mail["body"].get("html"),
            reply_subject=answer.subject,
            reply_text=text,
            reply_html=answer.html,
            reply_text_snippet=text[:120],
        )

    async def _book(self, mail: Record, vendor: str, link: str, then: str) -> None:
        key = f"{mail['id']}|booked"
        page = self.peers.get(vendor)
        if key in self.tables["happenings"] or page is None:
            return
        who = writing.writer(self.seed, mail["lead"], self.tables["leads"].get(mail["lead_id"], {}))
        wish: dict[str, Any] = {
            "key": key,
            "email": who.email,
            "name": f"{who.first_name} {who.last_name}",
            "link": link,
            "then": then,
        }
        try:
            response = await self.client.post(f"{page}/_control/book", json=wish)
            response.raise_for_status()
        except httpx2.HTTPError as error:
            log.warning("%s could not book: %r", who.email, error)
            return
        self.effect(
            "booking_made", key, "happenings", {"id": key, "event_type": "", "payload": {"campaign_id": None}, "at": 0}
        )

    def _set_lead(self, mail: Record, status: int) -> None:
        lead = self.tables["leads"].get(mail["lead_id"])
        if lead is not None and lead["status"] != status:
            self.effect("lead_updated", lead["id"], "leads", lead | {"status": status})

    def _as_mail(self, mail: Record) -> writing.Mail:
        text = str(mail["body"].get("text") or as_text(str(mail["body"].get("html") or "")))
        sent_at = datetime.fromisoformat(mail["timestamp_email"])
        return writing.Mail(mail["eaccount"], mail["subject"], text, sent_at)
