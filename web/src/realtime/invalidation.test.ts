import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createThrottle, roomsOfEvent } from "./invalidation";

describe("rooms of an event", () => {
  it("refreshes every page that shows the table", () => {
    expect(roomsOfEvent("messages_changed")).toEqual(["messages", "campaigns", "prospects", "dashboard"]);
  });

  it("refreshes the dashboard for a table it doesn't know", () => {
    expect(roomsOfEvent("billing_changed")).toEqual(["dashboard"]);
  });
});

describe("throttling invalidations", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("hands the first event over at once and what follows together", () => {
    const flush = vi.fn();
    const throttle = createThrottle(1000, flush);
    throttle.add(["messages"]);
    throttle.add(["messages", "prospects"]);
    throttle.add(["dashboard"]);
    expect(flush).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1000);
    expect(flush).toHaveBeenCalledTimes(2);
    expect(flush).toHaveBeenLastCalledWith(new Set(["messages", "prospects", "dashboard"]));
  });

  it("costs one read a second however many events arrive", () => {
    const flush = vi.fn();
    const throttle = createThrottle(1000, flush);
    for (let sent = 0; sent < 500; sent += 1) {
      throttle.add(["enrollments"]);
      vi.advanceTimersByTime(10);
    }
    expect(flush.mock.calls.length).toBeLessThanOrEqual(6);
  });

  it("says nothing more once stopped", () => {
    const flush = vi.fn();
    const throttle = createThrottle(1000, flush);
    throttle.add(["messages"]);
    throttle.add(["prospects"]);
    throttle.stop();
    vi.advanceTimersByTime(5000);
    expect(flush).toHaveBeenCalledTimes(1);
  });
});
