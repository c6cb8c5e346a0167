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

export const pages = [
  { name: "dashboard", path: "/", ready: titled("Tableau de bord", "Dashboard", figures) },
  { name: "campaigns", path: "/campaigns", ready: titled("Campagnes", "Campaigns", some('main a[href^="/campaigns/"]')) },
  { name: "campaign-new", path: "/campaigns/new", ready: titled("Nouvelle campagne", "New campaign", some("main input")) },
  { name: "prospects", path: "/prospects", ready: titled("Prospects", "Prospects", some("main tbody a")) },
  {
    name: "prospect",
    path: "/prospects?sort=score",
    ready: titled("Prospects", "Prospects", async (page) => {
      await page.locator("main tbody a").first().click();
      await page.getByRole("dialog").waitFor();
      await page.waitForFunction(() => !document.querySelector("[role=dialog] .animate-pulse"));
      await page.getByRole("dialog").getByRole("button", { name: "Score", exact: true }).click();
      await page.getByRole("dialog").getByText("Budget", { exact: true }).waitFor();
    }),
  },
  { name: "messages", path: "/messages?status=all", ready: titled("Messages", "Messages", some("main article")) },
  { name: "messages-pending", path: "/messages", ready: titled("Messages", "Messages") },
  { name: "review", path: "/review", ready: titled("À relire", "Review queue") },
  { name: "meetings", path: "/meetings?when=all", ready: titled("Rendez-vous", "Meetings") },
  { name: "scenarios", path: "/scenarios", ready: titled("Scénarios", "Scenarios", some("main nav a")) },
  { name: "settings-keys", path: "/settings", ready: titled("Réglages", "Settings", some("[data-service=instantly]")) },
  { name: "settings-icp", path: "/settings/icp", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-email", path: "/settings/email", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-agent", path: "/settings/agent", ready: titled("Réglages", "Settings", some("main form")) },
  { name: "settings-team", path: "/settings/team", ready: titled("Réglages", "Settings", some("main li")) },
];
