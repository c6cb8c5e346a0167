"""The model proposes, code decides: what may be done about a reply without a person. Pure.

A booking link or an answer leaves alone only if the intent is `interested` or `meeting_request`, the confidence reaches
the campaign's threshold, no topic that always needs a person is touched, and the draft passes the checks here.
Everything that is not clearly safe goes to a person.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from api_gateway.messages import content
from api_gateway.replies.filter import DEFAULT_HOLD_DAYS, LONGEST_HOLD_DAYS
from api_gateway.replies.work import Draft, Reading
from kit.text import folded

MOST_ANSWERS_ALONE = 3
LONGEST_DRAFT = 3_000
_ALONE = frozenset({"interested", "meeting_request"})
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)

# Topics that a person answers, whatever the confidence; in text without accents.
_ESCALATIONS = {
    "price_negotiation": re.compile(
        r"\b(?:remise|ristourne|reduction|rabais|geste (?:commercial|sur)|trop cher|negoci\w+|discount|cheaper|"
        r"too expensive|better price|price match|rabatt|zu teuer)\b"
    ),
    "legal": re.compile(
        r"\b(?:avocat|juridique|illegal\w*|poursuit\w*|plainte|mise en demeure|tribunal|lawyer|attorney|legal action|"
        r"lawsuit|sue you|cease and desist|anwalt|rechtlich)\b"
    ),
    "data_protection": re.compile(
        r"\b(?:rgpd|gdpr|dsgvo|cnil|dpo|donnees personnelles|personal data|right to be forgotten|data protection|"
        r"protection des donnees|droit d'acces|origine de (?:mes|ces) donnees|ou tenez[- ]vous mon|base legale)\b"
    ),
    "anger": re.compile(
        r"\b(?:harcelement|inadmissible|insupportable|scandaleux|honteu\w+|foutez|arnaque|spam\w*|harass\w*|disgusting|"
        r"fuck\w*|pissed|scam|unverschamt)\b"
    ),
    "security": re.compile(
        r"\b(?:questionnaire de securite|iso ?27001|soc ?2|pentest|test d'intrusion|vulnerabilit\w+|"
        r"security (?:review|question\w*|audit)|penetration test|hebergement des donnees de sante|rssi|ciso)\b"
    ),
}


@dataclass(frozen=True)
class Policy:
    """What the campaign allows. `answers_so_far`: how often this person was answered without a human."""

    threshold: float
    booking_url: str | None
    answers_so_far: int


@dataclass(frozen=True)
class Decision:
    """`action`: what is done now. `needs_person`: a review item is opened, beside a suppression too."""

    action: Literal["send_booking_link", "answer", "hold", "suppress", "stop", "review"]
    reasons: tuple[str, ...]
    needs_person: bool = False
    hold_until: date | None = None


def decide(reading: Reading, words: str, policy: Policy, *, today: date) -> Decision:
    """What to do about a reply that was read as `reading`; `words` are the person's own."""
    topics = sorted({*reading.escalations, *escalations(words)})
    reasons = (*reading.reasons, *(f"always for a person: {topic}" for topic in topics))
    match reading.intent:
        case "unsubscribe":
            return Decision("suppress", reasons)
        case "complaint":
            return Decision("suppress", reasons, needs_person=True)
        case "out_of_office":
            return Decision("hold", reasons, hold_until=_bounded(reading.hold_until, today))
        case "not_interested" if not topics:
            return Decision("stop", reasons)
    objection = _objection(reading, topics, policy)
    if objection is not None:
        return Decision("review", (*reasons, objection), needs_person=True)
    return Decision("send_booking_link" if reading.action == "send_booking_link" else "answer", reasons)


def _objection(reading: Reading, topics: list[str], policy: Policy) -> str | None:
    """Why this may not be answered alone; None when it may."""
    checks = (
        (reading.intent not in _ALONE, f"intent {reading.intent} is answered by a person"),
        (bool(topics), "a topic that always needs a person"),
        (reading.action not in {"send_booking_link", "answer"}, "a person is asked for"),
        (reading.confidence < policy.threshold, f"confidence {reading.confidence:.2f} is below {policy.threshold:.2f}"),
        (policy.answers_so_far >= MOST_ANSWERS_ALONE, "answered often enough without a person"),
        (reading.action == "send_booking_link" and not policy.booking_url, "the campaign has no booking link"),
    )
    for holds, reason in checks:
        if holds:
            return reason
    return draft_fault(reading.draft, policy.booking_url)


def draft_fault(draft: Draft | None, booking_url: str | None) -> str | None:
    """Why a draft may not leave unread; None when it may."""
    if draft is None or not draft.body.strip():
        return "there is no draft"
    if len(draft.body) > LONGEST_DRAFT:
        return "the draft is too long"
    if content.missing("email", draft.subject, draft.body, needs_subject=False):
        return "a place in the draft was never filled in"
    allowed = {booking_url} if booking_url else set()
    text = f"{draft.subject}\n{draft.body}".replace("&amp;", "&")
    if any(found.rstrip(".,;:!?") not in allowed for found in _ADDRESS.findall(text)):
        return "the draft holds a link that is not ours"
    return None


def escalations(words: str) -> list[str]:
    """Topics in the person's own words that always need a person."""
    plain = folded(words)
    return [topic for topic, pattern in _ESCALATIONS.items() if pattern.search(plain)]


def _bounded(until: date | None, today: date) -> date:
    if until is None or not today < until <= today + timedelta(days=LONGEST_HOLD_DAYS):
        return today + timedelta(days=DEFAULT_HOLD_DAYS)
    return until


def booking_link(booking_url: str | None, enrollment_id: UUID) -> str | None:
    """The campaign's booking page, with what finds the enrollment again when somebody books there."""
    if not booking_url:
        return None
    parts = urlsplit(booking_url)
    is_calendly = (parts.hostname or "").lower().endswith("calendly.com")
    mark = {"utm_content" if is_calendly else "metadata[enrollment]": str(enrollment_id)}
    query = "&".join(filter(None, (parts.query, urlencode(mark))))
    return urlunsplit(parts._replace(query=query))
