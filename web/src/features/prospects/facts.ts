/** Facts arrive as the sources gave them; this reads what is there and invents nothing. */
export type Fact = { text: string; source: string | null; date: string | null };

function field(value: object, ...names: string[]): string | null {
  for (const name of names) {
    const found: unknown = (value as Record<string, unknown>)[name];
    if (typeof found === "string" && found !== "") return found;
  }
  return null;
}

export function readFact(value: unknown): Fact | null {
  if (typeof value === "string") return value === "" ? null : { text: value, source: null, date: null };
  if (typeof value !== "object" || value === null) return null;
  const text = field(value, "text", "fact", "quote", "title");
  if (text === null) return null;
  return { text, source: field(value, "source", "fact_source", "kind"), date: field(value, "date", "found_at", "at") };
}

export function readFacts(values: readonly unknown[] | undefined): Fact[] {
  return (values ?? []).map(readFact).filter((fact) => fact !== null);
}

export type TalkingPoint = { text: string; fact: string | null };

export function readTalkingPoints(values: readonly unknown[]): TalkingPoint[] {
  return values
    .map((value) => {
      if (typeof value === "string") return { text: value, fact: null };
      if (typeof value !== "object" || value === null) return null;
      const text = field(value, "text");
      return text === null ? null : { text, fact: field(value, "fact", "source") };
    })
    .filter((point) => point !== null);
}

export const criteria = ["budget", "authority", "need", "timeline"] as const;
export const mostPoints = 25;

export type Criterion = { name: (typeof criteria)[number]; points: number; known: boolean; evidence: string };

/** The four letters of BANT in their usual order, with zero and "unknown" for one that is absent. */
export function readCriteria(values: Record<string, unknown>): Criterion[] {
  return criteria.map((name) => {
    const value = values[name];
    const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
    return {
      name,
      points: typeof found.points === "number" ? found.points : 0,
      known: found.known === true,
      evidence: typeof found.evidence === "string" ? found.evidence : "",
    };
  });
}
