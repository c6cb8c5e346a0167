"""The facts of one organization at one moment, put before `decide()` for one planned send after the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api_gateway.database import Session
from api_gateway.messages import content
from api_gateway.sends import repository
from api_gateway.sends.decide import (
    CampaignFacts,
    Decision,
    MailboxFacts,
    MessageFacts,
    ProspectFacts,
    decide,
    effective_daily_cap,
)
from api_gateway.sends.repository import IntentFacts, MailboxRow, Pace
from api_gateway.suppressions import repository as suppressions
from api_gateway.suppressions.keys import Key, hashed, keys_of, normalized

PROVIDERS = {"email": frozenset({"instantly", "resend", "smtp"}), "sms": frozenset({"twilio"})}


def keys_of_intent(intent: IntentFacts) -> list[Key]:
    """The forms under which its person may be suppressed."""
    return keys_of(intent.email_norm, intent.phone_e164, intent.linkedin_norm)


def recipient(intent: IntentFacts) -> str | None:
    """The address on the message's channel."""
    return intent.email if intent.channel == "email" else intent.phone_e164


def as_begun(intent: IntentFacts, recipient: str | None) -> IntentFacts:
    """The intent as it was when its vendor was called: the person's address may be another one by now."""
    if recipient is None:
        return intent
    if intent.channel != "email":
        return intent.model_copy(update={"phone_e164": recipient})
    return intent.model_copy(update={"email": recipient, "email_norm": normalized("email", recipient).value})


@dataclass
class Desk:
    """Mailboxes, caps and suppressions as they stand; `took` counts a send that was let through since."""

    now: datetime
    mailboxes: list[MailboxRow]
    used: Mapping[tuple[UUID, str], UUID]
    chosen: Mapping[UUID, set[UUID]]
    paces: dict[UUID | None, Pace]
    suppressed: Mapping[Key, str]
    organization_id: UUID
    secret: bytes

    @classmethod
    async def laid(
        cls, session: Session, organization_id: UUID, intents: Sequence[IntentFacts], *, secret: bytes, now: datetime
    ) -> "Desk":
        """Read everything that `intents` of one organization are judged by."""
        keys = {key for intent in intents for key in keys_of_intent(intent)}
        forms = [*keys, *(hashed(key, secret, organization_id) for key in keys)]
        return cls(
            now=now,
            mailboxes=await repository.mailboxes(session, organization_id, now),
            used=await repository.used_mailboxes(session, [intent.enrollment_id for intent in intents]),
            chosen=await repository.chosen_mailboxes(session, [intent.campaign_id for intent in intents]),
            paces=await repository.paces(
                session,
                organization_id,
                {intent.campaign_id: intent.hourly_cap for intent in intents},
                min((intent.organization_hourly_cap for intent in intents), default=0),
                now,
            ),
            suppressed=await suppressions.reasons(session, organization_id, forms),
            organization_id=organization_id,
            secret=secret,
        )

    def judge(self, intent: IntentFacts) -> tuple[Decision, MailboxRow | None]:
        """What `decide()` says about this send now, and the mailbox that it would leave from."""
        mailbox = self.mailbox_for(intent)
        facts = None if mailbox is None else self._mailbox_facts(mailbox, intent)
        decision = decide(
            self._message_facts(intent), self._prospect_facts(intent), facts, self._campaign_facts(intent), self.now
        )
        return decision, mailbox

    def mailbox_for(self, intent: IntentFacts) -> MailboxRow | None:
        """The one that the person sticks to on this channel; otherwise the least used that may send, or any at all."""
        fitting = PROVIDERS.get(intent.channel, frozenset())
        candidates = [box for box in self.mailboxes if box.provider in fitting]
        for own in (self.used.get((intent.enrollment_id, intent.channel)), intent.mailbox_id):
            if sticky := [box for box in candidates if box.id == own]:
                return sticky[0]
        if chosen := self.chosen.get(intent.campaign_id):
            candidates = [box for box in candidates if box.id in chosen]
        usable = [box for box in candidates if box.is_active and box.health != "paused"]
        ranked = sorted(usable or candidates, key=lambda box: (self._is_full(box, intent), box.sent_today))
        return ranked[0] if ranked else None

    def took(self, intent: IntentFacts, mailbox: MailboxRow) -> None:
        """One more send from this mailbox, now: what is judged next must know it."""
        place = next(at for at, box in enumerate(self.mailboxes) if box.id == mailbox.id)
        self.mailboxes[place] = mailbox.model_copy(
            update={"sent_today": mailbox.sent_today + 1, "last_sent_at": self.now}
        )
        for name in (intent.campaign_id, None):
            pace = self.paces[name]
            self.paces[name] = pace.model_copy(update={"sent": pace.sent + 1})

    def _is_full(self, box: MailboxRow, intent: IntentFacts) -> bool:
        facts = self._mailbox_facts(box, intent)
        today = self.now.astimezone(ZoneInfo(box.time_zone)).date()
        return box.sent_today >= effective_daily_cap(facts.daily_cap, facts.warmup_started_on, today)

    def _message_facts(self, intent: IntentFacts) -> MessageFacts:
        needs_subject = intent.kind != "reply" and intent.first_subject is None
        return MessageFacts(
            status=intent.message_status,
            kind=intent.kind,
            channel=intent.channel,
            missing=content.missing(intent.channel, intent.subject, intent.body, needs_subject=needs_subject),
        )

    def _prospect_facts(self, intent: IntentFacts) -> ProspectFacts:
        keys = keys_of_intent(intent)
        forms = [*keys, *(hashed(key, self.secret, self.organization_id) for key in keys)]
        return ProspectFacts(
            suppressed=next((self.suppressed[key] for key in forms if key in self.suppressed), None),
            enrollment_status=intent.enrollment_status,
            company_event=intent.company_event,
            hold_until=intent.hold_until,
            reachable=bool(recipient(intent)),
            email_status=intent.email_status if intent.channel == "email" else "valid",
            time_zone=intent.prospect_time_zone,
            country=intent.country,
            city=intent.city,
        )

    def _mailbox_facts(self, box: MailboxRow, intent: IntentFacts) -> MailboxFacts:
        return MailboxFacts(
            id=box.id,
            provider=box.provider,
            time_zone=box.time_zone,
            health=box.health,
            is_active=box.is_active,
            daily_cap=min(box.daily_cap, intent.mailbox_daily_cap),
            min_gap_s=max(box.min_gap_seconds, intent.min_gap_seconds),
            warmup_started_on=box.warmup_started_on,
            sent_today=box.sent_today,
            last_sent_at=box.last_sent_at,
        )

    def _campaign_facts(self, intent: IntentFacts) -> CampaignFacts:
        nothing = Pace(campaign_id=None, sent=0, frees_at=None, oldest_leaves_at=None)
        campaign, organization = self.paces.get(intent.campaign_id, nothing), self.paces.get(None, nothing)
        return CampaignFacts(
            status=intent.campaign_status,
            organization_stopped=intent.organization_stopped,
            days=frozenset(intent.send_days),
            opens=intent.send_from,
            closes=intent.send_until,
            time_zone=intent.campaign_time_zone,
            respect_holidays=intent.respect_holidays,
            email_rule=intent.email_rule,
            hourly_cap=intent.hourly_cap,
            sent_last_hour=campaign.sent,
            frees_at=campaign.frees_at or campaign.oldest_leaves_at,
            organization_hourly_cap=intent.organization_hourly_cap,
            organization_sent_last_hour=organization.sent,
            organization_frees_at=organization.frees_at or organization.oldest_leaves_at,
        )
