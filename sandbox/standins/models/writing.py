"""Messages: short, from the facts, without a name, figure or link that the facts don't hold."""

import re
from typing import Any

from sandbox.standins.models.facts import Facts
from sandbox.standins.models.researching import topics

_OPENINGS = {
    "fr": (
        "Votre actualité a retenu mon attention : {topic}.",
        "J'ai vu passer ceci à votre sujet : {topic}.",
        "Un point de votre profil m'a fait réagir : {topic}.",
        "Je vous écris à propos de ceci : {topic}.",
    ),
    "en": (
        "One thing about you caught my eye: {topic}.",
        "I came across this about you: {topic}.",
        "I am writing because of this: {topic}.",
        "This made me think of you: {topic}.",
    ),
    "de": (
        "Das ist mir bei Ihnen aufgefallen: {topic}.",
        "Ich schreibe Ihnen deswegen: {topic}.",
        "Dabei habe ich an Sie gedacht: {topic}.",
    ),
}
_OFFERS = {
    "fr": ("Ce que nous proposons : {offer}", "En une phrase, notre travail : {offer}", "De notre côté : {offer}"),
    "en": ("What we do: {offer}", "In one sentence, our work: {offer}", "On our side: {offer}"),
    "de": ("Unser Angebot: {offer}", "In einem Satz: {offer}"),
}
_REQUESTS = {
    "fr": (
        "Est-ce un sujet pour vous en ce moment ?",
        "Seriez-vous ouvert à un court échange à ce propos ?",
        "Qui, dans votre équipe, suit ce sujet ?",
        "Cela vaut-il la peine d'en parler ?",
    ),
    "en": (
        "Is this on your mind at the moment?",
        "Would you be open to a short conversation about it?",
        "Who in your team looks after this?",
        "Is it worth a conversation?",
    ),
    "de": ("Ist das gerade ein Thema für Sie?", "Wären Sie offen für ein kurzes Gespräch dazu?"),
}
_FOLLOW_UPS = {
    "fr": ("Je reviens vers vous au sujet de mon dernier message.", "Une pensée de plus sur ce que je vous écrivais."),
    "en": ("Coming back to my last message.", "One more thought on what I wrote to you."),
    "de": ("Ich komme auf meine letzte Nachricht zurück.",),
}
_SUBJECTS = {
    "fr": ("une question sur {topic}", "{company} : une idée", "à propos de {topic}", "une idée pour votre équipe"),
    "en": ("a question about {topic}", "{company}: one idea", "about {topic}", "an idea for your team"),
    "de": ("eine Frage zu {topic}", "{company}: eine Idee"),
}
_GREETINGS = {"fr": "Bonjour", "en": "Hello", "de": "Guten Tag"}
_SHORT = {"invitation": 300, "sms": 160}


def messages(facts: Facts) -> dict[str, Any]:
    """As many variants as asked for, and the first of them at top level."""
    wish = facts.data.get("variants")
    count = wish if isinstance(wish, int) else 1
    variants = [_variant(facts, number) for number in range(max(1, min(3, count)))]
    return {"variants": variants} | variants[0]


def sentence(facts: Facts) -> str:
    """A polite sentence for a question without schema."""
    name = facts.text("prospect", "first_name")
    return f"{_GREETINGS[facts.language]}{' ' + name if name else ''}."


def _variant(facts: Facts, number: int) -> dict[str, Any]:
    language, kind = facts.language, facts.text("kind") or "email"
    rng = facts.rng(f"variant:{number}")
    known = topics(facts)
    topic = known[number % len(known)] if known else ""
    said = re.sub(r"^[^:]{3,20} : ", "", topic).rstrip(". !") if topic else ""
    first = facts.text("prospect", "first_name")
    company, offer = facts.text("company", "name"), facts.text("sender", "value_proposition")
    greeting = f"{_GREETINGS[language]} {first}," if first else f"{_GREETINGS[language]},"
    opening = _pick(_OPENINGS, language, number, rng.random()).format(topic=said) if said else ""
    if kind == "follow_up":
        opening = f"{_pick(_FOLLOW_UPS, language, number, rng.random())} {opening}".strip()
    pitch = _pick(_OFFERS, language, number, rng.random()).format(offer=_sentence(offer)) if offer else ""
    request = _pick(_REQUESTS, language, number, rng.random())
    limit = int(facts.data.get("longest_characters") or _SHORT.get(kind, 1200))
    body = _shortest_that_fits(greeting, [opening, pitch, request], limit, one_line=kind in _SHORT)
    used = [
        text for text in (topic, offer, first) if text and (text in body or (text == topic and said and said in body))
    ]
    subject = None
    if facts.text("channel") in {"", "email"} and kind not in _SHORT:
        theme = facts.text("company", "industry").lower() or company
        shapes = [
            shape
            for shape in _SUBJECTS[language]
            if (company or "{company}" not in shape) and (theme or "{topic}" not in shape)
        ]
        subject = shapes[(number + rng.randrange(len(shapes))) % len(shapes)].format(topic=theme, company=company)[:80]
    return {"subject": subject, "body": body, "used_facts": list(dict.fromkeys(used))}


def _pick(table: dict[str, tuple[str, ...]], language: str, number: int, luck: float) -> str:
    options = table[language]
    return options[(int(luck * len(options)) + number) % len(options)]


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?")) else f"{text}."


def _shortest_that_fits(greeting: str, parts: list[str], limit: int, *, one_line: bool) -> str:
    parts = [part for part in parts if part]
    while True:
        body = f"{greeting} {' '.join(parts)}" if one_line else "\n\n".join([greeting, *parts])
        if len(body) <= limit or len(parts) == 1:
            return body[:limit]
        # The pitch goes first, then the opening: the request is what the message is for.
        parts.pop(1 if len(parts) > 2 else 0)
