import { Notice } from "./Notice";
import { Button } from "./ui/Button";
import { Table, Td, Th } from "./ui/Table";
import { useFormat } from "@/i18n/format";
import { defineTexts, plural, useTexts } from "@/i18n/texts";

export type ImportReport = {
  file_name: string;
  status: "running" | "succeeded" | "failed";
  created_count: number;
  merged_count: number;
  suppressed_count: number;
  rejected_count: number;
  problems: readonly { line: number; column: string | null; reason: string }[];
  error: string | null;
};

const texts = defineTexts({
  en: {
    done: "The file was imported",
    failed: "The file could not be imported",
    counts: { created: "New", merged: "Already known", suppressed: "Never to be written to", rejected: "Refused" },
    problems: (count: number) => plural("en", count, "row to look at", "rows to look at"),
    line: "Line",
    column: "Column",
    reason: "Reason",
    anotherFile: "Import another file",
    close: "Continue",
  },
  fr: {
    done: "Le fichier est importé",
    failed: "Le fichier n’a pas pu être importé",
    counts: { created: "Nouveaux", merged: "Déjà connus", suppressed: "À ne jamais contacter", rejected: "Refusés" },
    problems: (count: number) => plural("fr", count, "ligne à regarder", "lignes à regarder"),
    line: "Ligne",
    column: "Colonne",
    reason: "Raison",
    anotherFile: "Importer un autre fichier",
    close: "Continuer",
  },
});

/** What became of each row: the counts first, then every row that needs a look, by its line in the file. */
export function ImportResult({ report, onAnother, onClose }: { report: ImportReport; onAnother?: () => void; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const counts: [string, number][] = [
    [t.counts.created, report.created_count],
    [t.counts.merged, report.merged_count],
    [t.counts.suppressed, report.suppressed_count],
    [t.counts.rejected, report.rejected_count],
  ];
  return (
    <div className="space-y-5">
      {report.status === "failed" ? (
        <Notice tone="bad">
          {t.failed}. {report.error}
        </Notice>
      ) : (
        <Notice tone="good">
          {t.done}: {report.file_name}
        </Notice>
      )}
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
        {counts.map(([name, count]) => (
          <div key={name} className="rounded-xl bg-sunken/60 px-4 py-3">
            <dd className="text-xl font-semibold tabular-nums">{format.number(count)}</dd>
            <dt className="text-[0.8125rem] text-ink-muted">{name}</dt>
          </div>
        ))}
      </dl>
      {report.problems.length > 0 && (
        <section>
          <h3 className="mb-2 font-medium">{t.problems(report.problems.length)}</h3>
          <div className="max-h-64 overflow-auto rounded-xl border border-line" tabIndex={0} role="region" aria-label={t.problems(report.problems.length)}>
            <Table>
              <thead className="sticky top-0 bg-surface">
                <tr className="border-b border-line">
                  <Th className="text-right">{t.line}</Th>
                  <Th>{t.column}</Th>
                  <Th>{t.reason}</Th>
                </tr>
              </thead>
              <tbody>
                {report.problems.map((problem) => (
                  <tr key={`${problem.line}-${problem.column ?? ""}-${problem.reason}`} className="border-b border-line last:border-0">
                    <Td className="py-2 text-right">{format.number(problem.line)}</Td>
                    <Td className="py-2">{problem.column}</Td>
                    <Td className="py-2 text-ink-muted">{problem.reason}</Td>
                  </tr>
                ))}
              </tbody>
            </Table>
          </div>
        </section>
      )}
      <div className="flex justify-end gap-2">
        {onAnother && <Button onClick={onAnother}>{t.anotherFile}</Button>}
        <Button look="primary" onClick={onClose}>
          {t.close}
        </Button>
      </div>
    </div>
  );
}
