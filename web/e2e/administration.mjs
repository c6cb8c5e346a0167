/** What an owner does beside the daily work, in English: stops all sends, invites a colleague, works in another organisation. */

/** Stops everything with a reason that another tab shows unasked, then lets it go on. */
export async function stopAndResume(context, page, panel, shoot) {
  const watcher = await context.newPage();
  try {
    await watcher.goto(`${panel}/campaigns`);
    await watcher.getByRole("status").filter({ hasText: "Live" }).first().waitFor();
    await page.goto(`${panel}/`);
    await page.getByRole("button", { name: "Stop all sends" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Reason").fill("The offer has to be read again");
    await shoot("stop-all-sends-en-desktop");
    const started = Date.now();
    await dialog.getByRole("button", { name: "Stop all sends" }).click();
    await watcher.getByText("The offer has to be read again").waitFor();
    const shownElsewhereMs = Date.now() - started;
    await page.getByText("All sends are stopped").waitFor();
    await shoot("sends-stopped-en-desktop");
    await page.getByRole("button", { name: "Resume sending" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Resume sending" }).click();
    await page.getByText("All sends are stopped").waitFor({ state: "detached" });
    return { shownElsewhereMs };
  } finally {
    await watcher.close();
  }
}

/** Invites by address, sees the link once, and takes the invitation back. */
export async function inviteColleague(page, panel, shoot) {
  const address = `colleague-${Date.now()}@journey.example`;
  await page.goto(`${panel}/settings/team`);
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill(address);
  await dialog.getByRole("button", { name: "Invite" }).click();
  const link = await dialog.getByLabel("Link", { exact: true }).inputValue();
  if (!link.includes("/accept-invitation?token=")) throw new Error(`the invitation's link is ${link}`);
  await shoot("invitation-link-en-desktop");
  await page.keyboard.press("Escape");
  const row = page.locator(`[data-invitation="${address}"]`);
  await row.getByRole("button", { name: "Take back" }).click();
  await row.waitFor({ state: "detached" });
  return { invited: address };
}

/** Founds a second organisation: it is empty, it is this tab's alone, and the way back shows what was there before. */
export async function switchOrganization(context, page, panel, shoot) {
  const open = async (tab) => {
    await tab.locator("aside [data-organization]").click();
    await tab.getByRole("menu").waitFor();
  };
  const idOf = (tab) => tab.locator("aside [data-organization]").getAttribute("data-organization");
  await page.goto(`${panel}/`);
  await page.locator("[data-figure]").first().waitFor();
  const first = await idOf(page);
  const other = await context.newPage();
  try {
    await other.goto(`${panel}/prospects`);
    await other.locator("main tbody a").first().waitFor();

    await open(page);
    await page.getByRole("menuitem", { name: "Another organisation" }).click();
    await page.getByRole("dialog").getByLabel("Organisation name").fill("Second house");
    await page.getByRole("dialog").getByRole("button", { name: "Create the organisation" }).click();
    await page.waitForFunction((id) => document.querySelector("aside [data-organization]")?.getAttribute("data-organization") !== id, first);
    await page.goto(`${panel}/prospects`);
    await page.getByText("No prospect yet").waitFor();
    await shoot("second-organisation-en-desktop");

    await other.reload();
    await other.locator("main tbody a").first().waitFor();
    if ((await idOf(other)) !== first) throw new Error("another tab was moved to the second organisation");

    await open(page);
    await shoot("organisation-menu-en-desktop");
    await page.getByRole("menuitemradio").filter({ hasNotText: "Second house" }).first().click();
    await page.waitForFunction((id) => document.querySelector("aside [data-organization]")?.getAttribute("data-organization") === id, first);
    await page.locator("[data-figure]").first().waitFor();
    return { first };
  } finally {
    await other.close();
  }
}
