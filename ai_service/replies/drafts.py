"""Drafts by templates, in the language of the reply. The booking link is put in here and nowhere else."""

import tomllib
from pathlib import Path
from typing import Any

from ai_service.messages.naming import given_name, salutation
from ai_service.replies.schemas import Draft, Intent, ReplyRequest
from ai_service.schemas import Language

_TEXTS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "drafts.toml").read_text(encoding="utf-8"))
_WITH_MEETING: frozenset[Intent] = frozenset({"interested", "meeting_request", "question"})


def _text(language: Language, name: str) -> str:
    return str(_TEXTS[language][name])


def subject_of(request: ReplyRequest, language: Language) -> str:
    """The subject of the thread with one Re: in front."""
    subject = (
        request.reply.subject or next((item.subject for item in reversed(request.thread) if item.subject), "") or ""
    )
    bare = subject.strip()
    while bare[:3].casefold() in {"re:", "tr:", "fw:", "aw:", "wg:"} or bare[:4].casefold() == "fwd:":
        bare = bare.split(":", 1)[1].strip()
    return (
        f"Re: {bare}"
        if bare
        else {"fr": "Suite à votre message", "en": "Following up", "de": "Zu Ihrer Nachricht"}[language]
    )


def booking_line(language: Language, booking_url: str | None) -> str:
    """The sentence that asks for a time: with the campaign's own link when there is one."""
    return _text(language, "booking").format(url=booking_url) if booking_url else _text(language, "offer")


def closing(language: Language) -> str:
    """The last line of a draft."""
    return _text(language, "closing")


def wants_meeting(intent: Intent) -> bool:
    """Whether a draft for this intent proposes a meeting."""
    return intent in _WITH_MEETING


def draft(request: ReplyRequest, intent: Intent, language: Language) -> Draft | None:
    """The template for this intent; None for intents that nobody answers (opt-outs, bounces, absences, complaints)."""
    middle = _TEXTS[language]["middle"].get(intent)
    if middle is None:
        return None
    name = given_name(request.prospect.first_name) if request.prospect else ""
    parts = [salutation(language, name)]
    if intent not in {"referral", "wrong_person"}:
        parts.append(_text(language, "thanks"))
    parts.append(middle)
    if wants_meeting(intent):
        parts.append(booking_line(language, request.booking_url))
    parts.append(closing(language))
    return Draft(subject=subject_of(request, language), body="\n\n".join(parts))
