"""Enrichment by rules: what is known, put into sentences, with nothing added."""

from datetime import date

from ai_service.enrichments.disc import disc
from ai_service.enrichments.schemas import EnrichmentFindings, EnrichmentRequest
from ai_service.messages.naming import company_name, given_name, job_title
from ai_service.qualifications.rules import (
    FUNDING_DAYS,
    NEW_JOB_DAYS,
    employees,
    latest_funding,
    money,
    pains_in,
    prospect_texts,
    roles_hired,
    same_industry,
    say,
)
from ai_service.schemas import Company, Fact, Icp, Language, TalkingPoint
from ai_service.text import shortened
from kit.text import folded

PROFILE = "company profile"
MOST_POINTS = 6
MOST_FACTS = 12


def findings(request: EnrichmentRequest, *, today: date, language: Language) -> EnrichmentFindings:
    """Summary, talking points, pains, DISC and company facts, all from the request."""
    texts = prospect_texts(request.prospect, request.company, request.signals)
    pains = pains_in(texts, request.icp.pains if request.icp else [])
    return EnrichmentFindings(
        summary=_summary(request, today, language),
        talking_points=_talking_points(request, today, language)[:MOST_POINTS],
        pain_points=list(dict.fromkeys(pain for pain, _ in pains))[:MOST_POINTS],
        disc=disc(request.prospect),
        company_facts=company_facts(request.company, language)[:MOST_FACTS],
    )


def _summary(request: EnrichmentRequest, today: date, language: Language) -> str:
    prospect, company = request.prospect, request.company
    name = " ".join(filter(None, (given_name(prospect.first_name), given_name(prospect.last_name)))) or say(
        language, "Ce prospect", "This prospect"
    )
    title = job_title(prospect.title, language) or shortened(prospect.title or prospect.headline or "", 120)
    employer = (company_name(company.name) or company.name) if company else ""
    if title and employer:
        first = say(language, f"{name} est {title} chez {employer}", f"{name} is {title} at {employer}")
    elif title or employer:
        first = say(
            language,
            f"{name} est {title}" if title else f"{name} travaille chez {employer}",
            f"{name} is {title}" if title else f"{name} works at {employer}",
        )
    else:
        first = say(
            language,
            f"On ne connaît de {name} ni la fonction ni l'entreprise",
            f"Neither the role nor the company of {name} is known",
        )
    place = ", ".join(filter(None, (prospect.city, prospect.country)))
    sentences = [f"{first} ({place})." if place else f"{first}."]
    if company:
        size = employees(company)
        about = [
            say(language, f"secteur : {company.industry}", f"industry: {company.industry}") if company.industry else "",
            say(language, f"environ {size} salariés", f"about {size} employees") if size else "",
            say(
                language,
                f"chiffre d'affaires de {money(company.revenue_eur, 'fr')}",
                f"revenue of {money(company.revenue_eur, 'en')}",
            )
            if company.revenue_eur
            else "",
        ]
        if known := [part for part in about if part]:
            sentences.append(
                f"{employer or 'Entreprise'} : {', '.join(known)}."
                if language == "fr"
                else f"{employer or 'Company'}: {', '.join(known)}."
            )
    if request.icp and (fit := _fit(company, request.icp, language)):
        sentences.append(fit)
    if prospect.job_started_on and 0 <= (today - prospect.job_started_on).days <= NEW_JOB_DAYS:
        sentences.append(
            say(
                language,
                f"En poste depuis le {prospect.job_started_on}.",
                f"In the role since {prospect.job_started_on}.",
            )
        )
    return " ".join(sentences)


def _fit(company: Company | None, icp: Icp, language: Language) -> str:
    if not company or not company.industry or not icp.industries:
        return ""
    if any(same_industry(company.industry, wanted) for wanted in icp.industries):
        return say(
            language,
            "Le secteur correspond au profil client idéal.",
            "The industry matches the ideal customer profile.",
        )
    return say(
        language,
        "Le secteur ne correspond pas au profil client idéal.",
        "The industry is outside the ideal customer profile.",
    )


def _talking_points(request: EnrichmentRequest, today: date, language: Language) -> list[TalkingPoint]:
    prospect, company, points = request.prospect, request.company, []

    def add(french: str, english: str, fact: str) -> None:
        points.append(TalkingPoint(text=say(language, french, english), fact=shortened(fact, 300)))

    for activity in sorted(prospect.recent_activity, key=lambda item: item.date or date.min, reverse=True)[:2]:
        said = shortened(activity.text, 140)
        add(f"A écrit récemment : « {said} »", f'Wrote recently: "{said}"', activity.text)
    if prospect.job_started_on and 0 <= (today - prospect.job_started_on).days <= NEW_JOB_DAYS:
        add(
            "A pris son poste il y a peu", "Started this role not long ago", f"job started on {prospect.job_started_on}"
        )
    if company:
        if funding := latest_funding(company, today, FUNDING_DAYS):
            amount = money(funding, language)
            add(f"L'entreprise a levé {amount}", f"The company raised {amount}", f"funding of {funding:.0f} EUR")
        if company.hiring:
            roles = roles_hired(company, request.icp) or company.hiring
            add(
                f"Recrute : {', '.join(roles[:2])}",
                f"Hiring: {', '.join(roles[:2])}",
                f"open positions: {', '.join(company.hiring[:5])}",
            )
        wanted = {folded(item) for item in (request.icp.technologies if request.icp else [])}
        if shared := [item for item in company.technologies if folded(item) in wanted]:
            add(
                f"Travaille avec {', '.join(shared[:2])}",
                f"Works with {', '.join(shared[:2])}",
                f"technologies: {', '.join(company.technologies[:8])}",
            )
        for fact in company.facts[:2]:
            add(shortened(fact.text, 160), shortened(fact.text, 160), fact.text)
    for signal in request.signals[:2]:
        if signal.text:
            add(shortened(signal.text, 160), shortened(signal.text, 160), signal.text)
    return points


def company_facts(company: Company | None, language: Language) -> list[Fact]:
    """What the company's profile says, as facts with their source."""
    if company is None:
        return []
    facts = list(company.facts)

    def add(french: str, english: str, day: date | None = None) -> None:
        facts.append(Fact(text=say(language, french, english), source=PROFILE, date=day))

    if company.industry:
        add(f"Secteur : {company.industry}", f"Industry: {company.industry}")
    if (size := employees(company)) is not None:
        add(f"{size} salariés", f"{size} employees")
    if company.revenue_eur is not None:
        add(f"Chiffre d'affaires : {money(company.revenue_eur, 'fr')}", f"Revenue: {money(company.revenue_eur, 'en')}")
    if company.city or company.country:
        place = ", ".join(filter(None, (company.city, company.country)))
        add(f"Siège : {place}", f"Located in {place}")
    if company.founded_on:
        add(f"Créée en {company.founded_on.year}", f"Founded in {company.founded_on.year}")
    for funding in company.funding:
        if funding.amount_eur:
            add(
                f"Levée de {money(funding.amount_eur, 'fr')}", f"Raised {money(funding.amount_eur, 'en')}", funding.date
            )
    if company.technologies:
        add(
            f"Technologies : {', '.join(company.technologies[:8])}",
            f"Technologies: {', '.join(company.technologies[:8])}",
        )
    if company.hiring:
        add(f"Recrute : {', '.join(company.hiring[:5])}", f"Hiring: {', '.join(company.hiring[:5])}")
    return facts
