import { Table, Td, Th } from "@/components/ui/Table";
import { useTexts } from "@/i18n/texts";
import { changesOf } from "./changes";
import type { AuditEntry } from "./queries";
import { texts } from "./texts";

/** From what to what, field by field; only the side that exists for what was made or deleted. */
export function ChangeTable({ entry }: { entry: AuditEntry }) {
  const t = useTexts(texts);
  const changes = changesOf(entry);
  if (changes.length === 0) return <p className="text-ink-muted">{t.noFields}</p>;
  const nothing = <span className="text-ink-faint italic">{t.nothing}</span>;
  return (
    <div tabIndex={0} role="region" aria-label={t.changes} className="overflow-x-auto rounded-lg border border-line">
      <Table className="text-[0.8125rem]">
        <thead className="border-b border-line bg-sunken/60">
          <tr>
            <Th className="h-8">{t.field}</Th>
            {entry.action !== "insert" && <Th className="h-8">{t.before}</Th>}
            {entry.action !== "delete" && <Th className="h-8">{t.after}</Th>}
          </tr>
        </thead>
        <tbody>
          {changes.map(({ field, before, after }) => (
            <tr key={field} className="border-b border-line align-top last:border-0">
              <Td className="py-2 align-top font-mono text-xs text-ink-muted">{field}</Td>
              {entry.action !== "insert" && (
                <Td className="max-w-80 py-2 align-top break-words">{before === undefined ? nothing : <del className="rounded bg-bad-soft px-1 text-bad-ink no-underline">{before}</del>}</Td>
              )}
              {entry.action !== "delete" && (
                <Td className="max-w-80 py-2 align-top break-words">{after === undefined ? nothing : <ins className="rounded bg-good-soft px-1 text-good-ink no-underline">{after}</ins>}</Td>
              )}
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
