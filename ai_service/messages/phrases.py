"""The sentences that templates are made of. Every one must read well after every other of its language.

No sentence agrees in gender with sender or reader, and none claims anything that its blanks don't hold.
"""

from typing import Literal

Fact = Literal["activity", "funding", "new_job", "hiring", "signal", "technology", "role", "company", "nothing"]
Ask = Literal["meeting", "question", "details", "connect", "close"]
Profile = Literal["D", "I", "S", "C", "unknown"]

OPENINGS: dict[str, dict[Fact, tuple[str, ...]]] = {
    "fr": {
        "activity": (
            "J'ai lu votre publication « {activity} », et elle m'a donné envie de vous écrire.",
            "Votre publication récente, « {activity} », m'a parlé.",
            "Je vous écris après avoir lu ces mots de vous : « {activity} ».",
        ),
        "funding": (
            "Félicitations pour votre levée de {funding}.",
            "J'ai vu que {company} avait levé {funding} : bravo à toute l'équipe.",
            "Votre levée de {funding} ouvre sans doute de nouveaux chantiers chez {company}.",
        ),
        "new_job": (
            "Félicitations pour votre prise de poste chez {company}.",
            "Vous venez de prendre vos fonctions chez {company} : bon démarrage à vous.",
            "Une prise de poste est souvent le moment où l'on revoit les priorités, et vous venez d'arriver chez {company}.",
        ),
        "hiring": (
            "J'ai vu que {company} recrutait en ce moment ({hiring}).",
            "Votre annonce « {hiring} » a retenu mon attention.",
            "{company} recrute ({hiring}), ce qui m'a donné envie de vous écrire.",
        ),
        "signal": (
            "J'ai vu passer cette actualité à propos de {company} : « {signal} ».",
            "Une information sur {company} a retenu mon attention : « {signal} ».",
            "« {signal} » : cette nouvelle m'a fait penser à vous.",
        ),
        "technology": (
            "J'ai vu que {company} travaillait avec {technology}.",
            "{company} utilise {technology}, et c'est ce qui m'amène vers vous.",
            "Je m'adresse à vous parce que {company} utilise {technology}.",
        ),
        "role": (
            "Je vous écris directement car vous êtes {role} chez {company}.",
            "En tant que {role} chez {company}, vous êtes sans doute la bonne personne pour en parler.",
            "Vous êtes {role} chez {company}, et votre regard m'intéresse.",
        ),
        "company": (
            "Je vous écris au sujet de {company}.",
            "{company} fait partie des entreprises auxquelles j'ai pensé pour ce sujet.",
            "Une question à propos de {company} m'amène vers vous.",
        ),
        "nothing": (
            "Je me permets de vous écrire directement.",
            "Quelques lignes, simplement pour faire connaissance.",
            "Je vous écris en quelques mots.",
        ),
    },
    "en": {
        "activity": (
            'I read your post "{activity}" and it made me want to write to you.',
            'Your recent post, "{activity}", struck a chord.',
            'These words of yours made me reach out: "{activity}".',
        ),
        "funding": (
            "Congratulations on raising {funding}.",
            "I saw that {company} raised {funding}; well done to the whole team.",
            "Raising {funding} probably puts a few new projects on the table at {company}.",
        ),
        "new_job": (
            "Congratulations on your new role at {company}.",
            "You recently started at {company}; I hope the first weeks are going well.",
            "A new role is often when priorities get a second look, and you recently joined {company}.",
        ),
        "hiring": (
            "I noticed that {company} is hiring ({hiring}).",
            'Your opening for "{hiring}" caught my eye.',
            "{company} is hiring ({hiring}), which is what made me reach out.",
        ),
        "signal": (
            'I came across this news about {company}: "{signal}".',
            'Something about {company} caught my attention: "{signal}".',
            '"{signal}": that piece of news made me think of you.',
        ),
        "technology": (
            "I saw that {company} works with {technology}.",
            "{company} uses {technology}, which is what brings me to you.",
            "I'm reaching out because {company} uses {technology}.",
        ),
        "role": (
            "I'm writing to you directly because you are {role} at {company}.",
            "As {role} at {company}, you are probably the right person to ask.",
            "You are {role} at {company}, and I'd value your view.",
        ),
        "company": (
            "I'm writing about {company}.",
            "{company} is one of the companies that came to mind on this subject.",
            "A question about {company} brings me to you.",
        ),
        "nothing": (
            "I'm taking the liberty of writing to you directly.",
            "A few lines, simply to get in touch.",
            "I'll keep this short.",
        ),
    },
}

FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "fr": (
        "Je reviens vers vous au sujet de mon précédent message.",
        "Une courte relance, au cas où mon message serait passé à un mauvais moment.",
        "Je me permets de faire remonter mon message, vos journées sont sûrement bien remplies.",
    ),
    "en": (
        "I'm coming back to you about my previous message.",
        "A short nudge, in case my message came at a bad time.",
        "Bringing my earlier message back up; your days are surely full.",
    ),
}
THANKS: dict[str, tuple[str, ...]] = {
    "fr": ("Merci pour votre réponse.", "Merci d'avoir pris le temps de me répondre.", "Merci pour ce retour."),
    "en": ("Thank you for your reply.", "Thanks for taking the time to answer.", "Thanks for getting back to me."),
}

OFFERS: dict[str, tuple[str, ...]] = {
    "fr": ("En deux mots, ce que nous faisons : {offer}.", "Notre métier tient en une ligne : {offer}.", "Ce que nous apportons : {offer}."),
    "en": ("In short, what we do: {offer}.", "What we do fits in one line: {offer}.", "What we bring: {offer}."),
}
"""For a value proposition that is not a sentence of its own."""
OFFERS_FROM: dict[str, tuple[str, ...]] = {
    "fr": ("Chez {sender_company}, notre métier tient en une ligne : {offer}.", "Ce que nous faisons chez {sender_company} : {offer}."),
    "en": ("What we do at {sender_company}, in one line: {offer}.", "At {sender_company}, our work is this: {offer}."),
}
PAINS: dict[str, tuple[str, ...]] = {
    "fr": ("J'aimerais savoir comment vous abordez ce point : {pain}.", "Un sujet revient dans ce que je lis de vous : {pain}."),
    "en": ("I'd like to know how you approach this: {pain}.", "One subject comes back in what I read from you: {pain}."),
}
NO_OFFER: dict[str, tuple[str, ...]] = {
    "fr": (
        "J'aimerais comprendre vos priorités du moment, pour voir si nous pouvons vous être utiles.",
        "J'aimerais en savoir plus sur vos priorités du moment.",
        "Vos priorités du moment m'intéressent.",
    ),
    "en": (
        "I'd like to understand your current priorities, to see whether we can be of use.",
        "I'd be glad to hear what your priorities are at the moment.",
        "I'm interested in what matters to you right now.",
    ),
}

ASKS: dict[str, dict[Ask, dict[Profile, tuple[str, ...]]]] = {
    "fr": {
        "meeting": {
            "D": ("{minutes} minutes cette semaine ou la prochaine : quel moment vous va ?", "On en parle {minutes} minutes ? Vous saurez vite si cela vaut la peine."),
            "I": ("Cela vous dirait d'en parler {minutes} minutes, de vive voix ?", "Que diriez-vous d'un échange de {minutes} minutes pour en parler ensemble ?"),
            "S": ("Si le sujet vous parle, nous pouvons en discuter {minutes} minutes, au moment qui vous arrange.", "Sans engagement, un échange de {minutes} minutes vous conviendrait-il, quand vous aurez un moment ?"),
            "C": ("Je peux vous détailler la méthode en {minutes} minutes ; quel jour vous conviendrait ?", "{minutes} minutes suffisent pour entrer dans le concret ; auriez-vous un créneau ?"),
            "unknown": ("Auriez-vous {minutes} minutes pour en parler dans les prochains jours ?", "Seriez-vous disponible {minutes} minutes pour en parler ?", "Est-ce que {minutes} minutes d'échange vous conviendraient ?"),
        },
        "question": {
            "D": ("Est-ce une priorité pour vous, oui ou non ?", "Un sujet pour vous en ce moment ?"),
            "I": ("Qu'en pensez-vous ?", "Est-ce que cela vous parle ?"),
            "S": ("Est-ce un sujet chez vous ? Prenez le temps qu'il vous faut pour me répondre.", "Est-ce que cela rejoint ce que vit votre équipe ?"),
            "C": ("Comment traitez-vous ce sujet aujourd'hui ?", "Comment mesurez-vous ce point aujourd'hui ?"),
            "unknown": ("Est-ce un sujet pour vous en ce moment ?", "Qu'en pensez-vous ?", "Comment abordez-vous cela aujourd'hui ?"),
        },
        "details": {
            "D": ("Je vous envoie l'essentiel en quelques lignes ?", "Voulez-vous l'essentiel par écrit ?"),
            "I": ("Voulez-vous que je vous raconte comment cela se passe ?", "Je vous en dis plus ?"),
            "S": ("Souhaitez-vous que je vous envoie quelques explications, à lire tranquillement ?", "Je peux vous envoyer quelques lignes de plus, si cela vous est utile."),
            "C": ("Souhaitez-vous que je vous envoie le détail par écrit ?", "Voulez-vous recevoir une description précise de la démarche ?"),
            "unknown": ("Souhaitez-vous que je vous en dise plus par écrit ?", "Voulez-vous que je vous envoie quelques lignes de plus ?", "Je vous en dis plus ?"),
        },
        "connect": {"unknown": ("Au plaisir d'échanger avec vous.", "Ce serait un plaisir d'échanger ici.", "Au plaisir de faire partie de votre réseau.")},
        "close": {
            "unknown": (
                "Si ce n'est pas le bon moment, aucun souci : un mot de votre part et je n'insiste pas.",
                "Je n'insisterai pas davantage ; ma porte reste ouverte si le sujet revient chez vous.",
                "Sans nouvelles de votre part, je comprendrai que ce n'est pas le moment.",
            )
        },
    },
    "en": {
        "meeting": {
            "D": ("{minutes} minutes this week or next: when suits you?", "Shall we take {minutes} minutes? You'll know quickly whether it's worth it."),
            "I": ("How about {minutes} minutes to talk it over?", "Would you be up for a {minutes}-minute chat about it?"),
            "S": ("If this speaks to you, we could talk for {minutes} minutes, whenever it suits you.", "No strings attached: would {minutes} minutes be all right, when you have a moment?"),
            "C": ("I can walk you through the method in {minutes} minutes; which day would suit you?", "{minutes} minutes are enough to get to the specifics; do you have a slot?"),
            "unknown": ("Would you have {minutes} minutes to talk in the coming days?", "Could you spare {minutes} minutes to talk about it?", "Would a {minutes}-minute conversation suit you?"),
        },
        "question": {
            "D": ("Is this a priority for you, yes or no?", "Is this on your list right now?"),
            "I": ("What do you think?", "Does this ring a bell?"),
            "S": ("Is this something you deal with? Take whatever time you need to answer.", "Does this match what your team experiences?"),
            "C": ("How do you handle this today?", "How do you measure this today?"),
            "unknown": ("Is this on your mind at the moment?", "What do you think?", "How do you approach this today?"),
        },
        "details": {
            "D": ("Shall I send you the essentials?", "Would you like the short version in writing?"),
            "I": ("Would you like to hear how it works?", "Shall I tell you more?"),
            "S": ("Would you like me to send a short explanation, to read in your own time?", "I can send you a few more lines, if that helps."),
            "C": ("Would you like me to send you the details in writing?", "Would a precise description of the approach be useful?"),
            "unknown": ("Would you like me to send you a few more lines?", "Shall I tell you more in writing?", "Shall I tell you more?"),
        },
        "connect": {"unknown": ("I'd be glad to connect.", "It would be a pleasure to exchange views here.", "Happy to have you in my network.")},
        "close": {
            "unknown": (
                "If this is not the right moment, no problem: one word from you and I'll leave it there.",
                "I won't push any further; my door stays open if the subject comes back.",
                "If I don't hear from you, I'll take it that now is not the time.",
            )
        },
    },
}  # fmt: skip

SUBJECTS: dict[str, dict[Fact, tuple[str, ...]]] = {
    "fr": {
        "activity": ("Votre publication", "Suite à votre publication", "À propos de ce que vous avez écrit"),
        "funding": ("Votre levée de {funding}", "{company} après la levée", "Bravo pour la levée"),
        "new_job": ("Votre arrivée chez {company}", "Vos débuts chez {company}", "Bienvenue chez {company}"),
        "hiring": ("Votre recrutement : {hiring}", "{company} recrute", "Votre annonce « {hiring} »"),
        "signal": ("Une actualité de {company}", "{company} : une question", "Votre actualité"),
        "technology": ("{company} et {technology}", "Une question sur {technology}", "{technology} chez {company}"),
        "role": ("Une question sur {company}", "Pour {company}", "Votre avis sur un sujet"),
        "company": ("Une question sur {company}", "À propos de {company}", "Pour {company}"),
        "nothing": ("Une question pour vous", "Prise de contact", "Votre avis"),
    },
    "en": {
        "activity": ("Your recent post", "About your post", "What you wrote"),
        "funding": ("Raising {funding}", "{company} after the round", "Congratulations on the round"),
        "new_job": ("Your start at {company}", "Your new role at {company}", "New at {company}"),
        "hiring": ("Your opening: {hiring}", "{company} is hiring", 'Your "{hiring}" opening'),
        "signal": ("News from {company}", "{company}: a question", "Your recent news"),
        "technology": ("{company} and {technology}", "A question about {technology}", "{technology} at {company}"),
        "role": ("A question about {company}", "For {company}", "Your view on something"),
        "company": ("A question about {company}", "About {company}", "For {company}"),
        "nothing": ("A question for you", "Getting in touch", "Your view"),
    },
}
CLOSINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "fr": {"formal": ("Cordialement,", "Bien cordialement,"), "warm": ("Belle journée,", "Bonne journée,", "À bientôt,")},
    "en": {"formal": ("Kind regards,", "Best regards,"), "warm": ("Best,", "All the best,", "Have a good day,")},
}
