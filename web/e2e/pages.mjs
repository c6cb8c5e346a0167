/** Every page with what must be on it: its title in both languages, and that its data has come. */
export const languages = ["fr", "en"];

const titled = (fr, en, then) => async (page, language) => {
  await page.getByRole("heading", { level: 1, name: language === "fr" ? fr : en }).waitFor();
  await page.waitForFunction(() => !document.querySelector("main .animate-pulse"));
  if (await page.locator("main [role=alert]").count()) {
    throw new Error(`an error is shown: ${await page.locator("main [role=alert]").first().innerText()}`);
  }
  await then?.(page, language);
};

const some = (selector) => async (page) => {
  await page.locator(selector).first().waitFor();
};

async function figures(page) {
  await page.locator("[data-figure]").first().waitFor();
  const shown = await page.locator("[data-figure]").allInnerTexts();
  if (shown.length !== 4) throw new Error(`the dashboard shows ${shown.length} figures, not 4`);
  if (!/[1-9]/.test(shown[0])) throw new Error("the dashboard counts no prospect");
}

async function openProspect(page) {
  await page.locator("main tbody a").first().click();
  await page.getByRole("dialog").waitFor();
  await page.waitForFunction(() => !document.querySelector("[role=dialog] .animate-pulse"));
}

export const pages = [
  { name: "dashboard", path: "/", ready: titled("Tableau de bord", "Dashboard", figures) },
  { name: "campaigns", path: "/campaigns", ready: titled("Campagnes", "Campaigns", some('main a[href^="/campaigns/"]')) },
  { name: "campaign-new", path: "/campaigns/new", ready: titled("Nouvelle campagne", "New campaign", some("main input")) },
  { name: "prospects", path: "/prospects", ready: titled("Prospects", "Prospects", some("main tbody a")) },
  {
    name: "prospect",
    path: "/prospects?sort=score",
    ready: titled("Prospects", "Prospects", async (page) => {
      await openProspect(page);
      await page.getByRole("dialog").getByRole("button", { name: "Score", exact: true }).click();
      await page.getByRole("dialog").getByText("Budget", { exact: true }).waitFor();
    }),
  },
  { name: "messages", path: "/messages?status=all", ready: titled("Messages", "Messages", some("main article")) },
  { name: "messages-pending", path: "/messages", ready: titled("Messages", "Messages") },
  { name: "review", path: "/review", ready: titled("À relire", "Review queue") },
  { name: "meetings", path: "/meetings?when=all", ready: titled("Rendez-vous", "Meetings") },
  { name: "scenarios", path: "/scenarios", ready: titled("Scénarios", "Scenarios", some("main nav a")) },
  {
    name: "scenario-edit",
    path: "/scenarios",
    ready: titled("Scénarios", "Scenarios", async (page) => {
      // On a phone the list comes first, and the scenario after a press.
      if (!(await page.getByRole("button", { name: /^(Modifier les étapes|Edit the steps)$/ }).isVisible())) await page.locator("main nav a").first().click();
      await page.getByRole("button", { name: /^(Modifier les étapes|Edit the steps)$/ }).click();
      await page.getByRole("button", { name: /^(Ajouter une étape|Add a step)$/ }).waitFor();
      await page.getByRole("button", { name: /^(Comparer deux façons|Compare two ways)/ }).first().click();
      await page.getByRole("group", { name: /^(Façon|Way) B$/ }).waitFor();
    }),
    turned: (page) => page.getByRole("group", { name: /^(Façon|Way) B$/ }).waitFor(),
  },
  {
    name: "prospect-why",
    path: "/prospects?sort=score",
    ready: titled("Prospects", "Prospects", async (page) => {
      await openProspect(page);
      await page.getByRole("dialog").getByRole("button", { name: /^(Pourquoi|Why)$/ }).click();
      await page.getByRole("dialog").getByText(/^(Chaque fois qu’un message|Each time a message)/).waitFor();
    }),
  },
  {
    name: "prospect-erase",
    path: "/prospects?sort=score",
    ready: titled("Prospects", "Prospects", async (page) => {
      await openProspect(page);
      await page.getByRole("button", { name: /^(Effacer cette personne|Erase this person)$/ }).click();
      const dialog = page.getByRole("dialog", { name: /^(Effacer|Erase) / });
      await dialog.getByRole("textbox").fill("somebody.else@example.com");
      if (await dialog.getByRole("button", { name: /^(Effacer cette personne|Erase this person)$/ }).isEnabled()) {
        throw new Error("a person can be erased without typing their address");
      }
    }),
  },
  { name: "alerts", path: "/alerts?show=all", ready: titled("Alertes", "Alerts", some("main [data-alert]")) },
  { name: "suppressions", path: "/suppressions", ready: titled("Ne pas contacter", "Never contact", some("main [data-suppression]")) },
  { name: "webhooks", path: "/webhooks", ready: titled("Webhooks", "Webhooks", some("main [data-event]")) },
  {
    name: "webhook-event",
    path: "/webhooks",
    ready: titled("Webhooks", "Webhooks", async (page) => {
      await page.locator("main [data-event] a").first().click();
      await page.getByRole("dialog").getByRole("region").first().waitFor();
    }),
  },
  { name: "webhooks-endpoints", path: "/webhooks?view=endpoints", ready: titled("Webhooks", "Webhooks", some("main [data-endpoint]")) },
  {
    name: "audit-log",
    path: "/audit-log",
    ready: titled("Journal d’audit", "Audit log", async (page) => {
      await page.locator("main [data-audit] button").first().click();
      await page.locator("main [data-audit] table").first().waitFor();
    }),
  },
  { name: "data-protection", path: "/data-protection", ready: titled("Protection des données", "Data protection", some("main form")) },
  { name: "data-protection-erasures", path: "/data-protection?view=erasures", ready: titled("Protection des données", "Data protection", some("main [data-erasure]")) },
  { name: "data-protection-exports", path: "/data-protection?view=exports", ready: titled("Protection des données", "Data protection", some("main [data-export]")) },
  { name: "settings-keys", path: "/settings", ready: titled("Réglages", "Settings", some("[data-service=instantly]")) },
  { name: "settings-icp", path: "/settings/icp", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-email", path: "/settings/email", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-agent", path: "/settings/agent", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-team", path: "/settings/team", ready: titled("Réglages", "Settings", some("main [data-member]")) },
];
