import { describe, expect, it } from "vitest";
import type { Step } from "./queries";
import { newStep, schema, startComparing, toSteps, valuesOf, withoutVariant } from "./stepForm";
import { texts } from "./texts";

const step: Step = {
  id: "step-1",
  position: 1,
  channel: "email",
  kind: "email",
  delay_days: 0,
  objective: "Open the conversation",
  prompt: "Short.",
  target_length: 80,
  cta: "Fifteen minutes on Tuesday?",
  variants: [],
};

describe("steps in a form", () => {
  it("come back as they were, with their ids", () => {
    const { position: _, ...rest } = step;
    expect(toSteps(valuesOf([step]))).toEqual([rest]);
  });

  it("have no id when they are new, so that the gateway makes them", () => {
    expect(toSteps({ appliesTo: "new_only", steps: [{ ...newStep(false), objective: "Ask again" }] })[0]).toMatchObject({ id: null, delay_days: 3 });
  });

  it("never keep a kind that their channel doesn't know", () => {
    const moved = { ...newStep(true), channel: "linkedin" as const, objective: "Connect" };
    expect(toSteps({ appliesTo: "not_yet_past", steps: [moved] })[0]).toMatchObject({ channel: "linkedin", kind: "invitation" });
  });

  it("are refused without an aim, with half a day, or when none is left", () => {
    const read = (steps: unknown) => schema(texts.en).safeParse({ appliesTo: "not_yet_past", steps }).success;
    expect(read([newStep(true)])).toBe(false);
    expect(read([{ ...newStep(true), objective: "Ask", delay: "1.5" }])).toBe(false);
    expect(read([])).toBe(false);
    expect(read([{ ...newStep(true), objective: "Ask" }])).toBe(true);
  });
});

describe("comparing two ways", () => {
  it("begins with the step's own words as the first", () => {
    const [first, second] = startComparing({ ...newStep(true), objective: "Ask", cta: "Tuesday?" });
    expect(first).toMatchObject({ objective: "Ask", cta: "Tuesday?" });
    expect(second).toMatchObject({ objective: "", cta: "Tuesday?" });
  });

  it("ends when one of two is taken away, and goes on with two of three", () => {
    const ways = ["A", "B", "C"].map((objective) => ({ objective, prompt: "", cta: "" }));
    expect(withoutVariant(ways, 1).map(({ objective }) => objective)).toEqual(["A", "C"]);
    expect(withoutVariant(ways.slice(0, 2), 0)).toEqual([]);
  });
});
