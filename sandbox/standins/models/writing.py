"""Messages: short, from the facts, without a name, figure or link that the facts don't hold."""

import re
from pathlib import Path
from typing import Any

import yaml

from sandbox.standins.models.facts import Facts
from sandbox.standins.models.researching import topics

_PHRASES: dict[str, dict[str, list[str]]] = yaml.safe_load(
    Path(__file__).with_name("writing.yaml").read_text(encoding="utf-8")
)
_SHORT = {"invitation": 300, "sms": 160}
_OWN_SENTENCE = re.compile(r"(?:nous|on|je|we|i|wir|ich)\b", re.IGNORECASE)


def messages(facts: Facts) -> dict[str, Any]:
    """As many variants as asked for, and the first of them at top level."""
    wish = facts.data.get("variants")
    count = wish if isinstance(wish, int) else 1
    variants = [_variant(facts, number) for number in range(max(1, min(3, count)))]
    return {"variants": variants} | variants[0]


def sentence(facts: Facts) -> str:
    """A polite sentence for a question without schema."""
    return _greeting(facts)


def _greeting(facts: Facts) -> str:
    name = facts.text("prospect", "first_name")
    return f"{_PHRASES[facts.language]['greeting'][0]}{' ' + name if name else ''},"


def _variant(facts: Facts, number: int) -> dict[str, Any]:
    phrases, kind = _PHRASES[facts.language], facts.text("kind") or "email"
    first = facts.rng("variant").randrange(60)

    def pick(name: str) -> str:
        # Variants of one message take different phrases; different readers begin at different ones.
        return phrases[name][(first + number) % len(phrases[name])]

    known = topics(facts)
    about, topic = known[number % len(known)] if known else ("", "")
    company = facts.text("company", "name")
    opening = pick(about).format(topic=topic.rstrip(". "), company=company) if topic else ""
    if kind in {"follow_up", "reply"}:
        opening = f"{pick(kind)} {opening if kind == 'follow_up' else ''}".strip()
    offer = facts.text("sender", "value_proposition")
    pitch = _pitch(offer, pick("own_offer"), pick("offer")) if offer else ""
    limit = int(facts.data.get("longest_characters") or _SHORT.get(kind, 1200))
    parts = [opening, pitch, pick("request")]
    body = _shortest_that_fits(_greeting(facts), parts, limit, one_line=kind in _SHORT)
    used = [fact for fact, said in ((topic, opening), (offer, pitch)) if fact and said and said[-20:] in body]
    subject = None
    if facts.text("channel") in {"", "email"} and kind not in _SHORT:
        subject = pick("subject_company" if company else "subject").format(company=company)[:80]
    return {"subject": subject, "body": body, "used_facts": used}


def _pitch(offer: str, own: str, plain: str) -> str:
    if _OWN_SENTENCE.match(offer):
        return own.format(offer=_sentence(offer[0].lower() + offer[1:]))
    return plain.format(offer=_sentence(offer))


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?")) else f"{text}."


def _shortest_that_fits(greeting: str, parts: list[str], limit: int, *, one_line: bool) -> str:
    parts = [part for part in parts if part]
    while True:
        if one_line:
            text = " ".join(parts)
            body = f"{greeting} {text[0].lower()}{text[1:]}" if text else greeting
        else:
            body = "\n\n".join([greeting, *parts])
        if len(body) <= limit or len(parts) <= 1:
            return body[:limit]
        # The pitch goes first, then the opening: the request is what the message is for.
        parts.pop(1 if len(parts) > 2 else 0)
