"""Messages by templates, French and English: the answer when no model wrote one.

A message is an opening that rests on the strongest fact known, a line on what the sender offers, and one request.
Which wording is used depends on the reader and the variant, so that two readers of one campaign get different
texts and the same reader always gets the same ones. A sentence with an empty blank is never used.
"""

import hashlib
import re
from datetime import date

from ai_service import links
from ai_service.messages import naming, phrases
from ai_service.messages.material import Material, gathered
from ai_service.messages.phrases import Ask, Fact, Profile
from ai_service.messages.schemas import LONGEST, LONGEST_SUBJECT, MessageRequest, Variant
from ai_service.schemas import Language
from ai_service.text import shortened
from kit.text import folded

DEFAULT_WORDS = {"invitation": 40, "message": 70, "follow_up": 60, "email": 110, "sms": 25, "reply": 70}
DEFAULT_MINUTES = 15
_SENTENCE = re.compile(r"^(?:nous|on|je|j'|notre|nos|we|our|i|i'm|chez|at)\b", re.IGNORECASE)
_FORMAL = re.compile(r"formel|formal|soutenu|professionn|professional|corporate|serieux|institution")


def template_language(language: Language) -> Language:
    """The language that templates exist in: French, or English for everybody else."""
    return "fr" if language == "fr" else "en"


def write(request: MessageRequest, *, today: date, language: Language) -> list[Variant]:
    """As many distinct variants as were asked for, in French or English."""
    language = template_language(language)
    material = gathered(request, today=today, language=language)
    openings: list[Fact] = [kind for kind in material.facts if kind != "company"] or list(material.facts)
    written: list[Variant] = []
    for attempt in range(12):
        kind: Fact = openings[attempt % len(openings)] if openings else "nothing"
        variant = _variant(request, material, kind, attempt, language)
        if all(folded(variant.body) != folded(other.body) for other in written):
            written.append(variant)
        if len(written) == request.variants:
            break
    return written


def _variant(request: MessageRequest, material: Material, kind: Fact, attempt: int, language: Language) -> Variant:
    seed = _seed(request, attempt)
    used = [material.facts[kind]] if kind in material.facts else []
    opening = _pick(phrases.pool(language, "openings", kind), seed, material) or _pick(
        phrases.pool(language, "openings", "nothing"), seed, material
    )
    ask = _ask(request)
    offer, offer_used = _offer_line(request, material, seed, language)
    request_line = _request_line(request, ask, seed, language, material)
    if request.kind == "sms":
        text = _sms(request, material, opening, offer, request_line, language)
        facts = [*(used if opening in text else []), *([offer_used] if offer_used and offer in text else [])]
        return Variant(subject=None, body=text, used_facts=facts)
    if request.kind == "invitation":
        text = _invitation(request, material, opening, request_line, language)
        return Variant(subject=None, body=text, used_facts=used if opening in text else [])
    if request.kind == "follow_up":
        lead = [_pick(phrases.pool(language, "follow_ups"), seed, material), opening if used and ask != "close" else ""]
    elif request.kind == "reply":
        lead, used = [_pick(phrases.pool(language, "thanks"), seed, material)], []
    else:
        lead = [opening]
    paragraphs = [" ".join(filter(None, lead)), "" if ask == "close" else offer, request_line]
    if offer_used and ask != "close":
        used = [*used, offer_used]
    body = _assembled(request, paragraphs, language, seed)
    return Variant(subject=_subject(request, material, kind, seed, language), body=body, used_facts=used)


def _assembled(request: MessageRequest, paragraphs: list[str], language: Language, seed: int) -> str:
    words, characters = wanted_length(request)
    formal = is_formal(request.tone)
    greeting = naming.salutation(language, naming.given_name(request.prospect.first_name), formal=formal)
    ending = sign_off(request, language, seed)
    middle = [part for part in paragraphs if part]

    def whole(parts: list[str]) -> str:
        return "\n\n".join(filter(None, [greeting, *parts, ending]))

    def too_long(parts: list[str]) -> bool:
        text = " ".join(parts)
        return len(text.split()) > words * 1.2 or len(whole(parts)) > characters

    # What the sender offers is dropped before the opening: a reader forgives a short message, not an impersonal one.
    while too_long(middle) and len(middle) > 1:
        middle.pop(1 if len(middle) > 2 else 0)
    return whole(middle)


def sign_off(request: MessageRequest, language: Language, seed: int = 0) -> str:
    """The closing words and the sender's signature; only e-mails and LinkedIn messages have one."""
    if request.kind in {"invitation", "sms"}:
        return ""
    sender = request.sender
    closings = phrases.pool(template_language(language), "closings", "formal" if is_formal(request.tone) else "warm")
    closing = closings[seed % len(closings)]
    if sender is None:
        return closing.rstrip(",") + "." if request.channel == "email" else ""
    if request.channel != "email":
        return naming.given_name(sender.first_name)
    if sender.signature and sender.signature.strip():
        return f"{closing}\n{sender.signature.strip()}"
    name = " ".join(filter(None, (sender.first_name, sender.last_name)))
    role = ", ".join(filter(None, (sender.title, sender.company)))
    lines = [line for line in (name, role) if line]
    return "\n".join([closing, *lines]) if lines else closing.rstrip(",") + "."


def _sms(request: MessageRequest, material: Material, opening: str, offer: str, ask: str, language: Language) -> str:
    limit = min(LONGEST["sms"], wanted_length(request)[1])
    greeting = naming.salutation(language, naming.given_name(request.prospect.first_name))
    sender = naming.given_name(request.sender.first_name) if request.sender else ""
    own = material.blanks.get("sender_company", "")
    who = f"{sender} ({own})" if sender and own else sender or own
    intro = (f"ici {who}." if language == "fr" else f"{who} here.") if who else ""
    for parts in ([intro, offer, ask], [intro, opening, ask], [intro, ask], [ask]):
        text = " ".join(filter(None, [greeting, *parts]))
        if len(text) <= limit:
            return text
    return " ".join(filter(None, [greeting, intro]))[:limit]


def _invitation(request: MessageRequest, material: Material, opening: str, ask: str, language: Language) -> str:
    limit = min(LONGEST["invitation"], wanted_length(request)[1])
    greeting = naming.salutation(language, naming.given_name(request.prospect.first_name))
    plain = (
        material.fill(phrases.pool(language, "openings", "company")[0])
        or phrases.pool(language, "openings", "nothing")[0]
    )
    for parts in ([opening, ask], [plain, ask], [ask]):
        text = " ".join([greeting, *parts])
        if len(text) <= limit:
            return text
    return " ".join([greeting, phrases.pool(language, "asks", "connect", "unknown")[0]])


def _offer_line(request: MessageRequest, material: Material, seed: int, language: Language) -> tuple[str, str]:
    offer = material.blanks.get("offer", "")
    if offer:
        fact = f"value proposition: {shortened(offer, 200)}"
        if _SENTENCE.match(offer):
            return f"{offer[0].upper()}{offer[1:]}.", fact
        material.blanks["offer"] = offer if re.match(r"[A-Z]{2}|[A-Z]\w*[A-Z]", offer) else offer[0].lower() + offer[1:]
        pool = "offers_from" if "sender_company" in material.blanks and seed % 2 else "offers"
        return _pick(phrases.pool(language, pool), seed, material), fact
    if material.blanks.get("pain"):
        return _pick(phrases.pool(language, "pains"), seed, material), f"pain: {material.blanks['pain']}"
    return _pick(phrases.pool(language, "no_offer"), seed, material), ""


def _ask(request: MessageRequest) -> Ask:
    """What the step wants from the reader, read from its call to action, else its objective, else its kind."""
    step = request.step
    for text in (step.cta if step else None, step.objective if step else None):
        plain = folded(text or "")
        if re.search(r"dernier|derniere|cloture|rupture|break-?up|last (?:message|attempt)|final|adieu|fermer", plain):
            return "close"
        if re.search(
            r"rendez|rdv|appel|echange de|call|meeting|demo|creneau|visio|agenda|\b\d+ ?min|discut|book", plain
        ):
            return "meeting"
        if re.search(r"connexion|connect|invitation|reseau|network|accepter", plain):
            return "connect"
        if re.search(
            r"ressource|resource|guide|etude|article|livre blanc|white ?paper|cas client|case study|envoyer|contenu|"
            r"content|valeur",
            plain,
        ):
            return "details"
        if re.search(r"question|avis|opinion|feedback|repond|reply|priorit|curiosite|interet", plain):
            return "question"
    defaults: dict[str, Ask] = {
        "invitation": "connect",
        "message": "question",
        "follow_up": "question",
        "sms": "question",
        "reply": "meeting",
    }
    return defaults.get(request.kind, "meeting")


def _request_line(request: MessageRequest, ask: Ask, seed: int, language: Language, material: Material) -> str:
    step = request.step
    given = " ".join((step.cta or "").split()) if step else ""
    if given.endswith("?") and len(given) <= 160 and not links.found_in(given) and not re.search(r"[{}\[\]<>]", given):
        from_language = "fr" if re.search(r"\b(?:vous|votre|vos|est-ce)\b", folded(given)) else "en"
        if from_language == language:
            return given
    minutes = re.search(r"\b(\d{1,2}) ?(?:min|')", folded(f"{step.cta or ''} {step.objective or ''}") if step else "")
    material.blanks["minutes"] = minutes[1] if minutes and 5 <= int(minutes[1]) <= 60 else str(DEFAULT_MINUTES)
    asks = phrases.pool(language, "asks", ask, _profile(request)) or phrases.pool(language, "asks", ask, "unknown")
    return _pick(asks, seed, material)


def _profile(request: MessageRequest) -> Profile:
    known = request.enrichment.disc if request.enrichment else None
    return known.profile if known and known.confidence >= 0.4 else "unknown"


def _subject(request: MessageRequest, material: Material, kind: Fact, seed: int, language: Language) -> str | None:
    if request.channel != "email":
        return None
    if request.kind in {"follow_up", "reply"}:
        before = next((exchange.subject for exchange in reversed(request.thread) if exchange.subject), None)
        if before and not links.found_in(before):
            bare = re.sub(r"^(?:(?:re|tr|fwd?|aw|wg) ?: ?)+", "", before, flags=re.IGNORECASE)
            return shortened(f"Re: {bare}", LONGEST_SUBJECT)
    chosen = _pick(phrases.pool(language, "subjects", kind), seed, material)
    return shortened(chosen or _pick(phrases.pool(language, "subjects", "nothing"), seed, material), LONGEST_SUBJECT)


def is_formal(tone: str | None) -> bool:
    """Whether the tone asks for formal closings and salutations."""
    return bool(_FORMAL.search(folded(tone or "")))


def wanted_length(request: MessageRequest) -> tuple[int, int]:
    """How many words and how many characters the body may have at most."""
    words, characters = DEFAULT_WORDS[request.kind], LONGEST[request.kind]
    target = request.step.target_length if request.step else None
    if isinstance(target, int):
        return max(10, target), characters
    numbers = [int(number) for number in re.findall(r"\d+", target or "")]
    if numbers:
        if re.search(r"caract|char|signes|zeichen", folded(target or "")):
            return words, max(60, min(characters, max(numbers)))
        return max(10, min(400, max(numbers))), characters
    if re.search(r"court|short|bref|kurz", folded(target or "")):
        return words // 2 + 10, characters
    return words, characters


def _seed(request: MessageRequest, attempt: int) -> int:
    prospect = request.prospect
    who = "|".join(
        filter(None, (prospect.email, prospect.linkedin_url, prospect.first_name, prospect.last_name, request.kind))
    )
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:4]) + attempt


def _pick(pool: tuple[str, ...], seed: int, material: Material) -> str:
    """One of the sentences whose blanks can all be filled; empty when none can."""
    filled = [text for sentence in pool if (text := material.fill(sentence))]
    return filled[seed % len(filled)] if filled else ""
