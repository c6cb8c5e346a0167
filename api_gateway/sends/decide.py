"""May this message go out now? One pure function, whose every answer is stored with its reason.

`decide` asks in a fixed order and stops at the first no. A :class:`Stop` is final for this message, a :class:`Defer`
says when to ask again (`until` None: not before somebody changes something). Answers to a reply (`kind == "reply"`) are
part of a conversation that the person began: they wait for no window and no cap, but for everything else.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from api_gateway.sends.calendar import (
    Window,
    day_bounds,
    holiday_country,
    is_holiday,
    is_open,
    next_open,
    zone_named,
    zone_of,
)

WARMUP_FIRST_DAY = 5
WARMUP_GROWTH = 2
HOUR = timedelta(hours=1)
RECHECK = timedelta(minutes=15)

_IN_SEQUENCE = frozenset({"qualified", "in_sequence"})
_COMPANY_EVENTS = {
    "reply": "has replied",
    "meeting": "has a meeting",
    "bounce": "could not be reached",
    "unsubscribe": "has unsubscribed",
}
_CLOSED_TO_ANSWERS = frozenset({"unsubscribed", "bounced"})


@dataclass(frozen=True)
class MessageFacts:
    """`missing`: what is empty or was never filled in, by name."""

    status: str
    kind: str
    channel: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProspectFacts:
    """`suppressed`: why nothing may be sent to this person; `reachable`: has an address on the message's channel.

    `company_event`: what happened with a colleague that, by the campaign's choice, ends sequences at the whole company.
    """

    suppressed: str | None = None
    enrollment_status: str = "in_sequence"
    company_event: str | None = None
    hold_until: datetime | None = None
    reachable: bool = True
    email_status: str = "unknown"
    time_zone: str | None = None
    country: str | None = None
    city: str | None = None


@dataclass(frozen=True)
class MailboxFacts:
    """`sent_today` counts the mailbox's own local day. `daily_cap` and `min_gap_s` are the strictest that hold."""

    id: UUID
    provider: str
    time_zone: str
    health: str = "healthy"
    is_active: bool = True
    daily_cap: int = 20
    min_gap_s: int = 60
    warmup_started_on: date | None = None
    sent_today: int = 0
    last_sent_at: datetime | None = None


@dataclass(frozen=True)
class CampaignFacts:
    """Sends of the last hour are counted for the campaign and for the whole organization, each with a cap of its own.

    `frees_at`: when a full cap has room again; None when that is not known.
    """

    status: str = "active"
    organization_stopped: bool = False
    days: frozenset[int] = frozenset({1, 2, 3, 4, 5})
    opens: time = time(9)
    closes: time = time(18)
    time_zone: str = "Europe/Paris"
    respect_holidays: bool = True
    email_rule: str = "any"
    hourly_cap: int = 20
    sent_last_hour: int = 0
    frees_at: datetime | None = None
    organization_hourly_cap: int = 20
    organization_sent_last_hour: int = 0
    organization_frees_at: datetime | None = None


@dataclass(frozen=True)
class Send:
    """Go. `reason` says that every rule agreed."""

    reason: str = "allowed"
    explanation: str = "Every rule allows it now."
    outcome: Literal["send"] = "send"


@dataclass(frozen=True)
class Defer:
    """Not now. Ask again at `until`; None: when somebody has changed what stands in the way."""

    reason: str
    explanation: str
    until: datetime | None = None
    outcome: Literal["defer"] = "defer"


@dataclass(frozen=True)
class Stop:
    """Never, for this message."""

    reason: str
    explanation: str
    outcome: Literal["stop"] = "stop"
    details: tuple[str, ...] = ()


Decision = Send | Defer | Stop


def decide(
    message: MessageFacts,
    prospect: ProspectFacts,
    mailbox: MailboxFacts | None,
    campaign: CampaignFacts,
    now: datetime,
) -> Decision:
    """Whether `message` may leave at the aware instant `now`. Pure: same facts, same answer."""
    no = (
        campaign_says(campaign)
        or _person_says(message, prospect, now)
        or _address_says(prospect, campaign)
        or _content_says(message)
    )
    if no is not None:
        return no
    is_answer = message.kind == "reply"
    if not is_answer and (no := _calendar_says(prospect, campaign, now)):
        return no
    if no := _mailbox_says(mailbox, now, capped=not is_answer):
        return no
    if is_answer or mailbox is None:
        return Send()
    return _pace_says(mailbox, campaign, now) or Send()


def effective_daily_cap(daily_cap: int, warmup_started_on: date | None, today: date) -> int:
    """Today's cap: five on the first day of the warm-up and two more each day, up to the daily cap."""
    if warmup_started_on is None:
        return daily_cap
    day = max(0, (today - warmup_started_on).days)
    return min(daily_cap, WARMUP_FIRST_DAY + WARMUP_GROWTH * day)


def clock_of(prospect: ProspectFacts, campaign: CampaignFacts) -> tuple[ZoneInfo, str | None]:
    """The wall clock that counts (the person's when known, else the campaign's) and the country of its holidays."""
    zone = (
        zone_named(prospect.time_zone)
        or zone_named(zone_of(prospect.country, prospect.city))
        or ZoneInfo(campaign.time_zone)
    )
    return zone, holiday_country(prospect.country, zone.key) if campaign.respect_holidays else None


def campaign_says(campaign: CampaignFacts) -> Decision | None:
    """What keeps every message of the campaign from leaving; None when nothing does."""
    if campaign.status == "paused":
        return Defer("campaign_paused", "The campaign is paused; it goes on when somebody resumes it.")
    if campaign.status not in {"active", "completed"}:
        return Stop("campaign_not_active", f"The campaign is {campaign.status}.")
    if campaign.organization_stopped:
        return Defer("sending_stopped", "All sending of the organisation is stopped until somebody lifts the stop.")
    return None


def _person_says(message: MessageFacts, prospect: ProspectFacts, now: datetime) -> Decision | None:
    if prospect.suppressed is not None:
        return Stop("suppressed", f"On the suppression list: {prospect.suppressed}.")
    if message.kind != "reply":
        return _sequence_says(prospect, now)
    if prospect.enrollment_status in _CLOSED_TO_ANSWERS:
        return Stop(f"enrollment_{prospect.enrollment_status}", f"The person's state is {prospect.enrollment_status}.")
    return None


def _sequence_says(prospect: ProspectFacts, now: datetime) -> Decision | None:
    status = prospect.enrollment_status
    if status not in _IN_SEQUENCE:
        return Stop(f"enrollment_{status}", f"The sequence has ended for this person: {status}.")
    if prospect.company_event is not None:
        said = _COMPANY_EVENTS[prospect.company_event]
        return Stop(
            "company_stopped", f"A colleague at the same company {said}; the campaign then stops for all there."
        )
    if prospect.hold_until is not None and prospect.hold_until > now:
        return Defer("on_hold", "The person is away; the sequence waits.", prospect.hold_until)
    return None


def _address_says(prospect: ProspectFacts, campaign: CampaignFacts) -> Decision | None:
    if not prospect.reachable:
        return Stop("no_address", "There is no address to send to on this channel.")
    allowed = {
        "any": {"valid", "unknown", "risky"},
        "not_risky": {"valid", "unknown"},
        "valid": {"valid"},
    }[campaign.email_rule]
    if prospect.email_status not in allowed:
        return Stop(
            "address_not_verified",
            f"The address is {prospect.email_status}; the campaign's rule is {campaign.email_rule}.",
        )
    return None


def _content_says(message: MessageFacts) -> Decision | None:
    if message.status not in {"approved", "scheduled"}:
        return Stop("not_approved", f"The message is {message.status}, not approved.")
    if message.missing:
        return Stop("incomplete", "Something in the text was never filled in.", details=message.missing)
    return None


def _calendar_says(prospect: ProspectFacts, campaign: CampaignFacts, now: datetime) -> Decision | None:
    zone, country = clock_of(prospect, campaign)
    window = Window(days=campaign.days, opens=campaign.opens, closes=campaign.closes)
    if is_open(window, zone, country, now):
        return None
    until = next_open(window, zone, country, now)
    local = now.astimezone(zone)
    if local.isoweekday() not in campaign.days:
        return Defer("send_days", f"It is no day to send in {zone.key}.", until)
    if is_holiday(country, local.date()):
        return Defer("public_holiday", f"It is a public holiday in {country}.", until)
    return Defer("send_hours", f"It is {local:%H:%M} in {zone.key}, outside the sending hours.", until)


def _mailbox_says(mailbox: MailboxFacts | None, now: datetime, *, capped: bool) -> Decision | None:
    if mailbox is None:
        return Defer("no_mailbox", "No mailbox is connected to send from.", now + RECHECK)
    if not mailbox.is_active:
        return Defer("mailbox_inactive", "The person's mailbox is switched off.", now + RECHECK)
    if mailbox.health == "paused":
        return Defer("mailbox_paused", "The person's mailbox is paused; somebody must lift the pause.", now + RECHECK)
    if not capped:
        return None
    zone = ZoneInfo(mailbox.time_zone)
    cap = effective_daily_cap(mailbox.daily_cap, mailbox.warmup_started_on, now.astimezone(zone).date())
    if mailbox.sent_today >= cap:
        return Defer("mailbox_daily_cap", f"The mailbox has sent its {cap} of today.", day_bounds(zone, now)[1])
    return None


def _pace_says(mailbox: MailboxFacts, campaign: CampaignFacts, now: datetime) -> Decision | None:
    for name, cap, sent, frees_at in (
        ("campaign_hourly_cap", campaign.hourly_cap, campaign.sent_last_hour, campaign.frees_at),
        (
            "organization_hourly_cap",
            campaign.organization_hourly_cap,
            campaign.organization_sent_last_hour,
            campaign.organization_frees_at,
        ),
    ):
        if sent >= cap:
            until = frees_at if frees_at is not None and frees_at > now else now + HOUR
            return Defer(name, f"The cap of {cap} an hour is reached.", until)
    if mailbox.last_sent_at is not None:
        free_at = mailbox.last_sent_at + timedelta(seconds=mailbox.min_gap_s)
        if free_at > now:
            return Defer("minimum_gap", f"The mailbox rests {mailbox.min_gap_s} s between two sends.", free_at)
    return None
