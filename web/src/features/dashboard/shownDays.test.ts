import { describe, expect, it } from "vitest";
import type { DayFigures } from "./queries";
import { shownDays } from "./shownDays";

const days = (...found: number[]): DayFigures[] =>
  found.map((count, index) => ({ day: `2026-11-${String(index + 1).padStart(2, "0")}`, found: count, qualified: 0, sent: 0, replied: 0, meetings: 0 }));

describe("the days of the chart", () => {
  it("begin with the first on which anything happened", () => {
    expect(shownDays(days(0, 0, 0, 5, 0, 1, 2, 3, 4, 5, 6, 7))[0]?.day).toBe("2026-11-04");
  });

  it("are at least a week, however young the campaign", () => {
    expect(shownDays(days(...Array<number>(29).fill(0), 60))).toHaveLength(7);
  });

  it("are all of them when nothing has happened, or too few for a week", () => {
    expect(shownDays(days(0, 0, 0))).toHaveLength(3);
    expect(shownDays(days(0, 4, 0))).toHaveLength(3);
  });
});
