"""BANT by rules: the answer when no model is there, and the guard of the model's answer when one is.

Budget from company size, revenue and funding; authority from the title; need from the overlap with the ideal
customer profile; timeline from what happened lately. No evidence is "unknown", with neutral points, never zero.
"""

import re
from collections.abc import Iterable
from datetime import date

from rapidfuzz import fuzz

from ai_service import lexicon
from ai_service.qualifications.schemas import Criteria, Criterion, Decision, QualificationRequest
from ai_service.qualifications.titles import Seniority, seniority
from ai_service.schemas import Company, Icp, Language, Prospect, Signal
from ai_service.text import shortened, words
from kit.text import folded

MOST = 25
QUALIFIED_FROM = 60
NURTURE_FROM = 40
MOST_DISAGREEMENT = 25
UNKNOWN_POINTS = 8

SIZE_POINTS = ((200, 25), (50, 20), (10, 10), (-1, 5))
"""Employees above which the points are given: >200 25, 51–200 20, 11–50 10, ≤10 5."""
REVENUE_POINTS = ((50e6, 25), (10e6, 20), (2e6, 10), (-1, 5))
FUNDING_POINTS = ((10e6, 20), (1e6, 15), (-1, 8))
RICH_REVENUE_EUR = 10e6
POOR_REVENUE_EUR = 250e3
BIG_FUNDING_EUR = 1e6
FUNDING_DAYS = 730
ADJUSTMENT = 5

INDUSTRY_POINTS = 12
TECHNOLOGY_POINTS = 6
PAIN_POINTS = 6
HIRING_POINTS = 6

POST_POINTS = (0, 8, 12, 16, 19, 22, 22, 22, 25)
"""Points by number of posts in 30 days; 25 from eight on."""
RECENT_DAYS = 180
NEW_JOB_DAYS = 180
EVENT_POINTS = 6

_INDUSTRIES = [set(line.split(",")) for line in lexicon.lines("industries")]


def say(language: Language, french: str, english: str) -> str:
    """The French or the English sentence; readers of German get English."""
    return french if language == "fr" else english


def _step(value: float, table: Iterable[tuple[float, int]]) -> int:
    return next(points for above, points in table if value > above)


def employees(company: Company | None) -> int | None:
    """Number of employees, the middle of the range when only a range is known, None when neither is."""
    if company is None or company.size is not None:
        return company.size if company else None
    text = folded(company.size_range or "").replace("k", "000")
    numbers = [int(re.sub(r"[ .,']", "", n)) for n in re.findall(r"\d{1,3}(?:[ .,']\d{3})+|\d+", text)]
    if not numbers:
        return None
    if len(numbers) > 1:
        return (numbers[0] + numbers[1]) // 2
    if re.search(r"<|moins|less|under|bis zu|fewer", text):
        return max(1, numbers[0] // 2)
    return numbers[0] + bool(re.search(r"\+|>|plus|more|over|uber|mehr", text))


def latest_funding(company: Company | None, today: date, within_days: int) -> float | None:
    """The biggest amount raised within so many days, in euros; None when there was none that is known."""
    amounts = [
        funding.amount_eur
        for funding in (company.funding if company else [])
        if funding.amount_eur and (funding.date is None or 0 <= (today - funding.date).days <= within_days)
    ]
    return max(amounts, default=None)


def money(euros: float, language: Language) -> str:
    """An amount as people write it: 4.5 M€, 800 k€."""
    value, unit = (euros / 1e6, "M€") if euros >= 1e6 else (euros / 1e3, "k€")
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return f"{text.replace('.', ',')} {unit}" if language == "fr" else f"€{text}{unit[0].replace('k', 'k')}"


def _budget(company: Company | None, today: date, language: Language) -> Criterion:
    size = employees(company)
    revenue = company.revenue_eur if company else None
    funding = latest_funding(company, today, FUNDING_DAYS)
    said = []
    if size is not None:
        points = _step(size, SIZE_POINTS)
        said.append(say(language, f"{size} salariés", f"{size} employees"))
        rich = (revenue or 0) >= RICH_REVENUE_EUR or (funding or 0) >= BIG_FUNDING_EUR
        poor = revenue is not None and revenue < POOR_REVENUE_EUR and not rich
        points += ADJUSTMENT * rich - ADJUSTMENT * poor
    elif revenue is not None:
        points = _step(revenue, REVENUE_POINTS)
    elif funding is not None:
        points = _step(funding, FUNDING_POINTS)
    else:
        evidence = say(language, "Taille de l'entreprise inconnue", "Company size unknown")
        return Criterion(points=UNKNOWN_POINTS, known=False, evidence=evidence)
    if revenue is not None:
        said.append(
            say(language, f"chiffre d'affaires de {money(revenue, 'fr')}", f"revenue of {money(revenue, 'en')}")
        )
    if funding is not None:
        said.append(say(language, f"levée de {money(funding, 'fr')}", f"raised {money(funding, 'en')}"))
    return Criterion(points=max(0, min(MOST, points)), known=True, evidence=", ".join(said))


def _authority(prospect: Prospect, language: Language) -> Criterion:
    title = prospect.title or prospect.headline
    level = seniority(title)
    if level is None:
        evidence = say(language, "Fonction inconnue", "Role unknown")
        return Criterion(points=UNKNOWN_POINTS, known=False, evidence=evidence)
    meaning = {
        Seniority.C_LEVEL: say(language, "direction générale ou fondateur", "top management or founder"),
        Seniority.DIRECTOR: say(language, "direction", "vice president or director"),
        Seniority.MANAGER: say(language, "responsable d'équipe ou de domaine", "head or manager"),
        Seniority.INDIVIDUAL: say(language, "sans rôle d'encadrement apparent", "no sign of a leading role"),
        Seniority.INTERN: say(language, "en formation", "in training"),
    }[level]
    shown = shortened(title or "", 120)
    evidence = f"« {shown} » : {meaning}" if language == "fr" else f'"{shown}": {meaning}'
    return Criterion(points=level.value, known=True, evidence=evidence)


def same_industry(left: str, right: str) -> bool:
    """Whether two names of an industry mean about the same, in any of the three languages."""
    a, b = folded(left), folded(right)
    if fuzz.token_set_ratio(a, b) >= 88:
        return True
    return any(_names(a, group) and _names(b, group) for group in _INDUSTRIES)


def _names(industry: str, group: set[str]) -> bool:
    return industry in group or any(re.search(rf"\b{re.escape(name)}\b", industry) for name in group if len(name) > 3)


def _overlap(left: Iterable[str], right: Iterable[str]) -> list[str]:
    known = {folded(item) for item in right}
    return [item for item in left if folded(item) in known]


def prospect_texts(prospect: Prospect, company: Company | None, signals: Iterable[Signal]) -> list[str]:
    """Everything that was written by or about the prospect and the company, in free text."""
    texts = [prospect.headline, prospect.about, *(activity.text for activity in prospect.recent_activity)]
    texts += [fact.text for fact in (company.facts if company else [])]
    texts += [signal.text for signal in signals]
    return [text for text in texts if text]


def pains_in(texts: Iterable[str], pains: Iterable[str]) -> list[tuple[str, str]]:
    """The pains that the texts speak of, each with the text: all telling words of the pain are in it."""
    found = []
    for pain in pains:
        telling = {word[:6] for word in words(pain) if len(word) > 3}
        for text in texts:
            present = {word[:6] for word in words(text)}
            if telling and len(telling & present) >= max(1, round(len(telling) * 0.6)):
                found.append((pain, text))
                break
    return found


def roles_hired(company: Company | None, icp: Icp | None) -> list[str]:
    """The open positions that resemble a job title of the ideal customer profile."""
    titles = [folded(title) for title in (icp.job_titles if icp else [])]
    return [
        role
        for role in (company.hiring if company else [])
        if any(fuzz.token_set_ratio(folded(role), title) >= 75 for title in titles)
    ]


def _need(request: QualificationRequest, language: Language) -> Criterion:
    company, icp = request.company, request.icp
    texts = prospect_texts(request.prospect, company, request.signals)
    comparable = icp is not None and (
        bool(company and company.industry and icp.industries)
        or bool(company and company.technologies and icp.technologies)
        or bool(company and company.hiring and icp.job_titles)
        or bool(texts and icp.pains)
    )
    if icp is None or not comparable:
        evidence = say(language, "Rien ne permet de juger du besoin", "Nothing known to judge the need by")
        return Criterion(points=UNKNOWN_POINTS, known=False, evidence=evidence)
    points, said = 0, []
    industry = company.industry if company else None
    if industry and any(same_industry(industry, wanted) for wanted in icp.industries):
        points += INDUSTRY_POINTS
        said.append(say(language, f"secteur visé ({industry})", f"target industry ({industry})"))
    if shared := _overlap(company.technologies if company else [], icp.technologies):
        points += TECHNOLOGY_POINTS
        said.append(say(language, "utilise ", "uses ") + ", ".join(shared[:3]))
    if pains := pains_in(texts, icp.pains):
        points += PAIN_POINTS
        pain, text = pains[0]
        said.append(f"{pain} (« {shortened(text, 100)} »)")
    if roles := roles_hired(company, icp):
        points += HIRING_POINTS
        said.append(say(language, "recrute : ", "hiring: ") + ", ".join(roles[:3]))
    evidence = ", ".join(said) or say(
        language, "Aucun recoupement avec le profil client idéal", "No overlap with the ideal customer profile"
    )
    return Criterion(points=min(MOST, points), known=True, evidence=evidence)


def _timeline(request: QualificationRequest, today: date, language: Language) -> Criterion:
    prospect, company = request.prospect, request.company

    def recent(day: date | None, days: int = RECENT_DAYS) -> bool:
        return day is not None and 0 <= (today - day).days <= days

    points, said = 0, []
    posts = prospect.recent_posts
    if posts is None and any(recent(activity.date, 30) for activity in prospect.recent_activity):
        posts = sum(recent(activity.date, 30) for activity in prospect.recent_activity)
    if posts is not None:
        points += POST_POINTS[min(posts, len(POST_POINTS) - 1)]
        said.append(say(language, f"{posts} publication(s) en 30 jours", f"{posts} post(s) in 30 days"))
    if recent(prospect.job_started_on, NEW_JOB_DAYS):
        points += EVENT_POINTS
        said.append(
            say(
                language,
                f"en poste depuis le {prospect.job_started_on}",
                f"in the role since {prospect.job_started_on}",
            )
        )
    if funding := latest_funding(company, today, RECENT_DAYS):
        points += EVENT_POINTS
        said.append(
            say(language, f"levée récente de {money(funding, 'fr')}", f"recently raised {money(funding, 'en')}")
        )
    if company and company.hiring:
        points += EVENT_POINTS
        count = len(company.hiring)
        said.append(say(language, f"{count} poste(s) ouvert(s)", f"{count} open position(s)"))
    for signal in request.signals:
        if recent(signal.date):
            points += EVENT_POINTS
            said.append(shortened(signal.text or signal.kind, 100))
    if not said:
        evidence = say(language, "Aucune actualité connue", "Nothing recent is known")
        return Criterion(points=UNKNOWN_POINTS, known=False, evidence=evidence)
    return Criterion(points=min(MOST, points), known=True, evidence=", ".join(said))


def bant(request: QualificationRequest, *, today: date, language: Language) -> Criteria:
    """The four criteria by rules, with evidence in `language`."""
    return Criteria(
        budget=_budget(request.company, today, language),
        authority=_authority(request.prospect, language),
        need=_need(request, language),
        timeline=_timeline(request, today, language),
    )


def total(criteria: Criteria) -> int:
    """The score out of 100."""
    return sum(
        criterion.points for criterion in (criteria.budget, criteria.authority, criteria.need, criteria.timeline)
    )


def decision(score: int) -> Decision:
    """qualified from 60, nurture from 40, rejected below."""
    if score >= QUALIFIED_FROM:
        return "qualified"
    return "nurture" if score >= NURTURE_FROM else "rejected"
