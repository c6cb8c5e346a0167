import { describe, expect, it } from "vitest";
import { changesOf, nameOf } from "./changes";

describe("the changes of an entry", () => {
  it("are the fields that differ, by name", () => {
    expect(changesOf({ before: { status: "active", hourly_cap: 20 }, after: { status: "paused", hourly_cap: 10 } })).toEqual([
      { field: "hourly_cap", before: "20", after: "10" },
      { field: "status", before: "active", after: "paused" },
    ]);
  });

  it("have no before for what was made, and leave out what says nothing", () => {
    const made = { id: "1", organization_id: "2", created_at: "2026-11-20", email: "paul@example.com", accepted_at: null };
    expect(changesOf({ before: null, after: made })).toEqual([{ field: "email", before: undefined, after: "paul@example.com" }]);
  });

  it("have no after for what was deleted", () => {
    expect(changesOf({ before: { value: "client.example" }, after: null })).toEqual([{ field: "value", before: "client.example", after: undefined }]);
  });

  it("show what is nested as JSON", () => {
    expect(changesOf({ before: { send_days: [1, 2] }, after: { send_days: [1] } })[0]).toEqual({ field: "send_days", before: "[1,2]", after: "[1]" });
  });
});

describe("the name of what was changed", () => {
  it("is taken from its row, the new one first", () => {
    expect(nameOf({ before: { name: "Spring" }, after: { name: "Summer" } })).toBe("Summer");
    expect(nameOf({ before: { value: "client.example" }, after: null })).toBe("client.example");
    expect(nameOf({ before: null, after: { status: "active" } })).toBeUndefined();
  });
});
