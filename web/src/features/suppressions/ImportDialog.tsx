import { useState } from "react";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { useSuppressionActs } from "./queries";
import { texts } from "./texts";

/** Brings in a list, and afterwards says which rows could not be read, by their line in the file. */
export function ImportDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { bringIn } = useSuppressionActs();
  const [file, setFile] = useState<File>();
  return (
    <Dialog open onClose={onClose} title={t.importTitle} description={t.importText}>
      {bringIn.data ? (
        <div className="space-y-4">
          <Notice tone="good">{t.importDone(bringIn.data.added, bringIn.data.already_there)}</Notice>
          {bringIn.data.rejected > 0 && (
            <section className="space-y-2">
              <h3 className="font-medium">{t.rejected(bringIn.data.rejected)}</h3>
              <ul className="max-h-56 divide-y divide-line overflow-y-auto rounded-lg border border-line" tabIndex={0} aria-label={t.rejected(bringIn.data.rejected)}>
                {bringIn.data.problems.map(({ line, reason }) => (
                  <li key={line} className="flex gap-3 px-3 py-2 text-[0.8125rem]">
                    <span className="shrink-0 text-ink-muted tabular-nums">{t.line(line)}</span>
                    <span className="min-w-0 break-words">{reason}</span>
                  </li>
                ))}
              </ul>
            </section>
          )}
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              {t.close}
            </Button>
          </div>
        </div>
      ) : (
        <div className="space-y-5">
          <ProblemNotice error={bringIn.error} />
          <Field label={t.chooseFile}>
            {(control) => (
              <Input {...control} type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" className="h-auto py-2" onChange={(event) => setFile(event.target.files?.[0])} />
            )}
          </Field>
          <div className="flex justify-end">
            <Button look="primary" busy={bringIn.isPending} disabled={!file} onClick={() => file && bringIn.mutate(file)}>
              {t.import}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
