"""Reads a reply by rules: intent, sentiment, confidence, language, topics that need a human, and BANT quotes.

Automatic mail and opt-outs are settled first and for good; what remains is weighed phrase by phrase. Phrases that
say no are looked for first and hide their words, so that "pas intéressé" never counts as "intéressé".
"""

import re
from dataclasses import dataclass, field
from datetime import date
from email.utils import parsedate_to_datetime

from ai_service import language as languages
from ai_service.replies import dates, patterns
from ai_service.replies.patterns import Phrase
from ai_service.replies.schemas import BantFact, Escalation, Intent, Reply, Sentiment
from ai_service.replies.stripping import own_words
from ai_service.schemas import Language
from ai_service.text import shortened
from kit import opt_out
from kit.text import folded

SETTLED: frozenset[Intent] = frozenset({"out_of_office", "bounce", "unsubscribe"})
"""Intents that rules alone decide: no model is asked, so no model can be talked out of them."""
MOST_CONFIDENCE = 0.97
LEAST_CONFIDENCE = 0.3
CLOSES_THE_DOOR = 0.8
HOPEFUL: frozenset[Intent] = frozenset({"interested", "meeting_request"})
DOUBT = 0.25
_DOUBT = re.compile(
    r"\b(?:no|not|non|pas|ne|n'\w+|sans|jamais|never|aucune?|kein\w*|nicht|if|si|but|mais|aber|unless|otherwise|"
    r"sauf|don't|doesn't|won't|can't|isn't|hors de question|serieusement)\b"
)
_HARMLESS_NO = re.compile(
    r"\bpourquoi pas\b|\bwhy not\b|\bn'hesitez pas\b|\bpas de (?:probleme|souci)s?\b|\bno problem\b|\bnot only\b|"
    r"\bsans (?:probleme|souci|hesiter)\b|\bsi (?:vous|tu) (?:le |etes |voulez|pouvez|souhaitez|avez)|"
    r"\bif (?:you|that|it) (?:have|can|could|works?|suits?|like|want|are)\b|\bs'il (?:vous|te) plait\b|"
    r"\bn'est-ce pas\b|\bsi possible\b|\bif possible\b"
)
MOST_QUOTES = 6
LONGEST_READ = 8_000
"""Characters; nobody's own words are longer, and a stranger may not keep the service busy."""

_SENTIMENT: dict[Intent, Sentiment] = {
    "interested": "positive",
    "meeting_request": "positive",
    "not_interested": "negative",
    "unsubscribe": "negative",
    "complaint": "negative",
    "objection": "negative",
}
_ACKNOWLEDGED = re.compile(
    r"\W*(?:ok|d'accord|okay|merci|thanks|thank you|danke)?\W*(?:c'est |bien |well )?"
    r"(?:note|recu|noted|received|vu|entendu|compris|notiert)?(?: (?:merci|thanks|thank you))?\W*"
)
_AUTOMATIC_SUBJECT = re.compile(
    r"^(?:re: |aw: )?(?:reponse automatique|message automatique|absence|automatic reply|"
    r"auto(?:matic|mated)? ?-?(?:reply|response)|out of (?:the )?office|abwesenheit|automatische antwort|ooo\b)"
)
_BOUNCE_SUBJECT = re.compile(
    r"\b(?:undeliver|delivery status|delivery (?:has )?failed|returned mail|failure notice|non remis|"
    r"echec de (?:la )?remise|unzustellbar)"
)


@dataclass(frozen=True)
class Reading:
    """What the rules make of a reply."""

    text: str
    intent: Intent
    sentiment: Sentiment
    confidence: float
    language: Language
    reasons: list[str]
    escalations: list[Escalation] = field(default_factory=list)
    hold_until: date | None = None
    bant_facts: list[BantFact] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether no model may change this any more."""
        return self.intent in SETTLED and self.confidence >= 0.9


def read(reply: Reply, *, today: date, default_language: Language = "en") -> Reading:
    """Classify `reply`. `today` stands in when the mail has no readable Date header."""
    text = own_words(reply)[:LONGEST_READ]
    plain = folded(text)
    language = languages.detected(text)[0] or languages.detected(reply.subject or "")[0] or default_language
    headers = {name.casefold(): value for name, value in reply.headers.items()}
    escalations = [topic for topic, pattern in patterns.ESCALATIONS.items() if pattern.search(plain)]
    if _shouts(text) and "anger" not in escalations:
        escalations.append("anger")
    intent, confidence, reasons = _automatic(reply, plain, headers) or _opt_out(text, plain) or _weighed(plain)
    hold_until = None
    if intent == "out_of_office":
        received_on = _received_on(headers, today)
        american = language == "en" and "-0" in headers.get("date", "")
        hold_until, named = dates.hold_until(text, received_on=received_on, american=american)
        reasons.append("names the day of return" if named else f"names no day: held for {dates.DEFAULT_HOLD_DAYS} days")
    return Reading(
        text=text,
        intent=intent,
        sentiment="negative" if "anger" in escalations else _SENTIMENT.get(intent, "neutral"),
        confidence=round(confidence, 2),
        language=language,
        reasons=reasons,
        escalations=[] if intent in {"out_of_office", "bounce"} else escalations,
        hold_until=hold_until,
        bant_facts=[] if intent in {"out_of_office", "bounce"} else bant_facts(text),
    )


Weighed = tuple[Intent, float, list[str]]


def _automatic(reply: Reply, plain: str, headers: dict[str, str]) -> Weighed | None:
    subject = folded(reply.subject or "")
    sender = folded(headers.get("from", "") + " " + headers.get("return-path", ""))
    report = "delivery-status" in headers.get("content-type", "") or "x-failed-recipients" in headers
    bounce = _first(patterns.BOUNCE, plain)
    if report or _BOUNCE_SUBJECT.search(subject) or (re.search(r"mailer-daemon|postmaster", sender) and bounce):
        return "bounce", 0.97, ["delivery failure notice"]
    automatic = (
        headers.get("auto-submitted", "no").strip().casefold() not in {"no", ""}
        or "x-autoreply" in headers
        or "x-autorespond" in headers
        or headers.get("precedence", "").strip().casefold() in {"auto_reply", "auto-reply"}
        or bool(_AUTOMATIC_SUBJECT.search(subject))
    )
    if automatic:
        return "out_of_office", 0.96, ["automatic reply"]
    absence = _first(patterns.OUT_OF_OFFICE, plain)
    if absence and not opt_out.wish(plain):
        # A person who mentions a holiday and answers as well is not an automatic reply.
        answers = [
            hit
            for hit in _hits(plain)
            if hit.phrase.weight >= 0.82 and hit.phrase.intent not in {"question", "referral", "objection"}
        ]
        if not answers or re.search(r"\bautomati|\bout of (?:the )?office\b|\babsence du bureau\b", plain):
            return "out_of_office", absence.weight, ["says to be absent"]
    if bounce and not _hits(plain):
        return "bounce", bounce.weight, ["reads like a delivery failure notice"]
    return None


def _opt_out(text: str, plain: str) -> Weighed | None:
    complaint = _first(patterns.COMPLAINT, plain)
    wish = opt_out.wish(text)
    if complaint and wish:
        # "Leave me alone" is both; it complains unless other words ask for the list.
        wish = opt_out.wish(re.sub("|".join(one.pattern.pattern for one in patterns.COMPLAINT), " ", plain))
    if wish:
        return "unsubscribe", MOST_CONFIDENCE, ["asks not to be written to", *(["complains"] if complaint else [])]
    if complaint:
        return "complaint", complaint.weight, ["complains"]
    return None


def _first(phrases: list[Phrase], plain: str) -> Phrase | None:
    return next((phrase for phrase in phrases if phrase.pattern.search(plain)), None)


@dataclass(frozen=True)
class _Hit:
    phrase: Phrase
    words: str
    start: int
    end: int

    def overlaps(self, other: "_Hit") -> bool:
        return self.start < other.end and other.start < self.end


def _hits(plain: str) -> list[_Hit]:
    """The phrases that are found; of several for one intent on the same words only the most telling counts."""
    found: list[_Hit] = []
    for phrase in patterns.CONTENT:
        for match in phrase.pattern.finditer(plain):
            if not match[0].strip():
                continue
            found.append(_Hit(phrase, match[0], match.start(), match.end()))
            if phrase.intent in patterns.NEGATIVE:
                plain = plain[: match.start()] + "#" * (match.end() - match.start()) + plain[match.end() :]
    kept: list[_Hit] = []
    for hit in sorted(found, key=lambda one: one.phrase.weight, reverse=True):
        if not any(hit.phrase.intent == other.phrase.intent and hit.overlaps(other) for other in kept):
            kept.append(hit)
    return kept


def _settle_between(scores: dict[Intent, float]) -> None:
    """Where two intents fit, the one that asks for more care stays ahead."""
    if "meeting_request" in scores and "interested" in scores:
        # Who asks for a meeting is interested; the two don't contradict each other.
        scores["meeting_request"] = max(scores["meeting_request"], scores["interested"])
        del scores["interested"]
    if "referral" in scores:
        scores.pop("wrong_person", None)
        if scores["referral"] >= scores.get("not_interested", 0):
            scores.pop("not_interested", None)
    if "objection" in scores and "not_interested" in scores:
        # "Pas intéressé, nous avons déjà un outil" closes the door whatever the reason; "non" alone may not.
        if scores["not_interested"] > CLOSES_THE_DOOR:
            scores["objection"] = min(scores["objection"], scores["not_interested"] - 0.06)
        else:
            del scores["not_interested"]
    if "objection" in scores and "interested" in scores:
        # "Sounds good, but we have no budget": the one that asks for more care.
        scores["interested"] = min(scores["interested"], scores["objection"] - 0.05)
    if "question" in scores and scores["question"] < 0.7 and len(scores) > 1:
        del scores["question"]


def _weighed(plain: str) -> Weighed:
    hits = _hits(plain) if re.search(r"[a-z]", plain) and not _ACKNOWLEDGED.fullmatch(plain) else []
    if not hits:
        return "other", 0.4 if plain else LEAST_CONFIDENCE, ["no known phrase"]
    # Independent phrases for the same intent make it likelier: 1 - Π(1 - w), as for independent evidence.
    doubt: dict[Intent, float] = {}
    for hit in hits:
        doubt[hit.phrase.intent] = doubt.get(hit.phrase.intent, 1.0) * (1 - hit.phrase.weight)
    scores = {intent: 1 - left for intent, left in doubt.items()}
    _settle_between(scores)
    ranked = sorted(scores, key=lambda intent: scores[intent], reverse=True)
    best = ranked[0]
    confidence = min(MOST_CONFIDENCE, scores[best])
    if len(ranked) > 1:
        rival = scores[ranked[1]]
        both_good = {best, ranked[1]} <= {"interested", "meeting_request", "question"}
        confidence -= (0.12 if both_good else 0.35) * rival
    if best in HOPEFUL and _DOUBT.search(_HARMLESS_NO.sub(" ", plain)):
        # A "not", an "if" or a "but" anywhere in it: a person reads it before anything is sent.
        confidence -= DOUBT
    seen = ", ".join(dict.fromkeys(f"“{shortened(hit.words, 60)}”" for hit in hits if hit.phrase.intent == best))
    reasons = [f"{best}: {seen}"]
    if len(ranked) > 1:
        reasons.append(f"also sounds like {ranked[1]}")
    return best, max(LEAST_CONFIDENCE, confidence), reasons


def _shouts(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 25 and sum(character.isupper() for character in letters) / len(letters) > 0.7


def _received_on(headers: dict[str, str], today: date) -> date:
    try:
        return parsedate_to_datetime(headers["date"]).date()
    except (KeyError, ValueError, TypeError):
        return today


def bant_facts(text: str) -> list[BantFact]:
    """The sentences of the reply that speak of budget, authority, need or timeline, word for word."""
    sentences = [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", text) if part.strip()]
    facts = [
        BantFact(criterion=criterion, quote=sentence[:300].strip())
        for criterion, pattern in patterns.BANT.items()
        for sentence in sentences
        if pattern.search(folded(sentence))
    ]
    return facts[:MOST_QUOTES]
