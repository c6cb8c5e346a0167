import { describe, expect, it } from "vitest";
import { readCriteria, readFacts, readTalkingPoints } from "./facts";

describe("reading facts", () => {
  it("keeps the source and the date", () => {
    expect(readFacts([{ text: "Raised 4 M€", source: "press", date: "2026-09-01" }])).toEqual([
      { text: "Raised 4 M€", source: "press", date: "2026-09-01" },
    ]);
  });

  it("drops what says nothing", () => {
    expect(readFacts([{}, "", null, 4, { text: "" }])).toEqual([]);
    expect(readFacts(undefined)).toEqual([]);
  });

  it("keeps the fact that a talking point rests on", () => {
    expect(readTalkingPoints([{ text: "Your new office", fact: "Opened in Lyon" }, "Plain"])).toEqual([
      { text: "Your new office", fact: "Opened in Lyon" },
      { text: "Plain", fact: null },
    ]);
  });
});

describe("reading BANT", () => {
  it("orders the four letters and keeps their evidence", () => {
    const read = readCriteria({ need: { points: 20, known: true, evidence: "Hiring 3 SDRs" }, budget: { points: 8, known: false, evidence: "" } });
    expect(read.map(({ name }) => name)).toEqual(["budget", "authority", "need", "timeline"]);
    expect(read[2]).toEqual({ name: "need", points: 20, known: true, evidence: "Hiring 3 SDRs" });
  });

  it("calls what is absent unknown, not zero evidence", () => {
    expect(readCriteria({})[0]).toMatchObject({ known: false, evidence: "" });
  });
});
