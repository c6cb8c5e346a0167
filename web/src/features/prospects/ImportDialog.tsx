import { useQuery } from "@tanstack/react-query";
import { FileSpreadsheet } from "lucide-react";
import { type DragEvent, useState } from "react";
import { ImportResult } from "@/components/ImportResult";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { cn } from "@/components/ui/cn";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Select } from "@/components/ui/Field";
import { Progress } from "@/components/ui/Progress";
import { label, useTexts } from "@/i18n/texts";
import { MappingTable } from "./MappingTable";
import { campaignChoicesQuery, useImport, useImportPreview } from "./queries";
import { texts } from "./texts";

const openStatuses = ["draft", "active", "paused"];

/** Choose a file, check what each column was taken for, import, read the report. */
export default function ImportDialog({ campaignId, onClose }: { campaignId: string | undefined; onClose: () => void }) {
  const t = useTexts(texts);
  const [file, setFile] = useState<File>();
  const [mapping, setMapping] = useState<Record<string, string>>();
  const [into, setInto] = useState(campaignId ?? "");
  const [over, setOver] = useState(false);
  const preview = useImportPreview();
  const bring = useImport();
  const campaigns = (useQuery(campaignChoicesQuery).data ?? []).filter(({ status }) => openStatuses.includes(status));

  function choose(chosen: File | undefined): void {
    if (!chosen) return;
    setFile(chosen);
    setMapping(undefined);
    bring.reset();
    preview.mutate({ file: chosen });
  }

  function remap(changed: Record<string, string>): void {
    if (!file) return;
    setMapping(changed);
    preview.mutate({ file, mapping: changed });
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0]);
  }

  return (
    <Dialog open onClose={onClose} title={t.importTitle} description={t.importText} className="sm:w-[min(760px,calc(100vw-32px))]">
      {bring.data ? (
        <ImportResult
          report={bring.data}
          onAnother={() => {
            setFile(undefined);
            preview.reset();
            bring.reset();
          }}
          onClose={onClose}
        />
      ) : (
        <div className="space-y-5">
          <label
            onDragOver={(event) => {
              event.preventDefault();
              setOver(true);
            }}
            onDragLeave={() => setOver(false)}
            onDrop={drop}
            className={cn(
              "relative flex min-h-28 cursor-pointer flex-col items-center justify-center gap-2 rounded-xl border border-dashed p-6 text-center text-ink-muted has-focus-visible:outline-2 has-focus-visible:outline-primary",
              over ? "border-primary bg-primary-soft" : "border-line-strong/70 bg-sunken/40 hover:border-primary",
            )}
          >
            <FileSpreadsheet className="size-6" strokeWidth={1.75} aria-hidden />
            <span className={cn("max-w-full truncate", file && "font-medium text-ink")}>{file?.name ?? t.chooseFile}</span>
            <input
              type="file"
              accept=".csv,.tsv,.txt,text/csv"
              aria-label={t.chooseFile}
              className="absolute inset-0 cursor-pointer opacity-0"
              onChange={(event) => choose(event.target.files?.[0])}
            />
          </label>
          <ProblemNotice error={preview.error ?? bring.error} />
          {preview.data && (
            <>
              <p className="text-[0.8125rem] text-ink-muted">{t.recognised(label(t.layout, preview.data.layout))}</p>
              <MappingTable preview={preview.data} mapping={mapping ?? preview.data.mapping} onChange={remap} />
              <Field label={t.intoCampaign}>
                {(control) => (
                  <Select {...control} className="w-full" value={into} onChange={(event) => setInto(event.target.value)}>
                    <option value="">{t.noCampaign}</option>
                    {campaigns.map((campaign) => (
                      <option key={campaign.id} value={campaign.id}>
                        {campaign.name}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            </>
          )}
          {bring.isPending && <Progress label={t.import} />}
          <div className="flex justify-end">
            <Button
              look="primary"
              busy={bring.isPending || preview.isPending}
              disabled={!file || !preview.data}
              onClick={() => file && bring.mutate({ file, mapping, campaignId: into === "" ? undefined : into })}
            >
              {t.import}
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  );
}
