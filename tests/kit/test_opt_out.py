"""Who asks to be left alone is heard; who speaks of others, of another way or of another day is read by a person."""

import pytest

from kit.opt_out import LONGEST_READ, wish

WISHES = """\
Merci de me désinscrire.
Je souhaite être retiré de vos listes.
Merci de bien vouloir me retirer de votre liste de diffusion
Pouvez-vous m'enlever de vos contacts ?
Ne m'écrivez plus.
Ne plus me contacter svp
Veuillez ne plus m'envoyer d'emails
STOP
Stop!
stop.
Arrêtez.
Arrêtez de m'envoyer des mails
Please take me off your list
Kindly remove me from this list.
I'd like to be removed from your mailing list
Please stop.
Don't email me again
Do not contact me again.
Never contact me again
Lose my email address
Please cease all communication
No more emails please
Remove us from your database.
UNSUBSCRIBE
opt-out
I want to opt out
Désinscrivez-moi
Désabonnez-moi de cette liste
Je ne veux plus recevoir vos messages
Je ne souhaite plus être contactée.
Je vous prie de supprimer mes données
Supprimez mon adresse de votre base
Supprimez-moi de vos fichiers
Veuillez me rayer de votre liste
Plus de mails svp
Merci de ne plus me solliciter
Merci de ne plus nous contacter
Je refuse toute prospection
Je m'oppose au traitement de mes données
I object to the processing of my personal data, delete everything
Bitte nehmen Sie mich von der Liste
Bitte keine weiteren Mails
Bitte löschen Sie meine Daten
Abmelden
Stop sending me this
Stop emailing me
Quit it with these emails
Not interested, please remove me
Pas intéressé, merci de me retirer de votre liste.
Take us off the list please
Cessez vos sollicitations
Stop aux mails
Merci de cesser vos relances
desinscription svp
Stop spam
Leave me alone
Laissez-moi tranquille
Effacez-moi de votre base.
Je ne veux plus entendre parler de vous
I don't want to hear from you again
I don't want any more of these emails
Please don't write again
Please do not send me any further emails.
don't send me anything else
Ne me relancez plus
Inutile de me relancer
Sortez-moi de votre séquence
Hi, please unsubscribe. Thanks
Would you mind removing me from this list?
Kindly take my email off your distribution list.
I've asked twice now. Stop.
You need to stop emailing me.
I am not interested and would like to be taken off the list
I did not sign up for this, remove my address.
Please don't contact me in the future
No need to follow up
Do not follow up.
no more
Please delete my info from your CRM
I'd rather not receive these emails
I would prefer not to receive further messages
Don't reach out again.
Kindly do not email this address again
pls remove
remove me pls
unsub pls
Not for me. Unsubscribe.
This is my personal address, please never use it again.
We do not accept unsolicited emails, remove us.
Bonjour, je vous remercie de bien vouloir supprimer mon contact de votre base de données.
Merci de ne plus m'adresser de mails
Merci de ne plus me démarcher par email.
Je vous demande de ne plus m'envoyer de sollicitation
Vous pouvez m'enlever de la liste
Merci d'arrêter vos envois
Merci d'arreter de m'envoyer des mails
Stop merci de ne pas insister
Non merci, et merci de ne pas me relancer.
Je ne suis pas intéressé, ne me recontactez pas.
Veuillez retirer mon adresse de vos listes
Pas besoin de me relancer
Enlevez moi de votre liste svp
je me désinscris
Je souhaite me désabonner
Comment je me désabonne ?
Je ne désire pas être relancé
Je n'ai jamais demandé à recevoir vos mails, supprimez-moi
Plus jamais de mail de votre part
Ne m'envoyez plus rien.
n'envoyez plus de messages
Ça suffit, arrêtez !
Arrêtez vos mails.
Merci de me sortir de votre base.
RGPD: je demande la suppression de mes données
Je demande l'effacement de mes données personnelles
Merci de stopper les envois.
Bitte entfernen Sie meine Adresse aus Ihrem Verteiler.
Ich möchte keine E-Mails mehr erhalten.
Ich möchte nicht mehr kontaktiert werden.
Bitte streichen
Bitte von weiteren Mails absehen.
Schreiben Sie mir nicht mehr.
Kein Interesse, bitte löschen.
Hören Sie auf mir zu schreiben
Lassen Sie mich in Ruhe
""".splitlines()

OTHERS = """\
Nous souhaitons arrêter d'envoyer des mails à la main, votre outil m'intéresse.
How do you handle unsubscribe requests?
Can people opt out of the tracking in your product?
Stop by our office on Tuesday!
Comment vos clients gèrent-ils les désinscriptions ?
Ne vous arrêtez pas là, dites m'en plus
Do you stop emailing when someone answers?
Remove the second attachment please and resend
Pouvez-vous retirer la ligne 3 du devis ?
Je ne veux plus perdre de temps avec Excel, montrez-moi.
We don't want to contact customers manually any more, so yes
Pas de mail s'il vous plaît, appelez-moi plutôt au 06 12 34 56 78
No emails please, call me instead
Je ne pourrai pas vous contacter avant lundi
Our unsubscribe rate is too high, can you help?
Notre taux de désabonnement est trop haut, vous pouvez aider ?
We need to stop sending cold emails by hand
Don't contact my boss, talk to me directly on Monday
Yes please, send me more emails about this
Can you stop by on Monday?
Don't hesitate to contact me
N'hésitez pas à me contacter.
N'hésitez pas à me relancer la semaine prochaine
Ne m'envoyez pas de devis avant lundi
Contactez-moi plutôt par téléphone, pas de mails svp
Don't send me the deck, just call me
We never email our customers, how would this help us?
I never received your email, can you resend?
Nous n'envoyons pas de mails de prospection, en quoi pourriez-vous nous aider ?
Nous ne souhaitons pas recevoir de démo avant janvier
Nous avons arrêté d'envoyer des newsletters l'an dernier.
J'ai arrêté de prospecter par mail.
I stopped emailing prospects a year ago
Nos clients ne veulent plus recevoir de mails, est-ce que vous traitez ça ?
Our prospects don't want to receive cold emails. Does that work?
Please remove the meeting on Tuesday and book Wednesday
Pouvez-vous me retirer un doute : c'est compatible avec HubSpot ?
Take me through the pricing
Delete my previous message, I meant Thursday
Can you drop me a line on Friday?
Please stop me if I'm wrong, but you integrate with Salesforce?
Let me know how users can opt out
How do recipients unsubscribe in your tool?
Do you handle unsubscribe links automatically?
Comment gérez-vous les demandes de désinscription ?
Est-ce que vos mails contiennent un lien de désinscription ?
Je ne suis pas disponible cette semaine, relancez-moi lundi
Ne me relancez pas avant septembre
Je ne veux pas vous faire perdre votre temps
Je ne souhaite pas changer d'outil
Don't contact me before the 15th
I don't want to switch tools
We want to stop wasting time
No contact form on your site?
Ich möchte mehr erfahren
Bitte senden Sie mir keine Rechnung, nur ein Angebot
Nehmen Sie mich bitte ernst, aber ja
Plus de détails svp
Plus d'informations ?
Pas de souci, envoyez
Pas de mail reçu, pouvez-vous renvoyer ?
I'd like to remove manual work from my team
Could you please stop using Calendly and send a Zoom link?
Nous cherchons à supprimer nos relances manuelles
La fin de l'année est chargée. Stop ou encore ? On y réfléchit.
Non merci.
No thanks
Not interested
Pas intéressé.
Envoyez-moi plus de mails de ce type, c'est bien écrit
Vous pouvez me contacter plus tard
Contactez-moi plus tard
Recontactez-moi plus tard
Ne me contactez plus tard que 18h
""".splitlines()


@pytest.mark.parametrize("words", WISHES)
def test_a_wish_to_be_left_alone_is_heard(words: str) -> None:
    assert wish(words)


@pytest.mark.parametrize("words", WISHES)
def test_it_is_heard_among_other_sentences(words: str) -> None:
    assert wish(f"Bonjour Léa,\n\n{words}\n\nBien à vous")


@pytest.mark.parametrize("words", OTHERS)
def test_what_only_speaks_of_it_is_left_to_a_reader(words: str) -> None:
    assert wish(words) is None


def test_case_and_typographic_apostrophes_make_no_difference() -> None:
    assert wish("Merci de m\u2019enlever de vos listes") == wish("MERCI DE M'ENLEVER DE VOS LISTES")


def test_what_nobody_would_write_is_cut() -> None:
    assert wish("a " * LONGEST_READ + "unsubscribe me") is None
