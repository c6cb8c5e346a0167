import { describe, expect, it } from "vitest";
import { countByStatus, countMatching } from "./eventCounts";
import type { InboxHealth } from "./queries";

const health: InboxHealth = {
  oldest_waiting_at: null,
  counts: [
    { source: "instantly", status: "handled", events: 40 },
    { source: "instantly", status: "dead", events: 2 },
    { source: "calcom", status: "dead", events: 3 },
  ],
};

describe("how many events there are", () => {
  it("adds the sources up, and shows a state that nothing is in as none", () => {
    expect(countByStatus(health)).toEqual({ received: 0, handled: 40, ignored: 0, dead: 5 });
  });

  it("narrows to one source", () => {
    expect(countByStatus(health, "calcom").dead).toBe(3);
  });

  it("says how many a replay would touch when it can tell", () => {
    expect(countMatching(health, { status: "dead" })).toBe(5);
    expect(countMatching(health, { source: "instantly" })).toBe(42);
  });

  it("doesn't guess about a range of time or a type", () => {
    expect(countMatching(health, { status: "dead", received_from: "2026-11-20T08:00:00Z" })).toBeUndefined();
    expect(countMatching(health, { event_type: "BOOKING_CREATED" })).toBeUndefined();
  });
});
