import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Table, Td, Th } from "@/components/ui/Table";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { ImportReport } from "./queries";
import { texts } from "./texts";

/** What became of each row: the counts first, then every row that needs a look, by its line in the file. */
export function ImportResult({ report, onAnother, onClose }: { report: ImportReport; onAnother: () => void; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const counts: [string, number][] = [
    [t.reportCounts.created, report.created_count],
    [t.reportCounts.merged, report.merged_count],
    [t.reportCounts.suppressed, report.suppressed_count],
    [t.reportCounts.rejected, report.rejected_count],
  ];
  return (
    <div className="space-y-5">
      {report.status === "failed" ? (
        <Notice tone="bad">
          {t.importFailed}. {report.error}
        </Notice>
      ) : (
        <Notice tone="good">
          {t.importDone}: {report.file_name}
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
                  <Th>{t.problemColumn}</Th>
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
        <Button onClick={onAnother}>{t.anotherFile}</Button>
        <Button look="primary" onClick={onClose}>
          {t.close}
        </Button>
      </div>
    </div>
  );
}
