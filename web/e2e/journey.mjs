// The browser journey: signs in, sees every page in both languages at once, phone to desktop, checks accessibility,
// makes a campaign through the wizard, sees it appear in another tab by itself, approves a message, and measures how fast
// the dashboard shows its figures.
//
//   PANEL_URL=http://127.0.0.1:3000 EMAIL=… PASSWORD=… OUT=folder node e2e/journey.mjs
//
// CHROMIUM names the browser (default: Debian's, else Playwright's own). Prints one JSON object; exits 1 with reasons.
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { chromium } from "playwright-core";
import { audit } from "./accessibility.mjs";
import { inviteColleague, stopAndResume, switchOrganization } from "./administration.mjs";
import { approveMessage, createCampaign } from "./acts.mjs";
import { watchLive } from "./live.mjs";
import { measureDashboard } from "./measure.mjs";
import { languages, pages } from "./pages.mjs";

const required = (name) => {
  const value = process.env[name];
  if (!value) {
    console.error(`${name} is not set.`);
    process.exit(2);
  }
  return value;
};

const panel = required("PANEL_URL").replace(/\/$/, "");
const email = required("EMAIL");
const password = required("PASSWORD");
const out = required("OUT");
mkdirSync(out, { recursive: true });

const debian = "/usr/bin/chromium";
const executablePath = process.env.CHROMIUM || (existsSync(debian) ? debian : undefined);
const sizes = {
  desktop: { width: 1440, height: 900 },
  tablet: { width: 834, height: 1112 },
  phone: { width: 390, height: 844 },
};
const waitMs = 20_000;

const browser = await chromium.launch({
  executablePath,
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const person = { viewport: sizes.desktop, locale: "fr-FR" };
const context = await browser.newContext(person);
const page = await opened(context);

const failures = [];
const report = { panel, screenshots: [], accessibility: [], campaign: null, live: null, stop: null, message: null, dashboard: null };
const note = (where, problem) => failures.push(`${where}: ${problem}`);

/** What went wrong and what was waited for: the first line of Playwright's message, and of its call log. */
const told = (error) => {
  const lines = stripVTControlCharacters(error.message).split("\n").map((line) => line.trim());
  const log = lines.indexOf("Call log:");
  return log === -1 ? lines[0] : `${lines[0]} ${lines[log + 1] ?? ""}`;
};

/** A page whose own faults, and the server's, are failures. */
async function opened(where) {
  const page = await where.newPage();
  page.setDefaultTimeout(waitMs);
  page.on("pageerror", (error) => note(new URL(page.url()).pathname, `script error: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 500) note(new URL(page.url()).pathname, `${response.status()} from ${response.url()}`);
  });
  return page;
}

async function shoot(name, from = page) {
  const file = path.join(out, `${name}.png`);
  await from.screenshot({ path: file });
  report.screenshots.push(file);
}

async function speak(language, at = page) {
  await at.evaluate((chosen) => localStorage.setItem("sales-machine.language", chosen), language);
}

async function signIn() {
  await page.goto(`${panel}/sign-in`);
  await page.locator("input[type=email]").waitFor();
  for (const language of languages) {
    await speak(language);
    await page.reload();
    await page.locator("input[type=email]").waitFor();
    await shoot(`sign-in-${language}-desktop`);
    report.accessibility.push(await audit(page, `sign-in-${language}`, failures));
  }
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL(`${panel}/`);
  await page.locator("main h1").waitFor();
}

async function visitAll() {
  const signedIn = await context.storageState();
  await Promise.all(
    languages.map(async (language) => {
      const own = await browser.newContext({ ...person, storageState: signedIn });
      const tab = await opened(own);
      await tab.goto(panel);
      await speak(language, tab);
      for (const visit of pages) {
        await see(tab, visit, language, "desktop", { then: "tablet" });
        await see(tab, visit, language, "phone");
      }
      await own.close();
    }),
  );
}

/** Opens a page at a size and looks at it whole, then at another size, as somebody does who turns a tablet. */
async function see(page, visit, language, size, { then } = {}) {
  let name = `${visit.name}-${language}-${size}`;
  try {
    await page.setViewportSize(sizes[size]);
    await page.goto(`${panel}${visit.path}`);
    await visit.ready(page, language);
    await look(page, name);
    report.accessibility.push(await audit(page, name, failures));
    if (then) {
      name = `${visit.name}-${language}-${then}`;
      await page.setViewportSize(sizes[then]);
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await visit.turned?.(page);
      await look(page, name);
    }
  } catch (error) {
    await shoot(`${name}-failed`, page);
    note(name, told(error));
  }
}

async function look(page, name) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth + 1);
  if (wide) note(name, "the page scrolls sideways");
  await shoot(name, page);
}

async function attempt(name, act) {
  try {
    return await act();
  } catch (error) {
    await shoot(`${name}-failed`).catch(() => undefined);
    note(name, told(error));
    return null;
  }
}

try {
  if ((await attempt("sign in", signIn)) !== null) {
    await attempt("pages", visitAll);
    await speak("en");
    report.campaign = await attempt("wizard", () => createCampaign(page, panel, shoot));
    if (report.campaign) report.live = await attempt("live", () => watchLive(context, page, panel, report.campaign));
    report.stop = await attempt("stop", () => stopAndResume(context, page, panel, shoot));
    await attempt("invite", () => inviteColleague(page, panel, shoot));
    await attempt("switch", () => switchOrganization(context, page, panel, shoot));
    report.message = await attempt("approve", () => approveMessage(page, panel, shoot));
    report.dashboard = await attempt("measure", () => measureDashboard(context, panel));
  }
} finally {
  await browser.close();
}

console.log(JSON.stringify({ ...report, failures }, null, 2));
process.exit(failures.length === 0 ? 0 : 1);
