import { describe, expect, it } from "vitest";
import { campaignSchema, newValues, toCreate, toPatch, valuesOf } from "./campaignForm";
import type { Campaign } from "./queries";
import { texts } from "./texts";

const schema = campaignSchema(texts.en);
const values = () => ({ ...newValues("fr"), name: "Directeurs commerciaux", scenarioId: "5e1c0e0a-0000-4000-8000-000000000001" });
const problems = (given: object) => schema.safeParse(given).error?.issues.map((issue) => [issue.path.join("."), issue.message]);

describe("checking a campaign before it is sent", () => {
  it("accepts the starting values once named and given a scenario", () => {
    expect(schema.safeParse(values()).success).toBe(true);
  });

  it("asks for a name and a scenario", () => {
    expect(problems(newValues("fr"))).toEqual([
      ["name", texts.en.required],
      ["scenarioId", texts.en.chooseScenario],
    ]);
  });

  it("refuses a window that ends before it begins, no day, and a link that is not one", () => {
    expect(problems({ ...values(), sendFrom: "18:00", sendUntil: "09:00" })).toEqual([["sendUntil", texts.en.untilAfterFrom]]);
    expect(problems({ ...values(), sendDays: [] })).toEqual([["sendDays", texts.en.chooseDay]]);
    expect(problems({ ...values(), bookingUrl: "javascript:alert(1)" })).toEqual([["bookingUrl", texts.en.badUrl]]);
    expect(problems({ ...values(), threshold: "120" })).toEqual([["threshold", texts.en.percentRange]]);
  });
});

describe("sending a campaign", () => {
  it("turns percent into a share and empty fields into nothing", () => {
    expect(toCreate({ ...values(), threshold: "85" })).toMatchObject({
      confidence_threshold: 0.85,
      booking_url: null,
      max_prospects: null,
      icp: null,
      source: "phantombuster",
      scraper_argument: {},
    });
  });

  it("gives the campaign a profile of its own when one was filled in", () => {
    const icp = { ...values().icp, job_titles: ["VP Sales"] };
    expect(toCreate({ ...values(), icp }).icp).toMatchObject({ name: "Directeurs commerciaux", job_titles: ["VP Sales"] });
  });

  it("leaves source and scenario out once the campaign is no draft any more", () => {
    expect(toPatch(values(), false)).not.toHaveProperty("source");
    expect(toPatch(values(), false)).not.toHaveProperty("scenario_id");
    expect(toPatch(values(), true)).toHaveProperty("scenario_id");
  });

  it("comes back from the API as it was sent", () => {
    const sent = { ...values(), threshold: "85", maxProspects: "250", sendDays: [2, 4], bookingUrl: "https://cal.example/a" };
    const answered = { ...toCreate(sent), send_from: "09:00:00", send_until: "18:00:00" } as unknown as Campaign;
    expect(valuesOf(answered)).toEqual(sent);
  });
});
