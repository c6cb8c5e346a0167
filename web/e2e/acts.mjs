/** What a person does, in English: makes a campaign step by step, then reads and approves a message. */

export async function createCampaign(page, panel, shoot) {
  const name = `Browser journey ${new Date().toISOString().slice(0, 19)}`;
  const next = () => page.getByRole("button", { name: "Continue" }).click();

  await page.goto(`${panel}/campaigns/new`);
  await page.getByLabel("Name of the campaign").waitFor();
  await next();
  await page.getByText("Fill this in.").waitFor();
  await page.getByLabel("Name of the campaign").fill(name);
  await page.getByLabel("Sector").fill("Software");
  await page.getByLabel("Goal").fill("Book discovery meetings");
  await next();

  await page.getByRole("heading", { name: "Target profile" }).waitFor();
  await page.getByRole("radio", { name: /A file/ }).check();
  await page.getByLabel("CSV file").setInputFiles({
    name: "people.csv",
    mimeType: "text/csv",
    buffer: Buffer.from(
      "First Name,Last Name,Email Address,Position,Company\n" +
        "Nora,Vidal,nora.vidal@journey.example,VP Sales,Atelier Journey\n" +
        "Hugo,Marchal,hugo.marchal@journey.example,Sales Director,Journey Conseil\n" +
        ",,not-an-address,,\n",
    ),
  });
  await page.getByLabel("Job titles").fill("VP Sales");
  await page.keyboard.press("Enter");
  await shoot("wizard-target-en-desktop");
  await next();

  await page.getByRole("heading", { name: "Scenario and messages" }).waitFor();
  await page.locator("input[name=scenarioId]").first().check();
  await page.getByText("What each person receives").waitFor();
  await page.getByRole("radio", { name: "I read every message" }).check();
  await shoot("wizard-scenario-en-desktop");
  await next();

  await page.getByRole("heading", { name: "Days and hours" }).waitFor();
  await page.getByLabel("Booking link").fill("https://cal.example/journey/30");
  await shoot("wizard-schedule-en-desktop");
  await next();

  await page.getByRole("heading", { name: "Summary" }).waitFor();
  await page.getByText("people.csv").waitFor();
  await shoot("wizard-summary-en-desktop");
  await page.getByRole("button", { name: "Save as a draft" }).click();
  const report = page.getByRole("dialog");
  await report.getByRole("cell", { name: "4", exact: true }).waitFor();
  await shoot("wizard-import-report-en-desktop");
  await report.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("heading", { level: 1, name }).waitFor();
  await page.getByText("Draft", { exact: true }).first().waitFor();
  await shoot("campaign-draft-en-desktop");
  await page.getByRole("link", { name: "Prospects" }).last().click();
  await page.getByText("Nora Vidal").waitFor();
  await shoot("campaign-prospects-en-desktop");
  return { name, url: page.url() };
}

/** Approves the first message that waits, by keyboard as a daily user would. */
export async function approveMessage(page, panel, shoot) {
  await page.goto(`${panel}/messages?status=pending`);
  await page.locator("article[data-message]").first().waitFor();
  await page.keyboard.press("j");
  const id = await page.evaluate(() => document.activeElement?.getAttribute("data-message"));
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Message", { exact: true }).press("End");
  await dialog.getByLabel("Message", { exact: true }).pressSequentially(" Thank you.");
  await dialog.getByRole("button", { name: "Changes" }).click();
  await dialog.locator("ins").first().waitFor();
  await shoot("message-edit-en-desktop");
  await dialog.getByRole("button", { name: "Save and approve" }).click();
  await dialog.waitFor({ state: "hidden" });
  await page.locator(`article[data-message="${id}"]`).waitFor({ state: "detached" });
  return { approved: id };
}
