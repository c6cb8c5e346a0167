/** The words of the trade in both languages, and the colour of each state. One list for every page. */
import { defineTexts } from "@/i18n/texts";
import type { Tone } from "./ui/Badge";

export const vocabulary = defineTexts({
  en: {
    campaignStatus: { draft: "Draft", active: "Active", paused: "Paused", completed: "Completed", archived: "Archived" },
    enrollmentStatus: {
      found: "Found",
      enriching: "Enriching",
      enriched: "Enriched",
      qualifying: "Qualifying",
      qualified: "Qualified",
      nurture: "To nurture",
      rejected: "Rejected",
      in_sequence: "In sequence",
      replied: "Replied",
      meeting_scheduled: "Meeting booked",
      completed: "Completed",
      not_interested: "Not interested",
      unsubscribed: "Unsubscribed",
      bounced: "Bounced",
    },
    messageStatus: {
      draft: "Draft",
      pending_review: "To approve",
      approved: "Approved",
      scheduled: "Scheduled",
      sending: "Sending",
      sent: "Sent",
      failed: "Failed",
      ambiguous: "Being checked",
      cancelled: "Cancelled",
      rejected: "Rejected",
    },
    meetingStatus: {
      scheduled: "Scheduled",
      reschedule_requested: "To move",
      cancelled: "Cancelled",
      no_show: "No-show",
      completed: "Done",
    },
    channel: { email: "E-mail", linkedin: "LinkedIn", sms: "SMS" },
    kind: {
      invitation: "Invitation",
      message: "Message",
      follow_up: "Follow-up",
      email: "E-mail",
      sms: "SMS",
      reply: "Reply",
    },
    writtenBy: { anthropic: "Claude", openai: "OpenAI", rules: "Template", human: "Person" },
    intent: {
      interested: "Interested",
      meeting_request: "Wants a meeting",
      question: "Question",
      objection: "Objection",
      not_interested: "Not interested",
      wrong_person: "Wrong person",
      referral: "Referral",
      out_of_office: "Out of office",
      unsubscribe: "Unsubscribe",
      bounce: "Bounce",
      complaint: "Complaint",
      other: "Other",
    },
    provenance: { phantombuster: "LinkedIn (PhantomBuster)", csv: "CSV file", manual: "Entered by hand", crm: "CRM" },
    criterion: { budget: "Budget", authority: "Authority", need: "Need", timeline: "Timeline" },
    tone: { professional: "Professional", friendly: "Friendly", direct: "Direct", formal: "Formal" },
    approvalPolicy: {
      automatic: "Automatic: nobody reads them first",
      review_first: "I read the first message to each person",
      review_all: "I read every message",
    },
  },
  fr: {
    campaignStatus: { draft: "Brouillon", active: "Active", paused: "En pause", completed: "Terminée", archived: "Archivée" },
    enrollmentStatus: {
      found: "Trouvé",
      enriching: "Enrichissement",
      enriched: "Enrichi",
      qualifying: "Qualification",
      qualified: "Qualifié",
      nurture: "À mûrir",
      rejected: "Écarté",
      in_sequence: "En séquence",
      replied: "A répondu",
      meeting_scheduled: "RDV pris",
      completed: "Terminé",
      not_interested: "Pas intéressé",
      unsubscribed: "Désinscrit",
      bounced: "Adresse en échec",
    },
    messageStatus: {
      draft: "Brouillon",
      pending_review: "À approuver",
      approved: "Approuvé",
      scheduled: "Planifié",
      sending: "Envoi en cours",
      sent: "Envoyé",
      failed: "Échec",
      ambiguous: "En vérification",
      cancelled: "Annulé",
      rejected: "Refusé",
    },
    meetingStatus: {
      scheduled: "Prévu",
      reschedule_requested: "À déplacer",
      cancelled: "Annulé",
      no_show: "Absent",
      completed: "Tenu",
    },
    channel: { email: "E-mail", linkedin: "LinkedIn", sms: "SMS" },
    kind: { invitation: "Invitation", message: "Message", follow_up: "Relance", email: "E-mail", sms: "SMS", reply: "Réponse" },
    writtenBy: { anthropic: "Claude", openai: "OpenAI", rules: "Modèle", human: "Personne" },
    intent: {
      interested: "Intéressé",
      meeting_request: "Souhaite un RDV",
      question: "Question",
      objection: "Objection",
      not_interested: "Pas intéressé",
      wrong_person: "Mauvais interlocuteur",
      referral: "Recommandation",
      out_of_office: "Absence",
      unsubscribe: "Désinscription",
      bounce: "Adresse en échec",
      complaint: "Plainte",
      other: "Autre",
    },
    provenance: { phantombuster: "LinkedIn (PhantomBuster)", csv: "Fichier CSV", manual: "Saisie manuelle", crm: "CRM" },
    criterion: { budget: "Budget", authority: "Autorité", need: "Besoin", timeline: "Échéance" },
    tone: { professional: "Professionnel", friendly: "Chaleureux", direct: "Direct", formal: "Formel" },
    approvalPolicy: {
      automatic: "Automatique : personne ne les relit",
      review_first: "Je relis le premier message à chaque personne",
      review_all: "Je relis chaque message",
    },
  },
});

export const roles = defineTexts({
  en: { owner: "Owner", admin: "Administrator", member: "Member", viewer: "Reader" },
  fr: { owner: "Propriétaire", admin: "Administrateur", member: "Membre", viewer: "Lecteur" },
});

export const campaignTone: Record<string, Tone> = { active: "good", paused: "accent", completed: "primary" };

export const enrollmentTone: Record<string, Tone> = {
  qualified: "primary",
  in_sequence: "primary",
  replied: "accent",
  meeting_scheduled: "good",
  nurture: "accent",
  bounced: "bad",
  unsubscribed: "bad",
};

export const messageTone: Record<string, Tone> = {
  pending_review: "accent",
  approved: "primary",
  scheduled: "primary",
  sending: "primary",
  sent: "good",
  failed: "bad",
  ambiguous: "accent",
};

export const meetingTone: Record<string, Tone> = {
  scheduled: "primary",
  reschedule_requested: "accent",
  completed: "good",
  no_show: "bad",
};

export const intentTone: Record<string, Tone> = {
  interested: "good",
  meeting_request: "good",
  question: "primary",
  referral: "primary",
  objection: "accent",
  complaint: "bad",
  unsubscribe: "bad",
};
