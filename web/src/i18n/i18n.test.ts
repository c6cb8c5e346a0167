import { beforeEach, describe, expect, it, vi } from "vitest";
import { createFormat } from "./format";
import { label, plural } from "./texts";

const modules = import.meta.glob<{ texts?: unknown; vocabulary?: unknown }>("../**/{texts,vocabulary}.ts", { eager: true });

/** The leaves of a text tree: path → text, with functions called to see their words. */
function leaves(tree: unknown, path = ""): Map<string, string> {
  if (typeof tree === "string") return new Map([[path, tree]]);
  if (typeof tree === "function") return new Map([[path, String((tree as (...values: unknown[]) => unknown)(2, 2, 2))]]);
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree as object)) {
    for (const [at, text] of leaves(value, `${path}.${key}`)) found.set(at, text);
  }
  return found;
}

describe("texts", () => {
  it.each(Object.entries(modules).filter(([path]) => !path.startsWith("./")))("%s says everything in both languages", (_, module) => {
    const { en, fr } = (module.texts ?? module.vocabulary) as { en: unknown; fr: unknown };
    const english = leaves(en);
    const french = leaves(fr);
    expect([...french.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...english.values(), ...french.values()].filter((text) => text.trim() === "")).toEqual([]);
  });

  it("counts zero as one in French and as many in English", () => {
    expect(plural("fr", 0, "message", "messages")).toBe("0 message");
    expect(plural("en", 0, "message", "messages")).toBe("0 messages");
    expect(plural("fr", 2, "message", "messages")).toBe("2 messages");
  });

  it("makes a value that has no text readable", () => {
    expect(label({ sent: "Envoyé" }, "sent")).toBe("Envoyé");
    expect(label({}, "waiting_for_vendor")).toBe("waiting for vendor");
  });
});

describe("formats", () => {
  beforeEach(() => void vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-GB", "fr-FR"]));

  it("prefers the reader's regional form of the language", () => {
    vi.spyOn(navigator, "languages", "get").mockReturnValue(["en-US"]);
    expect(createFormat("en", "Europe/Paris").time("2026-01-05T08:30:00Z")).toBe("09:30 AM");
  });

  it("writes numbers and shares the way the language does", () => {
    expect(createFormat("fr").percent(0.125)).toMatch(/^12,5\s%$/);
    expect(createFormat("en").percent(0.125)).toBe("12.5%");
    expect(createFormat("fr").number(12345)).toMatch(/^12.345$/);
  });

  it("shows a moment in the time zone asked for", () => {
    expect(createFormat("en", "Europe/Paris").time("2026-01-05T08:30:00Z")).toBe("09:30");
    expect(createFormat("en", "America/New_York").time("2026-01-05T08:30:00Z")).toBe("03:30");
  });

  it("tells recent moments relative to now and old ones by date", () => {
    const now = Date.parse("2026-11-20T12:00:00Z");
    expect(createFormat("en").relative("2026-11-20T11:55:00Z", now)).toMatch(/5 min/);
    expect(createFormat("fr").relative("2026-11-19T12:00:00Z", now)).toBe("hier");
    expect(createFormat("en").relative("2026-01-05T12:00:00Z", now)).toBe("5 Jan 2026");
  });

  it("names weekdays from Monday = 1", () => {
    expect(createFormat("fr").weekday(1)).toBe("lun.");
    expect(createFormat("en").weekday(7)).toBe("Sun");
  });
});
