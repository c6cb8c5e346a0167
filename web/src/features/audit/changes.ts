/** What an entry of the log says, field by field. */
import type { AuditEntry } from "./queries";

export type Change = { field: string; before: string | undefined; after: string | undefined };

/** Told by the entry itself, or the same in every row. */
const selfEvident = new Set(["id", "organization_id", "created_at"]);

/** A value as a person reads it: texts bare, everything else as JSON, nothing for null. */
function shown(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The fields that differ, by name. What was made has no before, what was deleted no after. */
export function changesOf({ before, after }: Pick<AuditEntry, "before" | "after">): Change[] {
  const fields = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...fields]
    .filter((field) => !selfEvident.has(field))
    .sort()
    .map((field) => ({ field, before: shown(before?.[field]), after: shown(after?.[field]) }))
    .filter((change) => change.before !== change.after);
}

/** What the thing is called, if its row says so. */
export function nameOf({ before, after }: Pick<AuditEntry, "before" | "after">): string | undefined {
  for (const row of [after, before]) {
    for (const field of ["name", "address", "email", "value", "service_name", "title"]) {
      const value = row?.[field];
      if (typeof value === "string" && value !== "") return value;
    }
  }
  return undefined;
}
