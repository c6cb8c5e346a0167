import { describe, expect, it } from "vitest";
import { byDay, daysFromToday } from "./byDay";
import type { Meeting } from "./queries";

const meeting = (id: string, start: Date) => ({ id, start_at: start.toISOString() }) as Meeting;

describe("meetings by day", () => {
  it("keeps the order and puts meetings of one local day together", () => {
    const days = byDay([
      meeting("a", new Date(2026, 10, 23, 9)),
      meeting("b", new Date(2026, 10, 23, 23, 30)),
      meeting("c", new Date(2026, 10, 24, 0, 15)),
    ]);
    expect(days.map(([day, list]) => [day, list.map(({ id }) => id)])).toEqual([
      ["2026-11-23", ["a", "b"]],
      ["2026-11-24", ["c"]],
    ]);
  });

  it("counts calendar days, not spans of 24 hours", () => {
    const lateTonight = new Date(2026, 10, 20, 23, 50);
    expect(daysFromToday("2026-11-20", lateTonight)).toBe(0);
    expect(daysFromToday("2026-11-21", lateTonight)).toBe(1);
    expect(daysFromToday("2026-11-19", lateTonight)).toBe(-1);
  });
});
