import { describe, expect, it } from "vitest";
import { fromLocalInput, toLocalInput } from "./PeriodFields";

describe("a moment in a picker", () => {
  it("comes back as the same moment", () => {
    const moment = "2026-11-20T08:30:00.000Z";
    expect(fromLocalInput(toLocalInput(moment))).toBe(moment);
  });

  it("is nothing for nonsense in the address", () => {
    expect(toLocalInput("yesterday")).toBe("");
    expect(fromLocalInput("")).toBeUndefined();
  });
});
