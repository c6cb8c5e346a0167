/** Opens the list of campaigns in a second tab, duplicates one in the first, and times until the second shows it unasked. */
export async function watchLive(context, page, panel, campaign) {
  const watcher = await context.newPage();
  try {
    await watcher.goto(`${panel}/campaigns`);
    await watcher.getByRole("status").filter({ hasText: "Live" }).first().waitFor();
    const links = watcher.locator('main a[href^="/campaigns/"]:not([href$="/new"])');
    await links.first().waitFor();
    const before = await links.count();

    await page.goto(campaign.url.replace(/\/prospects$/, ""));
    await page.getByRole("button", { name: "More actions" }).click();
    const started = Date.now();
    await page.getByRole("menuitem", { name: "Duplicate" }).click();
    await watcher.waitForFunction(
      (count) => document.querySelectorAll('main a[href^="/campaigns/"]:not([href$="/new"])').length > count,
      before,
      { polling: 20 },
    );
    return { shownElsewhereMs: Date.now() - started };
  } finally {
    await watcher.close();
  }
}
