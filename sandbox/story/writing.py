"""How an answer looks on the wire: greeting, text, signature, and the original quoted as mail programs do."""

import html
import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from babel.dates import format_date, format_datetime

from sandbox.story.outcomes import Kind
from sandbox.story.prospects import by_email, people, plain

_FRENCH = re.compile(r"\b(?:bonjour|vous|votre|nous|merci|pour|une|est|cordialement|équipe)\b", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(?:hello|hi|you|your|the|and|thanks|for|with|regards|team)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """The mail that is answered."""

    sender: str
    subject: str
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class Answer:
    """A written answer. `automatic` for what no human wrote."""

    subject: str
    text: str
    html: str
    language: str
    automatic: bool


@dataclass(frozen=True)
class Writer:
    """Who answers; read from the invented world when the address is known there."""

    email: str
    first_name: str
    last_name: str
    title: str
    company: str
    colleague: str
    colleague_email: str


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[str, list[str]]]:
    """All texts by language and kind."""
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(
        Path(__file__).with_name("replies.yaml").read_text(encoding="utf-8")
    )
    return loaded


def language_of(text: str) -> str:
    """`fr` or `en`, whichever a text looks more like; people answer in the language they were written in."""
    return "fr" if len(_FRENCH.findall(text)) >= len(_ENGLISH.findall(text)) else "en"


def writer(seed: int, email: str, lead: dict[str, Any]) -> Writer:
    """The person behind an address, completed from what the sender knows of the lead."""
    address = email.strip().lower()
    local, _, domain = address.partition("@")
    person = by_email(seed).get(address)
    rng = random.Random(f"colleague:{seed}:{address}")
    others = people(seed)
    if person is None:
        first = str(lead.get("first_name") or local.split(".")[0].title())
        last = str(lead.get("last_name") or local.rpartition(".")[2].title())
        title, company = str(lead.get("job_title") or ""), str(lead.get("company_name") or domain.split(".")[0].title())
        other = rng.choice(others)
    else:
        first, last, title, company = person.first_name, person.last_name, person.title, person.company.name
        colleagues = [one for one in others if one.company == person.company and one != person]
        other = rng.choice(colleagues or others)
    colleague_email = f"{plain(other.first_name)}.{plain(other.last_name)}@{domain}"
    return Writer(address, first, last, title, company, other.full_name, colleague_email)


def answer(seed: int, who: Writer, kind: Kind, mail: Mail, step: int) -> Answer:
    """The answer of this writer to this mail. Same seed, same writer, same step: same words."""
    rng = random.Random(f"answer:{seed}:{who.email}:{kind}:{step}")
    language = language_of(mail.text)
    automatic = kind == "out_of_office"
    back = mail.sent_at + timedelta(days=rng.randrange(4, 16))
    body = rng.choice(texts()[language][kind]).format(
        first=who.first_name,
        last=who.last_name,
        company=who.company,
        other=who.colleague,
        other_email=who.colleague_email,
        sender=plain(mail.sender.partition("@")[0].split(".")[0]).title(),
        date=format_date(
            back, rng.choice(("d MMMM yyyy", "dd/MM/yyyy") if language == "fr" else ("d MMMM yyyy",)), language
        ),
    )
    if automatic:
        prefix = rng.choice(
            ("Réponse automatique : ", "Absence du bureau : ") if language == "fr" else ("Automatic reply: ",)
        )
        subject, text = prefix + mail.subject, f"{body}\n\n{who.first_name} {who.last_name}"
    else:
        subject = mail.subject if mail.subject.lower().startswith("re:") else f"Re: {mail.subject}"
        text = "\n\n".join(filter(None, (_greeting(rng, language, body), _signature(rng, language, who))))
    quote = "" if automatic or (kind == "unsubscribe" and rng.random() < 0.5) else _quote(rng, language, mail, who)
    full = f"{text}\n\n{quote}" if quote else text
    return Answer(subject, full, _as_html(text, quote), language, automatic)


def delivery_failure(who: Writer, mail: Mail) -> Answer:
    """What the receiving server answers for an address that doesn't exist."""
    text = (
        "Delivery Status Notification (Failure)\n\nThe following message could not be delivered:\n\n"
        f"  Recipient: {who.email}\n  Status: 5.1.1\n"
        f"  Diagnostic-Code: smtp; 550 5.1.1 <{who.email}>: Recipient address rejected: User unknown\n"
    )
    return Answer(f"Undeliverable: {mail.subject}", text, _as_html(text, ""), "en", automatic=True)


def _greeting(rng: random.Random, language: str, body: str) -> str:
    if len(body) < 30 or body.lower().startswith(("bonjour", "hello", "hi ")) or rng.random() < 0.4:
        return body
    return f"{'Bonjour,' if language == 'fr' else 'Hello,'}\n\n{body}"


def _signature(rng: random.Random, language: str, who: Writer) -> str:
    closing = rng.choice(
        ("Cordialement,", "Bien à vous,", "Bonne journée,") if language == "fr" else ("Best,", "Kind regards,")
    )
    phone = f"+33 1 99 00 {rng.randrange(10, 99)} {rng.randrange(10, 99)}"
    mobile = "Envoyé de mon iPhone" if language == "fr" else "Sent from my iPhone"
    return rng.choice(
        (
            "",
            f"{closing}\n{who.first_name}",
            f"{closing}\n\n{who.first_name} {who.last_name}\n{who.title} | {who.company}\n{phone}",
            f"--\n{who.first_name} {who.last_name}\n{who.title}\n{who.company}",
            mobile,
        )
    )


def _quote(rng: random.Random, language: str, mail: Mail, who: Writer) -> str:
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.text.splitlines())
    moment = format_datetime(
        mail.sent_at, "EEE d MMM yyyy 'à' HH:mm" if language == "fr" else "EEE, d MMM yyyy 'at' HH:mm", locale=language
    )
    shape = rng.randrange(5)
    if shape == 0:
        return ""
    if shape in {1, 2}:
        said = (
            f"Le {moment}, {mail.sender} <{mail.sender}> a écrit :"
            if language == "fr"
            else f"On {moment}, {mail.sender} wrote:"
        )
        return f"{said}\n{quoted}"
    labels = ("De", "Envoyé", "À", "Objet") if language == "fr" else ("From", "Sent", "To", "Subject")
    values = (mail.sender, moment, who.email, mail.subject)
    block = "\n".join(
        f"{label}{' ' if language == 'fr' else ''}: {value}" for label, value in zip(labels, values, strict=True)
    )
    if shape == 3:
        return f"{block}\n\n{mail.text}"
    line = "-----Message d'origine-----" if language == "fr" else "-----Original Message-----"
    return f"{line}\n{block}\n\n{mail.text}"


def _as_html(text: str, quote: str) -> str:
    shown = html.escape(text).replace("\n", "<br/>")
    quoted = (
        f'<br/><br/><blockquote type="cite">{html.escape(quote)}</blockquote>'.replace("\n", "<br/>") if quote else ""
    )
    return f"<div>{shown}</div>{quoted}"
