import { defineTexts, plural } from "@/i18n/texts";

export const texts = defineTexts({
  en: {
    title: "Scenarios",
    hint: "A sequence of steps, each with its channel, its delay and its aim. A reply, a meeting or an unsubscribe ends it at once.",
    steps: (count: number) => plural("en", count, "step", "steps"),
    days: (count: number) => plural("en", count, "day", "days"),
    usedBy: (count: number) => (count === 0 ? "Not used yet" : `Used by ${plural("en", count, "campaign", "campaigns")}`),
    template: "Template",
    inactive: "Out of use",
    list: "Scenarios",
    emptyTitle: "No scenario yet",
    emptyText: "Every organisation starts with five; yours have been removed.",
    back: "Back to the scenarios",
  },
  fr: {
    title: "Scénarios",
    hint: "Une suite d’étapes, chacune avec son canal, son délai et son but. Une réponse, un rendez-vous ou une désinscription y met fin aussitôt.",
    steps: (count: number) => plural("fr", count, "étape", "étapes"),
    days: (count: number) => plural("fr", count, "jour", "jours"),
    usedBy: (count: number) => (count === 0 ? "Pas encore utilisé" : `Utilisé par ${plural("fr", count, "campagne", "campagnes")}`),
    template: "Modèle",
    inactive: "Hors service",
    list: "Scénarios",
    emptyTitle: "Aucun scénario",
    emptyText: "Chaque organisation commence avec cinq ; les vôtres ont été retirés.",
    back: "Retour aux scénarios",
  },
});
