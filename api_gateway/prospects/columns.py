"""Which column means what: headers of the exports that people have, French or English, in any order and any case."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from api_gateway.prospects.import_schemas import Layout

FIELDS = (
    "first_name", "last_name", "full_name", "email", "phone", "linkedin_url", "title", "headline", "about",
    "company_name", "company_domain", "company_linkedin_url", "industry", "company_size", "city", "country", "location",
    "language", "technologies",
)  # fmt: skip

# Where two columns mean the same field the one whose alias stands first wins, row by row, unless it is empty there.
ALIASES: dict[str, tuple[str, ...]] = {
    "first_name": ("first name", "firstname", "given name", "prenom", "vorname"),
    "last_name": ("last name", "lastname", "surname", "family name", "nom de famille", "nom", "nachname"),
    "full_name": ("full name", "fullname", "name", "contact name", "nom complet", "nom et prenom", "prenom et nom"),
    "email": (
        "email", "e mail", "email address", "e mail address", "work email", "professional email", "mail", "courriel",
        "adresse e mail", "adresse email", "adresse mail", "e mail professionnel", "email professionnel", "email 1",
    ),
    "phone": (
        "phone", "phone number", "mobile phone number", "mobile phone", "mobile", "work direct phone",
        "corporate phone", "telephone", "numero de telephone", "telephone mobile", "numero de telephone mobile",
        "portable", "tel",
    ),
    "linkedin_url": (
        "linkedin url", "person linkedin url", "default profile url", "linkedin profile url", "linkedin profile",
        "linkedin", "profile url", "url", "public profile url", "profil linkedin",
        "url linkedin", "url du profil", "lien linkedin", "linkedin bio", "hublead linkedin url",
    ),
    "title": (
        "title", "job title", "position", "current job", "current title", "poste", "fonction", "intitule du poste",
        "titre", "titre du poste", "poste actuel", "intitule de poste",
    ),
    "headline": ("headline", "linkedin headline", "titre linkedin", "accroche"),
    "about": ("about", "summary", "bio", "a propos", "resume", "description"),
    "company_name": (
        "company", "company name", "company name for emails", "organization", "organisation", "account name",
        "employer", "associated company", "entreprise", "societe", "nom de l entreprise", "nom de la societe",
        "nom entreprise", "entreprise associee", "firma",
    ),
    "company_domain": (
        "company domain", "company domain name", "domain", "website", "company website", "website url", "site web",
        "site internet", "url du site web", "nom de domaine", "nom de domaine de l entreprise", "domaine",
    ),
    "company_linkedin_url": ("company linkedin url", "company url", "regular company url", "linkedin entreprise"),
    "industry": ("industry", "company industry", "secteur", "secteur d activite", "industrie", "branche"),
    "company_size": (
        "employees", "number of employees", "company size", "employee count", "company headcount", "effectif",
        "effectifs", "nombre d employes", "nombre de salaries", "taille de l entreprise", "taille",
    ),
    "city": ("city", "person city", "ville", "localite", "stadt"),
    "country": ("country", "country region", "pays", "pays region", "land"),
    "location": ("location", "localisation", "lieu", "region"),
    "language": ("language", "preferred language", "langue", "langue preferee", "locale"),
    "technologies": ("technologies", "technology", "tech stack"),
}  # fmt: skip
_FIELD_OF: dict[str, tuple[str, int]] = {
    alias: (field, rank) for field, aliases in ALIASES.items() for rank, alias in enumerate(aliases)
}

# A layout is recognised by the first set of which two columns are there: nobody else writes them.
_SIGNATURES: tuple[tuple[Layout, frozenset[str], int], ...] = (
    ("linkedin_connections", frozenset({"connected on", "connecte le", "relation depuis le", "en relation depuis"}), 1),
    (
        "apollo",
        frozenset({
            "apollo contact id", "apollo account id", "person linkedin url", "company name for emails", "seniority",
            "departments", "email confidence", "primary email source", "contact owner account id", "email open",
        }),
        2,
    ),
    (
        "hubspot",
        frozenset({
            "record id", "record id contact", "contact id", "lifecycle stage", "contact owner", "lead status",
            "create date", "last activity date", "marketing contact status", "id de fiche d informations",
            "id de la fiche d informations", "phase du cycle de vie", "proprietaire du contact", "statut du lead",
            "date de creation", "date de la derniere activite",
        }),
        2,
    ),
    (
        "sales_navigator",
        frozenset({
            "sales navigator url", "default profile url", "duration in role", "duration in company",
            "is open link", "is premium", "connection degree", "vmid", "title description", "regular company url",
            "past experience company name", "shared connections count",
            "company headcount", "url sales navigator",
        }),
        1,
    ),
)  # fmt: skip


def plain(header: str) -> str:
    """A header without case, accents and punctuation: `Prénom ` and `firstName` become `prenom` and `first name`."""
    spaced = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", header.strip())
    bare = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", bare.replace("linked in", "linkedin")))


def recognise(header: Sequence[str], wanted: Mapping[str, str] | None = None) -> dict[int, tuple[str, int]]:
    """Field and rank for each column that is understood; `wanted` maps headers to fields and goes before our guess."""
    chosen = {plain(name): field for name, field in (wanted or {}).items() if field in FIELDS}
    understood: dict[int, tuple[str, int]] = {}
    for index, name in enumerate(header):
        key = plain(name)
        if key in chosen:
            understood[index] = (chosen[key], -1)
        elif key in _FIELD_OF:
            understood[index] = _FIELD_OF[key]
    return understood


def layout_of(header: Sequence[str]) -> Layout:
    """Which product wrote a file with these columns."""
    names = {plain(name) for name in header}
    for layout, signature, needed in _SIGNATURES:
        if len(names & signature) >= needed:
            return layout
    return "generic"
