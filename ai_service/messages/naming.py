"""Names as people write them in a message, from profiles as scrapers find them."""

import re
import unicodedata
from typing import Any

from ai_service.schemas import Language

_TITLES = re.compile(r"^(?:dr|pr|prof|mr|mrs|ms|mme|mlle|m|herr|frau|me|ing)\b\.?\s+", re.IGNORECASE)
_LEGAL_FORMS = re.compile(
    r"[\s,]+(?:s\.?a\.?s\.?u?|s\.?a\.?r\.?l\.?|e\.?u\.?r\.?l\.?|s\.?a\.?|s\.?n\.?c\.?|s\.?c\.?s\.?|scop|srl|sprl|"
    r"gmbh(?: & co\.? kg)?|a\.?g\.?|kg|ug|se|inc\.?|ltd\.?|llc|limited|corp\.?|b\.?v\.?)$",
    re.IGNORECASE,
)


def given_name(name: str | None) -> str:
    """A first name fit for a salutation: "MARIE-ANNE 🚀" becomes "Marie-Anne"; empty when it is not a name."""
    if re.fullmatch(r"\W*(?:n/?a|none|null|unknown|inconnue?|test|prospect|lead|user)\W*", name or "", re.IGNORECASE):
        return ""
    plain = re.sub(r"[^\w\s'’.-]|[\d_]", " ", unicodedata.normalize("NFKC", name or ""))
    # "Jean.Paul" would read as the name of a website; the dots of initials stay.
    text = re.sub(r"\.(?=\w{2})", " ", _TITLES.sub("", plain.strip())).strip(" .-'’")
    text = " ".join(text.split())
    if not 2 <= len(text) <= 30 or not text[0].isalpha():
        return ""
    if text.isupper() or text.islower():
        text = re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), text)
    return text


def company_name(name: str | None) -> str:
    """A company's everyday name: without legal form, brackets and decoration; empty when nothing usable is left."""
    text = re.sub(r"\(.*?\)|\[.*?\]|[|•·].*$|[^\w\s'’&.,+/-]", " ", name or "")
    text = _LEGAL_FORMS.sub("", " ".join(text.split()).strip(" ,.-"))
    text = text.strip(" ,-")
    if not 2 <= len(text) <= 50 or re.fullmatch(r"(?i)n/?a|none|null|unknown|inconnue?|-+", text):
        return ""
    if text.isupper() and len(text) > 5:
        text = " ".join(word.capitalize() if len(word) > 3 else word for word in text.split())
    return text


_CONTACTS = frozenset({"email", "linkedin_url"})
_ACRONYMS = re.compile(r"^[A-Z&/+]{2,5}$")


def job_title(title: str | None, language: Language) -> str:
    """A title fit for the middle of a sentence: the first role only, lower case in French; empty when unusable."""
    text = re.split(
        r"\s*(?:[|•·@;]|\bchez\b|\bat\b|\bbei\b|\s[-–—/]\s|,)\s*", re.sub(r"[^\w\s'’&./|•·@;,–—-]", " ", title or "")
    )[0]
    words = text.split()
    if not words or len(words) > 7 or len(text) > 60 or re.search(r"\bex\b|\d{3}", text.casefold()):
        return ""
    if text.isupper() and len(text) > 5:
        words = [word if len(word) <= 3 else word.capitalize() for word in words]
    if language == "fr":
        words = [word if _ACRONYMS.match(word) else word[0].lower() + word[1:] for word in words]
    return " ".join(words)


def salutation(language: Language, name: str, *, formal: bool = False) -> str:
    """The first line of a message; it never has a gap where a name should be."""
    if language == "fr":
        return f"Bonjour {name}," if name else "Bonjour,"
    if language == "de":
        return f"Guten Tag {name}," if name else "Guten Tag,"
    if formal:
        return f"Dear {name}," if name else "Hello,"
    return f"Hi {name}," if name else "Hello,"


def tidied(facts: dict[str, Any], language: Language) -> dict[str, Any]:
    """The `prospect` and `company` of a dumped request with names and title as people write them.

    What can't be tidied stays as it was. Where somebody can be reached is left out: it says nothing to a writer.
    """
    prospect = {name: value for name, value in facts.get("prospect", {}).items() if name not in _CONTACTS}
    for name, tidy in (("first_name", given_name), ("last_name", given_name)):
        if prospect.get(name):
            prospect[name] = tidy(prospect[name]) or prospect[name]
    if prospect.get("title"):
        prospect["title"] = job_title(prospect["title"], language) or prospect["title"]
    tidy_facts = {**facts, "prospect": prospect}
    if company := facts.get("company"):
        tidy_facts["company"] = {**company, "name": company_name(company.get("name")) or company.get("name", "")}
    return tidy_facts
