"""Drafts by templates, in the language of the reply. The booking link is put in here and nowhere else."""

from ai_service.messages.naming import given_name, salutation
from ai_service.replies.schemas import Draft, Intent, ReplyRequest
from ai_service.schemas import Language

_THANKS: dict[Language, str] = {"fr": "Merci pour votre retour.", "en": "Thank you for getting back to me.", "de": "Vielen Dank für Ihre Rückmeldung."}
_BOOKING: dict[Language, str] = {
    "fr": "Voici mon agenda, choisissez le créneau qui vous convient le mieux :\n{url}",
    "en": "Here is my calendar; pick whatever time suits you best:\n{url}",
    "de": "Hier ist mein Kalender, wählen Sie gern einen Termin, der Ihnen passt:\n{url}",
}
_OFFER: dict[Language, str] = {
    "fr": "Quels moments vous conviendraient dans les prochains jours pour en parler ?",
    "en": "Which times over the next few days would suit you for a short call?",
    "de": "Welche Zeiten würden Ihnen in den nächsten Tagen für ein kurzes Gespräch passen?",
}
_CLOSING: dict[Language, str] = {"fr": "Bonne journée,", "en": "Best regards,", "de": "Viele Grüße,"}

_MIDDLE: dict[Intent, dict[Language, str]] = {
    "interested": {
        "fr": "Le plus simple est d'en parler de vive voix : je pourrai vous montrer ce que cela donnerait chez vous.",
        "en": "The easiest way forward is a short conversation, so that I can show you what this would look like for you.",
        "de": "Am einfachsten ist ein kurzes Gespräch, damit ich Ihnen zeigen kann, wie das bei Ihnen aussehen würde.",
    },
    "meeting_request": {
        "fr": "Avec plaisir pour un échange.",
        "en": "Happy to set up a conversation.",
        "de": "Sehr gern vereinbaren wir ein Gespräch.",
    },
    "question": {
        "fr": "Votre question mérite une réponse précise, et elle dépend un peu de votre contexte.",
        "en": "Your question deserves a precise answer, and it depends a little on your situation.",
        "de": "Ihre Frage verdient eine genaue Antwort, und die hängt ein wenig von Ihrer Situation ab.",
    },
    "objection": {
        "fr": "Je comprends tout à fait. Je ne veux pas insister ; dites-moi simplement si je peux revenir vers vous quand le moment sera meilleur.",
        "en": "I completely understand. I don't want to push; just let me know whether I may come back to you when the time is better.",
        "de": "Das verstehe ich gut. Ich möchte nicht drängen; sagen Sie mir einfach, ob ich mich zu einem besseren Zeitpunkt wieder melden darf.",
    },
    "not_interested": {
        "fr": "C'est noté, je ne vous relancerai pas à ce sujet. Je vous souhaite une bonne continuation.",
        "en": "Understood, I won't follow up on this. I wish you all the best.",
        "de": "Verstanden, ich werde in dieser Sache nicht nachfassen. Ich wünsche Ihnen alles Gute.",
    },
    "referral": {
        "fr": "Merci de m'orienter vers la bonne personne, je me rapproche d'elle.",
        "en": "Thank you for pointing me to the right person; I will get in touch with them.",
        "de": "Danke, dass Sie mich an die richtige Person verweisen; ich melde mich dort.",
    },
    "wrong_person": {
        "fr": "Désolé pour le dérangement. Sauriez-vous m'indiquer qui suit ce sujet chez vous ?",
        "en": "Sorry for the trouble. Could you point me to whoever looks after this on your side?",
        "de": "Entschuldigen Sie die Störung. Können Sie mir sagen, wer sich bei Ihnen darum kümmert?",
    },
}  # fmt: skip
_WITH_MEETING: frozenset[Intent] = frozenset({"interested", "meeting_request", "question"})


def subject_of(request: ReplyRequest, language: Language) -> str:
    """The subject of the thread with one Re: in front."""
    subject = request.reply.subject or next((item.subject for item in reversed(request.thread) if item.subject), "") or ""
    bare = subject.strip()
    while bare[:3].casefold() in {"re:", "tr:", "fw:", "aw:", "wg:"} or bare[:4].casefold() == "fwd:":
        bare = bare.split(":", 1)[1].strip()
    return f"Re: {bare}" if bare else {"fr": "Suite à votre message", "en": "Following up", "de": "Zu Ihrer Nachricht"}[language]


def booking_line(language: Language, booking_url: str | None) -> str:
    """The sentence that asks for a time: with the campaign's own link when there is one."""
    return _BOOKING[language].format(url=booking_url) if booking_url else _OFFER[language]


def closing(language: Language) -> str:
    """The last line of a draft."""
    return _CLOSING[language]


def wants_meeting(intent: Intent) -> bool:
    """Whether a draft for this intent proposes a meeting."""
    return intent in _WITH_MEETING


def draft(request: ReplyRequest, intent: Intent, language: Language) -> Draft | None:
    """The template for this intent; None for intents that nobody answers (opt-outs, bounces, absences, complaints)."""
    middle = _MIDDLE.get(intent)
    if middle is None:
        return None
    name = given_name(request.prospect.first_name) if request.prospect else ""
    parts = [salutation(language, name)]
    if intent not in {"referral", "wrong_person"}:
        parts.append(_THANKS[language])
    parts.append(middle[language])
    if wants_meeting(intent):
        parts.append(booking_line(language, request.booking_url))
    parts.append(closing(language))
    return Draft(subject=subject_of(request, language), body="\n\n".join(parts))
