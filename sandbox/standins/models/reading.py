"""Replies: what a prospect means, told by the words used, in French and English."""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from sandbox.standins.models.facts import Facts

_POSITIVE = {"interested", "meeting_request"}
_NEGATIVE = {"complaint", "unsubscribe", "not_interested"}
_NO_DRAFT = {"out_of_office", "unsubscribe", "bounce", "complaint"}
_FRENCH = re.compile(r"\b(?:je|vous|nous|merci|pas|est|bonjour|votre|une|pour|de|le|la)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:i|you|we|thanks|not|is|hello|your|the|for|to|and|please)\b", re.IGNORECASE)
_SURE, _UNSURE = 0.93, 0.55


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("reading.yaml").read_text(encoding="utf-8"))
    return loaded


def intent_of(text: str) -> tuple[str, float]:
    """The intent of a text and how sure that is."""
    for intent, words in _words()["intents"].items():
        if re.search("|".join(words), text, re.IGNORECASE | re.MULTILINE):
            if intent in {"meeting_request", "interested", "objection"} and re.search(
                _words()["questions"], text, re.IGNORECASE
            ):
                return "question", _SURE
            return intent, _SURE
    return "other", _UNSURE


def decision(facts: Facts) -> dict[str, Any]:
    """Everything that is asked about a reply."""
    text = facts.text("reply", "text") or facts.text("text")
    intent, confidence = intent_of(
        f"{facts.text('reply', 'subject')}\n{text}" if "utomati" in facts.text("reply", "subject") else text
    )
    language = "fr" if len(_FRENCH.findall(text)) >= len(_ENGLISH.findall(text)) else "en"
    drafts = _words()["drafts"][language]
    sentiment = "positive" if intent in _POSITIVE else "negative" if intent in _NEGATIVE else "neutral"
    body = None if intent in _NO_DRAFT else drafts.get(intent, drafts["other"])
    action = {
        "interested": "send_booking_link",
        "meeting_request": "send_booking_link",
        "out_of_office": "wait_until",
        "unsubscribe": "suppress",
    }
    return {
        "intent": intent,
        "sentiment": sentiment,
        "confidence": confidence,
        "language": language,
        "action": action.get(intent, "human_review"),
        "hold_until": None,
        "draft_body": body,
        "draft": {"subject": f"Re: {facts.text('reply', 'subject').removeprefix('Re: ')}", "body": body}
        if body
        else None,
        "bant_facts": _quotes(text),
        "reasons": [f"The words used are those of {intent.replace('_', ' ')}."],
    }


def _quotes(text: str) -> list[dict[str, str]]:
    sentences = [one.strip() for one in re.split(r"(?<=[.!?])\s+|\n+", text) if one.strip() and not one.startswith(">")]
    found = []
    for criterion, words in _words()["bant"].items():
        quote = next((one for one in sentences if re.search(words, one, re.IGNORECASE)), None)
        if quote is not None:
            found.append({"criterion": criterion, "quote": quote[:300]})
    return found[:3]
