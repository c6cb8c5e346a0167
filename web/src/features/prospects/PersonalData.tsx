import { useQuery } from "@tanstack/react-query";
import { FileDown, UserX } from "lucide-react";
import { useState } from "react";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Progress } from "@/components/ui/Progress";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { EraseDialog } from "./EraseDialog";
import { dataExportQuery, type Prospect, usePersonalDataActs } from "./queries";
import { texts } from "./texts";

/** What a person may ask of whoever holds their data: a copy of all of it, and its end. */
export function PersonalData({ prospect, onErased }: { prospect: Prospect; onErased: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { request } = usePersonalDataActs(prospect.id);
  const made = useQuery(dataExportQuery(request.data?.id));
  const [erasing, setErasing] = useState(false);
  const state = made.data ?? request.data;
  return (
    <section className="border-t border-line pt-5">
      <h3 className="font-semibold">{t.personalData}</h3>
      <p className="mt-1 mb-3 text-[0.8125rem] text-ink-muted">{t.personalDataText}</p>
      <div className="flex flex-wrap gap-2">
        <Button size="sm" busy={request.isPending || state?.status === "queued"} onClick={() => request.mutate()}>
          <FileDown aria-hidden /> {t.exportPerson}
        </Button>
        <Button size="sm" look="quiet" className="text-bad-ink" onClick={() => setErasing(true)}>
          <UserX aria-hidden /> {t.erasePerson}
        </Button>
      </div>
      <div className="mt-3 space-y-3 empty:hidden" aria-live="polite">
        <ProblemNotice error={request.error ?? made.error} />
        {state?.status === "queued" && <Progress label={t.exportBeingMade} />}
        {state?.status === "failed" && <Notice tone="bad">{state.error}</Notice>}
        {made.data?.status === "ready" && (
          <Notice tone="good">
            <p>{t.exportReady(made.data.kept_until === null ? null : format.date(made.data.kept_until))}</p>
            <p className="mt-2 flex flex-wrap gap-2">
              {made.data.files.map((file) => (
                <Button key={file.format} asChild size="sm">
                  <a href={file.url} target="_blank" rel="noreferrer">
                    {t.exportFile[file.format]}
                  </a>
                </Button>
              ))}
            </p>
          </Notice>
        )}
      </div>
      {erasing && <EraseDialog prospect={prospect} onClose={() => setErasing(false)} onErased={onErased} />}
    </section>
  );
}
