"""The phrases by which intents are recognised, in French, English and German, on folded text.

Folded: lower case, no accents, straight apostrophes (see `ai_service.text.folded`). The number is how telling a
phrase is, from 0 to 1.
"""

import re
from dataclasses import dataclass

from ai_service.replies.schemas import Escalation, Intent


@dataclass(frozen=True)
class Phrase:
    """A phrase that speaks for an intent."""

    intent: Intent
    weight: float
    pattern: re.Pattern[str]


def _phrases(intent: Intent, weight: float, *patterns: str) -> list[Phrase]:
    return [Phrase(intent, weight, re.compile(pattern)) for pattern in patterns]


UNSUBSCRIBE = _phrases(
    "unsubscribe", 0.97,
    r"\bdesinscri\w*", r"\bdesabonn\w*", r"\bunsubscribe\b", r"^stop\W*$", r"\bstop (?:the |ces |vos |aux )?(?:e-?)?mails?\b",
    r"\b(?:retirez|retirer|enlevez|supprimez|supprimer|otez|sortez)(?:-| )?(?:moi|mon (?:adresse|e-?mail|mail|contact|nom))\b.{0,60}\b(?:liste|base|fichier|mailing|diffusion|envoi)",
    r"\b(?:retirez|enlevez|otez)-moi de\b", r"\bretirez mon (?:adresse|e-?mail|nom)\b",
    r"\bne (?:plus|m'envoyez plus|me contactez plus|m'ecrivez plus|plus me contacter|plus m'ecrire|plus recevoir|plus jamais)\b.{0,40}\b(?:contact|recevoir|mail|message|ecri|solliciter|envoy)",
    r"\bne (?:me contactez|m'ecrivez|m'envoyez|me sollicitez|m'appelez)(?: donc)? plus\b",
    r"\b(?:arretez|cessez|merci d'arreter|merci de cesser|stoppez)\b.{0,30}\b(?:mail|message|envoi|ecrire|contacter|solliciter|sollicitation|relance|spam)",
    r"\bplus (?:etre contacte|etre sollicite|recevoir (?:vos|de|ces))",
    r"\b(?:remove|take|delete) (?:me|my (?:e-?mail|address|name|contact))\b.{0,40}\b(?:list|database|mailing|off)\b",
    r"\bremove me\b", r"\btake me off\b", r"\bopt(?:ing|ed)?[ -]?(?:me )?out\b",
    r"\b(?:stop|quit|cease) (?:e-?mailing|contacting|messaging|writing|sending|spamming)\b",
    r"\b(?:do not|don't|please don't|never) (?:ever )?(?:contact|e-?mail|write|message|reach out to) (?:to )?me\b",
    r"\bno (?:more|further) (?:e-?mails|messages|contact)\b",
    r"\b(?:abmelden|abbestellen|austragen)\b", r"\bkeine (?:weiteren |mehr )?(?:e-?)?mails?\b", r"\bnehmen sie mich aus\b",
    r"\bschreiben sie mir nicht mehr\b", r"\bstreichen sie mich\b",
)  # fmt: skip

OUT_OF_OFFICE = _phrases(
    "out_of_office", 0.95,
    r"\b(?:je suis|serai|etant|suis) (?:actuellement |absent)", r"\babsent(?:e)?(?: du bureau)? (?:jusqu|du|le|pour|et|de|a partir|depuis)",
    r"\ben (?:conge|conges|vacances|deplacement jusqu|arret maladie|conge maternite|conge paternite)\b",
    r"\bde retour (?:le|lundi|mardi|mercredi|jeudi|vendredi|au bureau|a partir|demain)", r"\b(?:reponse|message) automatique\b",
    r"\babsence du bureau\b", r"\b(?:acces|consult\w*) (?:limite|mes mails|a mes mails|ma messagerie).{0,30}\b(?:retour|limite|ponctuel)",
    r"\bout of (?:the )?office\b", r"\booo\b", r"\b(?:on|annual) (?:annual |parental |maternity |paternity |sick |medical )?leave\b",
    r"\bon (?:vacation|holidays?|pto)\b", r"\b(?:i am|i'm|i will be|i'll be|currently) (?:currently )?(?:away|out|travell?ing with limited)\b",
    r"\baway (?:from (?:the|my) (?:office|desk)|until|from)\b", r"\bauto(?:matic|mated)?[ -]?(?:reply|response)\b", r"\bautoreply\b",
    r"\blimited access to (?:my )?e-?mail", r"\b(?:back|return(?:ing)?) (?:to (?:the )?office |in the office )?(?:on|in the office|to the office)\b.{0,25}\b(?:\d|monday|tuesday|wednesday|thursday|friday)",
    r"\babwesen(?:d|heit)", r"\bnicht im (?:buro|haus)\b", r"\bim urlaub\b", r"\bautomatische antwort\b", r"\bwieder (?:im buro|erreichbar|da)\b",
)  # fmt: skip

BOUNCE = _phrases(
    "bounce", 0.96,
    r"\b(?:delivery|mail delivery) (?:status notification|has failed|failed|failure|subsystem|incomplete)", r"\bundeliver(?:able|ed)\b",
    r"\baddress (?:not found|rejected|does not exist|couldn't be found)", r"\b(?:user|mailbox|recipient) (?:unknown|not found|unavailable|rejected|does not exist|is full|full)",
    r"\b5\.\d\.\d{1,3}\b", r"\bsmtp; ?[45]\d\d\b", r"\b550[ -]", r"\bremise (?:du message )?(?:impossible|echouee|a echoue)", r"\bnon (?:remis|distribue|delivre)\b",
    r"\bechec de (?:la )?(?:remise|distribution)", r"\badresse (?:introuvable|inexistante|n'existe (?:pas|plus))", r"\bunzustellbar\b",
)  # fmt: skip

COMPLAINT = _phrases(
    "complaint", 0.93,
    r"\b(?:signal\w*|report\w*|marqu\w*|declar\w*|meld\w*)\b.{0,40}\b(?:spam|cnil|indesirable|abuse|signal spam)",
    r"\bharcel\w*", r"\bharass\w*", r"\bc'est du spam\b", r"\b(?:this is|you are|stop this|your) spam", r"\bspamm\w*", r"\bporter plainte\b", r"\bplainte\b.{0,30}\b(?:cnil|police|deposer)",
    r"\b(?:scandaleux|honteux|inadmissible|inacceptable|insupportable)\b", r"\b(?:unacceptable|outrageous|disgusting|shameful)\b",
    r"\bfoutez[- ]moi la paix\b", r"\bfichez[- ]moi la paix\b", r"\bras[- ]le[- ]bol\b", r"\bleave me (?:the \w+ )?alone\b", r"\b(?:fuck|piss) off\b", r"\bgo to hell\b",
    r"\bwtf\b", r"\bunverschamt\b", r"\bbelastig\w*",
)  # fmt: skip

WRONG_PERSON = _phrases(
    "wrong_person", 0.9,
    r"\b(?:pas|plus) (?:la bonne|le bon) (?:personne|interlocut\w*|contact)", r"\bmauvais(?:e)? (?:personne|interlocut\w*|contact|destinataire)\b",
    r"\bvous (?:vous )?trompez de (?:personne|destinataire|contact)", r"\b(?:je ne (?:suis|m'occupe|gere)|m'occupe|ne gere|ne suis) (?:pas|plus) (?:du tout )?(?:de (?:ce|ces)|du sujet|en charge|le sujet|concern|decisionnaire|responsable|l'interlocut|charge)",
    r"\bje (?:n'ai|ne fais|ne travaille) (?:plus|pas) (?:partie|chez|dans cette)", r"\bj'ai quitte (?:la societe|l'entreprise|mes fonctions|\w+)",
    r"\bje ne travaille plus\b", r"\bne fait plus partie\b", r"\ba quitte (?:la societe|l'entreprise|ses fonctions)",
    r"\b(?:not the (?:right|best|correct|appropriate) (?:person|contact|fit person)|wrong (?:person|contact|guy|address|department))\b",
    r"\b(?:i'm|i am) not (?:in charge|responsible|the decision|involved)", r"\b(?:i|we) (?:don't|do not|no longer) (?:handle|manage|deal with|look after|own) (?:this|that|it|these)",
    r"\bno longer (?:work|with|at|employed|part of|in charge|responsible)", r"\b(?:has|have|i) left (?:the )?(?:company|organi[sz]ation|firm)", r"\bnot my (?:area|department|responsibility|scope)\b",
    r"\bnicht (?:der|die) richtige\w* (?:ansprechpartner|person|kontakt)", r"\bfalsche\w* (?:ansprechpartner|person|adresse)", r"\bnicht (?:dafur )?zustandig\b", r"\bnicht mehr bei\b",
)  # fmt: skip

REFERRAL = _phrases(
    "referral", 0.92,
    r"\b(?:contactez|adressez[- ]vous|voyez|rapprochez[- ]vous|ecrivez|tournez[- ]vous)\b.{0,30}\b(?:ma|mon|a|de|avec|vers|directement|plutot|notre|a notre)\b.{0,40}\b(?:collegue|collaborat\w*|directeur|directrice|responsable|associee?|daf|drh|dsi|m\.|mme|monsieur|madame|equipe|service)",
    r"\b(?:je|j')(?: vous|e vous)? (?:transfere|transmets|redirige|mets en (?:relation|contact|copie|lien)|ai transfere|ai transmis|fais suivre)\b", r"\bje mets? .{0,40}\ben copie\b",
    r"\bla (?:bonne|meilleure) personne (?:est|serait|a contacter)", r"\ble bon (?:interlocuteur|contact) (?:est|serait)", r"\bc'est (?:plutot )?(?:ma|mon) (?:collegue|collaborat\w*|associee?|responsable|directeur|directrice)\b", r"\b(?:voyez|contactez|ecrivez) (?:plutot|directement|donc) \w+",
    r"\b(?:contact|reach out to|speak (?:to|with)|talk to|get in touch with|write to|e-?mail|ping|try)\b.{0,20}\b(?:my (?:colleague|boss|manager|cto|ceo|cfo|team|partner)|our (?:head|cto|ceo|cfo|coo|vp|director|team)|[a-z]+ (?:who|instead)\b)",
    r"\b(?:right|best|correct) person (?:is|would be|to (?:talk|speak|contact))", r"\b(?:i'm|i am|i've|i have) (?:cc'?ing|copying|copied|cc'?d|looping in|looped in|forwarding|forwarded|adding)\b", r"\b(?:forwarded|forwarding|passed|passing) (?:this|it|your (?:e-?mail|message)) (?:on )?to\b", r"\bloop(?:ing)? in\b",
    r"\bwenden sie sich (?:bitte )?an\b", r"\bzustandig (?:ist|ware)\b", r"\bleite (?:das|es|ihre) .{0,30}weiter\b", r"\bmein(?:e|en)? kolleg\w+ .{0,30}(?:zustandig|kontakt|wenden)",
)  # fmt: skip

NOT_INTERESTED = [
    *_phrases(
        "not_interested", 0.92,
        r"\b(?:pas|plus|aucunement|nullement|guere) (?:du tout |vraiment |plus )?(?:interesse|concerne|preneur|demandeur)\w*", r"\bne (?:m'|nous |me )(?:interesse|concerne|correspond)\w* pas", r"\bpas (?:d'|un )?interet\b", r"\bsans interet\b",
        r"\bpas (?:de |le |un )?(?:besoin|projet)\b(?! de (?:savoir|temps))", r"\baucun besoin\b", r"\bne (?:cherch\w+|souhait\w+) pas (?:a |de |y |donner|aller|d')?(?:changer|nouveau|donner|aller|solution|suite|etre|echang|discut)", r"\bne souhait\w+ pas\b", r"\bnous (?:ne |n')(?:donnerons|irons) pas\b",
        r"\bpas donner suite\b", r"\bnon merci\b", r"\bca ne (?:m'|nous )interesse pas\b", r"\bce n'est pas (?:pour (?:nous|moi)|un sujet|une priorite|d'actualite|a l'ordre)", r"\bpas (?:pour (?:nous|moi)|d'actualite|a l'ordre du jour|une priorite)\b", r"\bje (?:prefere )?decline\b", r"\bje passe(?: mon tour)?\b",
        r"\bnot (?:really |currently |at all |particularly )?(?:interested|for (?:us|me)|a fit|a good fit|relevant|a priority|something we)", r"\bno,? (?:thanks|thank you|interest)\b", r"\b(?:we're|we are|i'm|i am) (?:all set|good(?:,)? thanks|fine(?:,)? thanks|not looking)", r"\b(?:don't|do not|no) (?:have a |have any |see a |see any )?need\b(?! to)", r"\b(?:i'll|we'll|will|have to|going to) pass\b", r"\bwill have to decline\b", r"\bnot (?:moving|going) (?:forward|ahead)\b", r"\bno need\b(?! to)",
        r"\bkein(?:e|en)? (?:interesse|bedarf)\b", r"\bnicht interessiert\b", r"\bnein,? danke\b",
    ),
    *_phrases("not_interested", 0.72, r"^non\b(?!,? (?:mais|pas encore))", r"^no\b(?!,? (?:but|problem|worries))", r"^nein\b", r"\bbonne continuation\b", r"\bgood luck\b"),
]  # fmt: skip

OBJECTION = _phrases(
    "objection", 0.85,
    r"\bdeja (?:un|une|equip\w*|en place|un prestataire|une solution|un outil|quelqu'un|notre|travaill\w*|engag\w*|sous contrat)", r"\b(?:nous|on) (?:avons|a|utilisons|utilise|travaillons) deja\b", r"\bnous travaillons (?:deja )?avec\b",
    r"\bpas (?:de |le |du )?budget\b", r"\bbudget (?:gele|boucle|epuise|serre|limite|est boucle|deja)", r"\btrop (?:cher|onereux|couteux|tot|complique|petit|petite|occupe)", r"\bpas (?:le |du )?(?:bon )?(?:temps|moment)\b", r"\b(?:debord|surcharg)\w+", r"\b(?:revenez|recontactez|rappelez|relancez)(?:-| )?(?:moi|nous)?\b.{0,40}\b(?:mois|trimestre|annee|rentree|plus tard|\d{4}|janvier|fevrier|mars|avril|mai|juin|septembre|octobre|novembre|decembre)", r"\bplus tard\b", r"\bl'annee prochaine\b", r"\bpas (?:cette annee|avant|pour (?:le moment|l'instant)|tout de suite|maintenant|encore)\b", r"\b(?:j'ai|nous avons|on a) (?:deja )?(?:teste|essaye)\b.{0,50}\b(?:decu|pas|sans)", r"\bsceptique\b", r"\bpas convaincu\w*", r"\ben interne\b",
    r"\balready (?:have|use|using|work\w*|got|in place|covered|under contract|signed|a (?:customer|client))", r"\b(?:happy|satisfied|locked in|under contract) with\b", r"\b(?:we|i) (?:currently )?use \w+", r"\b(?:no|not have (?:the|a|any)|don't have (?:the|a|any)|tight|frozen|limited|out of) budget\b", r"\bbudget (?:is )?(?:frozen|tight|gone|spent|constraints)", r"\btoo (?:expensive|pricey|costly|early|small|busy|complicated)\b", r"\bnot (?:the )?(?:right|a good|best) time\b", r"\bbad timing\b", r"\b(?:check|circle|reach|come|get|follow|touch|ping)\b.{0,20}\b(?:back|base|out|again|up)\b.{0,40}\b(?:quarter|month|year|later|q[1-4]|january|february|march|april|june|july|september|october|november|december|spring|summer|autumn|fall|\d{4})", r"\bnot (?:right now|at the moment|now|yet|this (?:year|quarter)|at this time|for now)\b", r"\bnext (?:year|quarter)\b", r"\b(?:tried|tested)\b.{0,60}\b(?:didn't|not|disappoint|without)", r"\bin[- ]?house\b", r"\bskeptical\b", r"\bnot convinced\b", r"\bno (?:time|bandwidth)\b",
    r"\bhaben (?:bereits|schon)\b", r"\bkein budget\b", r"\bzu teuer\b", r"\bkeine zeit\b", r"\bnachstes jahr\b", r"\bspater (?:noch ?mal|wieder|nochmals)\b", r"\bderzeit (?:kein|nicht)",
)  # fmt: skip

MEETING_REQUEST = _phrases(
    "meeting_request", 0.93,
    r"\b(?:prenons|prendre|fixer|fixons|caler|calons|organis\w+|programm\w+|planifi\w+|convenir d'|poser|bloqu\w+|proposez|proposer|propose)\b.{0,40}\b(?:rendez-vous|rdv|rendez vous|appel|echange|visio\w*|creneau\w*|call|point|reunion|demo|date|moment)", r"\b(?:disponible|dispo|libre|possible)s?\b.{0,40}\b(?:lundi|mardi|mercredi|jeudi|vendredi|demain|semaine|a partir|vers|entre|\d{1,2} ?h)", r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|demain|semaine prochaine)\b.{0,40}\b(?:me (?:va|convient)|m'irait|ca (?:me )?va|convient|possible|\d{1,2} ?h|disponible|dispo|matin|apres-midi)", r"\b(?:quand|quels?) (?:etes-vous|seriez-vous|sont vos|creneaux?|disponibilites?)\b", r"\bvos (?:disponibilites|dispos|creneaux)\b", r"\b(?:appelez|rappelez|telephonez)[- ](?:moi|nous)\b(?!.{0,30}(?:mois|trimestre|annee|plus tard))", r"\ble lien (?:de|vers) (?:votre )?(?:agenda|calendrier|reservation)", r"\b(?:votre|un) (?:lien (?:calendly|cal|agenda)|agenda|calendly)\b", r"\b(?:on se|nous) (?:appelle|parle|voit)\b", r"\bparlons[- ]en\b", r"\bvoir une demo\b", r"\b(?:faire|organiser|avoir|voir) une demo",
    r"\b(?:book|schedule|set up|arrange|organi[sz]e|set|find|grab|put) (?:a |some |an? )?(?:quick |short |first |intro )?(?:call|meeting|time|demo|slot|chat|appointment|date|something)", r"\b(?:are you|i'm|i am|we're|we are|would you be) (?:free|available)\b", r"\b(?:available|free|works?|suits?)\b.{0,40}\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week|this week|\d{1,2} ?(?:am|pm|:\d\d))", r"\b(?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week)\b.{0,40}\b(?:works?|suits?|is (?:good|fine|free)|at \d|morning|afternoon|\d{1,2} ?(?:am|pm))", r"\b(?:send|share)\b.{0,25}\b(?:calendar|calendly|availability|availabilities|booking link|link to book|invite|times|slots)", r"\byour (?:calendar|availability|calendly)\b", r"\b(?:let's|lets|happy to|love to|can we|could we|shall we) (?:talk|chat|speak|meet|jump on|hop on|have a (?:call|chat)|connect|do (?:a call|it|that)|discuss)\b", r"\b(?:give|call) me (?:a call|on|at|tomorrow|next)\b", r"\bwhen (?:can|could|would|are) (?:we|you)\b", r"\b(?:see|get|have) a demo\b",
    r"\b(?:termin|gesprach|telefonat|call|demo)\b.{0,30}\b(?:vereinbaren|machen|ausmachen|planen|vorschlagen)", r"\bwann (?:hatten|haben|passt|konnen)\b", r"\brufen sie mich\b(?!.{0,20}nicht)", r"\bschicken sie mir (?:einen |ihren )?(?:termin|kalender|link)",
)  # fmt: skip

INTERESTED = [
    *_phrases(
        "interested", 0.9,
        r"\b(?:je suis|nous sommes|suis|sommes|tres|bien|potentiellement|assez|vivement) interesse\w*", r"\b(?:ca|cela|cette \w+|votre \w+|le sujet|ce sujet|sujet|oui,? ca) (?:m'|nous |me )interesse\w*", r"\b(?:m'|nous )interess\w+", r"\b(?:avec plaisir|volontiers|pourquoi pas|bien sur|tres volontiers)\b", r"\b(?:ca|cela) (?:a l'air|semble|parait|pourrait etre) (?:tres |vraiment )?(?:interessant|bien|pertinent|utile|sympa)", r"\bcurieux?(?:se)? (?:d'en|de)\b", r"\ben (?:savoir|dire|discuter|parler) (?:un peu )?(?:plus|davantage|avec)?", r"\bdites[- ]m'en plus\b", r"\b(?:envoyez|transmettez|partagez|envoie)[- ](?:moi|nous)\b.{0,40}\b(?:info\w*|documentation|doc|presentation|plaquette|details?|brochure|elements|precisions|plus)", r"\btombe (?:bien|a pic|a point)\b", r"\bau bon moment\b", r"\bon (?:cherche|recherche|reflechit) (?:justement|actuellement)", r"\bnous (?:cherchons|recherchons|reflechissons) (?:justement|actuellement|precisement)", r"\bjustement\b.{0,40}\b(?:sujet|cherch|reflech|besoin|projet)", r"\bok pour (?:moi|un|une|echanger|en)",
        r"\b(?:i'm|i am|we're|we are|very|definitely|quite|potentially|would be|could be|might be) (?:very |definitely |quite |really )?interested\b", r"^interested\b", r"\b(?:sounds|looks|seems) (?:good|great|interesting|promising|relevant|like something|useful)", r"\btell me more\b", r"\b(?:like|love|happy|keen|curious|want) to (?:know|learn|hear|see|understand|find out)\b", r"\b(?:send|share)\b.{0,20}\b(?:more )?(?:info\w*|details|deck|brochure|one-?pager|material|case stud)", r"\bgood timing\b", r"\bperfect timing\b", r"\bwe (?:are|were|have been) (?:actually |currently |just )?(?:looking (?:for|at|into)|evaluating|exploring|thinking about)", r"\b(?:yes|sure),? (?:please|why not|happy|let's|sounds|go ahead)", r"\bwhy not\b", r"\bgo ahead\b",
        r"\b(?:klingt|hort sich) (?:gut|interessant|spannend)", r"\bgerne\b", r"\b(?:bin|sind|ware|waren) (?:sehr |grundsatzlich )?interessiert\b", r"\binteressiert (?:mich|uns)\b", r"\bmehr (?:erfahren|informationen|infos)\b",
    ),
    *_phrases("interested", 0.82, r"^(?:oui|ok|d'accord|parfait|super)\b", r"^(?:yes|sure|ok|okay|great|absolutely|perfect)\b", r"^ja\b"),
]  # fmt: skip

QUESTION = [
    *_phrases(
        "question", 0.84,
        r"\b(?:combien|quel(?:le)?s? (?:est|sont|serait|seraient)|comment (?:ca|cela|fonctionne|marche|vous|se)|pouvez-vous (?:me |nous )?(?:preciser|expliquer|dire|detailler)|est-ce que (?:vous|votre|c'est|cela|ca)|avez-vous (?:des|un|une)|qui etes-vous|que (?:faites|proposez)-vous|c'est quoi|qu'est-ce)", r"\b(?:tarifs?|prix|couts?)\b.{0,30}\?", r"\bquelle (?:difference|est la)\b", r"\bcompatible\b",
        r"\b(?:how (?:much|does|do|is|would|many|long|can)|what (?:is|are|does|do|would|'s|exactly|kind)|which|can you (?:explain|clarify|tell|give|integrate|support|handle)|could you (?:explain|clarify|tell|give)|do you (?:have|offer|support|integrate|work|provide)|does (?:it|this|your)|is (?:it|this|there|your)|who are you|where (?:is|are))\b.{0,200}\?", r"\bpricing\b", r"\bwhat(?:'s| is) the (?:price|cost|difference|catch)",
        r"\b(?:wie (?:viel|funktioniert|hoch|lange)|was kostet|welche\w*|konnen sie (?:mir )?(?:erklaren|sagen))\b",
    ),
    *_phrases("question", 0.62, r"\?"),
]  # fmt: skip

CONTENT = [*WRONG_PERSON, *REFERRAL, *NOT_INTERESTED, *OBJECTION, *MEETING_REQUEST, *INTERESTED, *QUESTION]
"""Everything that is weighed; negatives come first and hide the words that they use from what follows."""

NEGATIVE: frozenset[Intent] = frozenset({"not_interested", "objection", "wrong_person"})

ESCALATIONS: dict[Escalation, re.Pattern[str]] = {
    "price_negotiation": re.compile(
        r"\b(?:remise|rabais|ristourne|discount|rebate|nachlass|rabatt|geste commercial|negoci\w+|negotiat\w+|verhandel\w+)\b"
        r"|\b(?:meilleur prix|best price|prix d'ami|lower (?:the |your )?price|baiss\w+ (?:le|vos|votre|les) (?:prix|tarifs?)|"
        r"match (?:the|their) price|moins cher que|cheaper than|price match)\b|\btrop chere?s?\b|\btoo (?:expensive|pricey)\b|\bzu teuer\b"
    ),
    "legal": re.compile(
        r"\b(?:avocats?|lawyers?|attorney|anwalt|mise en demeure|cease and desist|tribunal|court|lawsuit|sue you|"
        r"poursuites?|proces|juridiques?|service juridique|legal (?:team|department|action|counsel|terms)|contractuel\w*|"
        r"nda|accord de confidentialite|conditions generales|terms and conditions|clauses?|liability|responsabilite contractuelle|plainte|abmahnung|rechtlich\w*)\b"
    ),
    "data_protection": re.compile(
        r"\b(?:rgpd|gdpr|dsgvo|cnil|dpo|ccpa)\b|\bdonnees (?:personnelles|a caractere)|\bpersonal data\b|\bpersonenbezogen\w*|"
        r"\b(?:supprim\w+|effac\w+) (?:toutes )?(?:mes|nos) (?:donnees|informations|coordonnees)|\b(?:delete|erase) (?:all )?(?:my|our) (?:personal )?(?:data|information|details)|"
        r"\bdroit (?:d'acces|a l'oubli|d'opposition|a l'effacement)|\bright (?:of access|to be forgotten|to erasure)|\bdata (?:protection|subject|privacy|processing agreement)\b|"
        r"\b(?:d'ou|comment) (?:avez-vous|tenez-vous|vous avez) (?:eu |obtenu |trouve |recupere )?(?:mon|mes|ma) |\bcomment avez-vous (?:eu|obtenu|trouve|recupere) (?:mon|mes)|"
        r"\b(?:where|how) did you (?:get|find|obtain) my\b|\bwoher haben sie meine?\b|\bprotection des donnees\b|\bdatenschutz\w*"
    ),
    "anger": re.compile(
        r"\bharcel\w*|\bharass\w*|\b(?:arnaque|escroc\w*|scam\w*|fraud\w*|betrug)\b|\bras[- ]le[- ]bol\b|\b(?:fuck|shit|merde|connard\w*|idiot\w*|bullshit|verdammt)\w*|\bwtf\b|"
        r"\bfoutez\b|\bfichez[- ]moi\b|\bleave me (?:the \w+ )?alone\b|\b(?:scandaleux|honteux|inadmissible|inacceptable|insupportable|outrageous|unacceptable|disgusting|shameful|unverschamt)\b|"
        r"\b(?:je suis|i am|i'm|ich bin) (?:furieux|furieuse|en colere|furious|angry|sick of|fed up|wutend|sauer)|\bspamm\w*|\bc'est du spam\b|\bporter plainte\b|!{3,}"
    ),
    "security": re.compile(
        r"\b(?:iso ?27001|soc ?2|soc2|hds|secnumcloud|pentest\w*|penetration test\w*|chiffr\w+|encrypt\w+|verschlussel\w*|security (?:questionnaire|review|audit|policy|certif\w+)|"
        r"questionnaire (?:de )?securite|securite (?:des|informatique|de vos)|securis\w+|is it secure|how secure|sso|saml|mfa|rssi|ciso|it-sicherheit|sicherheit\w*)\b|"
        r"\b(?:ou|where)\b.{0,20}\b(?:heberge\w*|stocke\w*|hosted|stored|hosting)\b|\bhebergement des donnees\b|\bdata (?:hosting|residency|stored)\b"
    ),
    "instructions_to_the_machine": re.compile(
        r"\b(?:ignore|disregard|forget|oublie[sz]?|ignore[sz]?)\b.{0,40}\b(?:instructions?|consignes?|prompt|rules|regles|previous|precedent\w*|above|ci-dessus)|\b(?:system prompt|prompt systeme)\b|"
        r"\byou are (?:now )?(?:an? )?(?:ai|assistant|llm|chatbot)|\b(?:tu es|vous etes) (?:une? )?(?:ia|assistant|robot|llm)\b|\bclassify this\b|\b(?:set|output|return|reponds?|respond with)\b.{0,30}\b(?:intent|confidence|json)\b|"
        r"\bas an ai\b|\ben tant qu'ia\b|</?(?:system|assistant|user|data|untrusted)\b"
    ),
}
"""Topics that go to a human whatever the confidence."""

BANT = {
    "budget": re.compile(r"\b(?:budgets?|prix|tarifs?|couts?|cher|onereux|price|pricing|cost|costs|expensive|kosten|preis)\b|\d ?(?:€|k€|eur|euros|\$|usd)"),
    "authority": re.compile(
        r"\b(?:decideu\w*|decision|decide|valid\w+ (?:avec|par)|mon (?:patron|directeur|dg|pdg|associe)|ma (?:direction|directrice)|ma hierarchie|comite|codir|comex|"
        r"decision[- ]maker|my (?:boss|manager|ceo|cfo|director)|board|sign[- ]?off|approval|entscheid\w+|(?:je suis|i am|i'm) (?:la|le|the) (?:responsable|directeur|directrice|one who|decision))\b"
    ),
    "need": re.compile(
        r"\b(?:besoin|cherch\w+|recherch\w+|probleme|difficult\w+|enjeu|objectif|ameliorer|need|looking (?:for|at|into)|struggl\w+|problem|challenge|pain|improve|bedarf|suchen|brauchen)\b"
    ),
    "timeline": re.compile(
        r"\b(?:ce mois|mois prochain|cette semaine|semaine prochaine|trimestre|cette annee|annee prochaine|rentree|urgent|des que possible|rapidement|avant (?:fin|l'ete|noel)|d'ici|fin d'annee|"
        r"this (?:month|week|quarter|year)|next (?:month|week|quarter|year)|asap|by (?:the )?end|q[1-4]|soon|before (?:summer|christmas|year end)|(?:in|dans) \d+ (?:weeks?|months?|semaines?|mois)|nachste\w* (?:woche|monat|jahr|quartal)|"
        r"janvier|fevrier|mars|avril|juin|juillet|septembre|octobre|novembre|decembre|january|february|april|june|july|september|october|november|december)\b"
    ),
}  # fmt: skip
