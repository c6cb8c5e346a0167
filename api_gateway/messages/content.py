"""What a text must not leave the house with: places that were never filled in."""

import re

_PLACEHOLDER = re.compile(
    r"\{\{.*?\}\}|\{[A-Za-z_][\w .-]*\}|<<.*?>>|%[A-Z_]{2,}%"
    r"|\[(?:(?:pré)?nom|prenom|name|first ?name|last ?name|company|entreprise|société|societe|titre|title|lien|link|"
    r"votre [^\]]*|your [^\]]*)\]",
    re.IGNORECASE | re.DOTALL,
)
_EMPTY_GREETING = re.compile(r"^\s*(?:bonjour|bonsoir|hello|hi|dear|cher|chère|hallo)\s+[,;:!]", re.IGNORECASE)
MOST_NAMED = 10


def missing(channel: str, subject: str, body: str, *, needs_subject: bool = True) -> tuple[str, ...]:
    """What is empty or was never filled in; nothing when the message may be sent."""
    found = []
    if channel == "email" and needs_subject and not subject.strip():
        found.append("subject")
    if not body.strip():
        found.append("body")
    if _EMPTY_GREETING.search(body):
        found.append("name in the greeting")
    found += dict.fromkeys(place.group(0)[:60] for place in _PLACEHOLDER.finditer(f"{subject}\n{body}"))
    return tuple(found[:MOST_NAMED])
