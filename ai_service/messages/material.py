"""What a template may say about a reader: the blanks it can fill, and the fact behind each."""

import re
from dataclasses import dataclass, field
from datetime import date

from ai_service import links
from ai_service.enrichments.rules import PROFILE
from ai_service.messages import naming
from ai_service.messages.phrases import Fact
from ai_service.messages.schemas import MessageRequest
from ai_service.qualifications.rules import FUNDING_DAYS, NEW_JOB_DAYS, latest_funding, money
from ai_service.schemas import Company, Language
from ai_service.text import shortened


@dataclass
class Material:
    """What may be said: the blanks that can be filled, and the fact behind each."""

    language: Language
    blanks: dict[str, str] = field(default_factory=dict)
    facts: dict[Fact, str] = field(default_factory=dict)

    def add(self, kind: Fact, fact: str, **blanks: str) -> None:
        """Note a fact whose blanks are all filled and hold no address or link."""
        if all(blanks.values()) and not any(links.found_in(value) for value in blanks.values()):
            self.blanks.update(blanks)
            self.facts[kind] = fact

    def fill(self, sentence: str) -> str | None:
        """The sentence with its blanks filled; None when one is empty."""
        names = re.findall(r"\{(\w+)\}", sentence)
        if any(not self.blanks.get(name) for name in names):
            return None
        return sentence.format(**{name: self.blanks[name] for name in names})


def gathered(request: MessageRequest, *, today: date, language: Language) -> Material:
    """Everything in the request that a template may use, strongest facts first."""
    prospect, company, sender = request.prospect, request.company, request.sender
    material = Material(language)
    employer = naming.company_name(company.name if company else "")
    if employer and (
        not links.found_in(employer) or links.found_in(employer, names=frozenset({employer.casefold()})) is None
    ):
        material.blanks["company"] = employer
    employer = material.blanks.get("company", "")
    for activity in sorted(prospect.recent_activity, key=lambda item: item.date or date.min, reverse=True):
        if quote := _quotable(activity.text):
            material.add("activity", f"activity: {shortened(activity.text, 200)}", activity=quote)
            break
    if amount := latest_funding(company, today, FUNDING_DAYS):
        material.add("funding", f"funding: {amount:.0f} EUR", funding=money(amount, language))
    if prospect.job_started_on and 0 <= (today - prospect.job_started_on).days <= NEW_JOB_DAYS and employer:
        material.add("new_job", f"job started on: {prospect.job_started_on}")
    if company and employer:
        _add_company(material, request, company)
    if (title := naming.job_title(prospect.title, language)) and employer:
        material.add("role", f"title: {prospect.title}", role=title)
    if employer:
        material.add("company", f"company: {company.name if company else employer}")
    if sender and (own := naming.company_name(sender.company)):
        material.blanks["sender_company"] = own
    if sender and sender.value_proposition and (offer := _offer(sender.value_proposition)):
        material.blanks["offer"] = offer
    pains = request.enrichment.pain_points if request.enrichment else []
    if pains and (pain := _quotable(pains[0])):
        material.blanks["pain"] = pain[0].lower() + pain[1:]
    return material


def _add_company(material: Material, request: MessageRequest, company: Company) -> None:
    if company.hiring and (role := _quotable(company.hiring[0])):
        material.add("hiring", f"hiring: {company.hiring[0]}", hiring=role)
    notes = request.enrichment.company_facts if request.enrichment else []
    for note in [*company.facts, *notes]:
        if note.source != PROFILE and (news := _quotable(note.text)):
            material.add("signal", f"{note.source or 'fact'}: {shortened(note.text, 200)}", signal=news)
            break
    if company.technologies:
        name = company.technologies[0]
        material.add("technology", f"technology: {name}", technology=_quotable(name))


def _quotable(text: str) -> str:
    """A few words that can stand in quotation marks inside a sentence; empty when they can't."""
    line = " ".join(re.sub(r"[#*_«»“”\"{}\[\]<>]|[^\w\s.,;:!?'’&%€$£()/+–—-]", " ", text).split())
    first = re.split(r"(?<=[.!?])\s", line)[0].rstrip(" .!?,;:–-")
    short = shortened(first, 90)
    return "" if len(short) < 3 or links.found_in(short) else short


def _offer(text: str) -> str:
    """The sender's offer as one line without links; its first sentences when it is long."""
    line = " ".join(text.split())
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", line) if part and not links.found_in(part)]
    kept = ""
    for sentence in sentences:
        if kept and len(kept) + len(sentence) > 240:
            break
        kept = f"{kept} {sentence}".strip()
    return shortened(kept, 300).rstrip(" .") if "{" not in kept else ""
