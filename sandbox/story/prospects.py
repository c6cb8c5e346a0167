"""Hundreds of invented, plausible people at invented companies, deterministic from a seed, with the mess of exports.

`people()` gives them clean, `prospects()` as PhantomBuster rows with gaps, odd spellings and repeated people.
"""

import random
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sandbox.story.words import Place, Trade, words

COUNT = 360
# The day on which the world is looked at unless said otherwise, so that the same seed gives the same rows.
WORLD_DATE = date(2026, 11, 1)
_COUNTRIES = ("fr", "fr", "fr", "fr", "fr", "fr", "be", "ch", "de", "fr")
_SENIORITIES = (
    "chief",
    "director",
    "manager",
    "director",
    "chief",
    "manager",
    "director",
    "individual",
    "chief",
    "junior",
)
_LEGAL_FORMS = {
    "fr": ("", " SAS", " SARL", ""),
    "be": (" SRL", " SA", " NV"),
    "ch": (" SA", " Sàrl", " AG"),
    "de": (" GmbH", " AG", " GmbH & Co. KG"),
}
_POSTS = {
    "fr": (
        "On en parle trop peu : {topic}.",
        "Retour du terrain, cette semaine encore : {topic}.",
        "Ce qui occupe nos équipes en ce moment, c'est {topic}.",
        "Belle discussion hier avec des confrères sur un sujet qui compte, {topic}.",
    ),
    "en": (
        "Not talked about enough: {topic}.",
        "What keeps our team busy these days: {topic}.",
        "Good conversation with peers on {topic}.",
        "Back from a week in the field, one lesson about {topic}.",
    ),
}


@dataclass(frozen=True)
class Company:
    """An invented company. `size` in employees, `size_range` as LinkedIn prints it, `domain` always `.example`."""

    name: str
    domain: str
    trade: Trade
    country: str
    place: Place
    size: int
    size_range: str
    slug: str


@dataclass(frozen=True)
class Person:
    """An invented person.

    `email` is None for the gaps, `posts` counts the last 30 days, `role_months` is the time in the role, `topic` what
    the person posts about.
    """

    index: int
    first_name: str
    last_name: str
    language: str
    title: str
    seniority: str
    company: Company
    email: str | None
    slug: str
    posts: int
    role_months: int
    topic: str

    @property
    def full_name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def plain(text: str) -> str:
    """A text as it appears in addresses: lower case, no accents, hyphens for the rest."""
    ascii_text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


@lru_cache(maxsize=16)
def people(seed: int = 1, count: int = COUNT) -> tuple[Person, ...]:
    """The first `count` people of the world of this seed; a longer list begins with the shorter one."""
    companies: list[Company] = []
    persons: list[Person] = []
    seen: set[str] = set()
    for index in range(count):
        rng = random.Random(f"person:{seed}:{index}")
        if index % 3 == 0 or not companies:
            companies.append(_company(seed, len(companies)))
        # Mostly newcomers, sometimes a colleague of somebody met before.
        company = companies[-1] if rng.random() < 0.8 else rng.choice(companies)
        persons.append(_person(rng, index, company, seen))
    return tuple(persons)


def _company(seed: int, number: int) -> Company:
    rng = random.Random(f"company:{seed}:{number}")
    country = _COUNTRIES[number % len(_COUNTRIES)]
    lists = words()
    trade = rng.choice(lists.trades)
    german = country == "de"
    roots = lists.roots["german" if german else "romance"]
    # The step through the list depends on the seed; a name repeats only once every root was used with this trade.
    root = roots[(number * 7 + seed) % len(roots)]
    word = rng.choice(trade.german if german else trade.romance)
    name = f"{root} {word}" if german or rng.random() < 0.7 else f"{word} {root}"
    size, size_range = lists.sizes[min(len(lists.sizes) - 1, int(rng.triangular(0, len(lists.sizes), 6)))]
    slug = f"{plain(name)}-{number}" if number >= len(roots) else plain(name)
    return Company(
        name=name + rng.choice(_LEGAL_FORMS[country]),
        domain=f"{slug}.example",
        trade=trade,
        country=country,
        place=rng.choice(lists.places[country]),
        size=size,
        size_range=size_range,
        slug=slug,
    )


def _person(rng: random.Random, index: int, company: Company, seen: set[str]) -> Person:
    pool = company.country if company.country != "fr" and rng.random() < 0.75 else "fr"
    lists = words()
    seniority = _SENIORITIES[(index * 3 + rng.randrange(3)) % len(_SENIORITIES)]
    gender = rng.choice("fm")
    first, last = rng.choice(lists.first_names[pool][gender]), rng.choice(lists.last_names[pool])
    while f"{first} {last}" in seen:
        first, last = rng.choice(lists.first_names["fr"][gender]), rng.choice(lists.last_names["fr"])
    seen.add(f"{first} {last}")
    initial = rng.random() < 0.3
    local = f"{plain(first)[0] if initial else plain(first)}.{plain(last)}"
    speaks_german = company.place.country in {"Deutschland", "Schweiz"}
    language = "en" if speaks_german or company.place.country == "België" else "fr"
    title = rng.choice(lists.titles["de" if speaks_german else "fr"][seniority])[gender == "f"]
    return Person(
        index=index,
        first_name=first,
        last_name=last,
        language=language,
        title=title,
        seniority=seniority,
        company=company,
        email=None if rng.random() < 0.07 else f"{local}@{company.domain}",
        slug=f"{plain(first)}-{plain(last)}-{rng.randrange(16**6):06x}",
        posts=max(0, int(rng.triangular(-2, 9, 3))),
        role_months=rng.choice((2, 3, 5, 9, 14, 22, 31, 48, 77)),
        topic=rng.choice(company.trade.topics[language]),
    )


@lru_cache(maxsize=16)
def by_email(seed: int, count: int = COUNT) -> dict[str, Person]:
    """People by their address, in the order of the world; addresses lower case."""
    return {person.email: person for person in people(seed, count) if person.email}


def _linkedin_url(rng: random.Random, slug: str) -> str:
    return rng.choice(
        (
            f"https://www.linkedin.com/in/{slug}",
            f"https://www.linkedin.com/in/{slug}/",
            f"http://www.linkedin.com/in/{slug}",
            f"https://fr.linkedin.com/in/{slug}",
            f"https://linkedin.com/in/{slug}/?originalSubdomain=fr",
            f"www.linkedin.com/in/{slug.upper() if rng.random() < 0.3 else slug}",
        )
    )


def _messy_email(rng: random.Random, email: str | None) -> str:
    if email is None:
        return ""
    luck = rng.random()
    if luck < 0.06:
        return email.upper()
    if luck < 0.12:
        return f"{email}  "
    if luck < 0.16:
        return f" {email.title()}"
    return email


def row(person: Person, seed: int, take: int = 0, today: date = WORLD_DATE) -> dict[str, Any]:
    """One PhantomBuster row, seen on `today`. Another `take` is written a little differently, as by a later run."""
    rng = random.Random(f"row:{seed}:{person.index}:{take}")
    company = person.company
    started = today - timedelta(days=30 * person.role_months)
    emoji = f" {rng.choice(words().emoji)}" if rng.random() < 0.2 else ""
    location = rng.choice(
        (", ".join(company.place), company.place.city, company.place.country),
    )
    activity = []
    if person.posts:
        posted = today - timedelta(days=rng.randrange(2, 28))
        said = rng.choice(_POSTS[person.language]).format(topic=person.topic)
        activity.append({"text": said, "date": posted.isoformat()})
    years, months = divmod(person.role_months, 12)
    duration = f"{years} years {months} months in role" if years else f"{months} months in role"
    return {
        "profileUrl": f"https://www.linkedin.com/sales/lead/ACwAA{person.slug[-6:]},NAME_SEARCH",
        "linkedInProfileUrl": _linkedin_url(rng, person.slug),
        "fullName": f"{person.first_name} {person.last_name.upper() if rng.random() < 0.15 else person.last_name}",
        "firstName": person.first_name,
        "lastName": person.last_name,
        "title": f"{person.title}{' ' if rng.random() < 0.05 else ''}",
        "headline": f"{person.title} @ {company.name}{emoji}",
        "email": _messy_email(rng, person.email),
        "companyName": company.name,
        "companyWebsite": "" if rng.random() < 0.12 else rng.choice((f"https://www.{company.domain}/", company.domain)),
        "companyUrl": f"https://www.linkedin.com/company/{company.slug}/",
        "companySize": "" if rng.random() < 0.1 else company.size_range,
        "companyTechnologies": ", ".join(company.trade.technologies[: rng.randrange(4)]),
        "industry": company.trade.industry,
        "location": location,
        "companyLocation": f"{company.place.city}, {company.place.country}",
        "summary": "" if rng.random() < 0.4 else _about(person),
        "durationInRole": duration,
        "jobStartedOn": f"{started:%Y-%m}",
        "postsLast30Days": person.posts,
        "recentActivity": activity,
        "connectionDegree": rng.choice(("2nd", "3rd", "2nd")),
        "query": "https://www.linkedin.com/sales/search/people?query=demo",
        "timestamp": f"{today.isoformat()}T08:{person.index % 60:02d}:00.000Z",
    }


def _about(person: Person) -> str:
    if person.language == "fr":
        return f"{person.title} chez {person.company.name}. Mes sujets du moment : {person.topic}."
    return f"{person.title} at {person.company.name}. On my mind these days: {person.topic}."


def prospects(seed: int = 1, count: int = COUNT, today: date = WORLD_DATE) -> list[dict[str, Any]]:
    """PhantomBuster rows of the first `count` people; after every fifteenth, a second take of somebody before."""
    rows: list[dict[str, Any]] = []
    for person in people(seed, count):
        rows.append(row(person, seed, today=today))
        if person.index % 15 == 14:
            earlier = people(seed, count)[person.index - random.Random(f"again:{seed}:{person.index}").randrange(1, 12)]
            rows.append(row(earlier, seed, take=1, today=today))
    return rows
