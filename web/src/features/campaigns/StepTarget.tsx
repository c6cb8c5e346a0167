import { Upload } from "lucide-react";
import { useFormContext, useWatch } from "react-hook-form";
import { Choice } from "@/components/Choice";
import { IcpFields } from "@/components/IcpFields";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import type { CampaignValues } from "./campaignForm";
import { texts } from "./texts";

type StepTargetProps = {
  /** Given in the wizard only: the file is imported once the campaign exists. */
  file?: File;
  onFile?: (file: File | undefined) => void;
  sourceLocked?: boolean;
};

export function StepTarget({ file, onFile, sourceLocked = false }: StepTargetProps) {
  const t = useTexts(texts);
  const { register, control, formState } = useFormContext<CampaignValues>();
  const { errors } = formState;
  const source = useWatch({ control, name: "source" });
  return (
    <div className="space-y-8">
      <fieldset>
        <legend className="mb-3 font-medium">{t.source}</legend>
        <div className="grid gap-3 sm:grid-cols-2">
          {(["phantombuster", "csv"] as const).map((value) => (
            <Choice key={value} value={value} disabled={sourceLocked} title={t.sources[value].title} text={t.sources[value].text} {...register("source")} />
          ))}
        </div>
      </fieldset>

      {source === "phantombuster" ? (
        <div className="grid gap-6 sm:grid-cols-[minmax(0,1fr)_10rem]">
          <Field label={t.searchUrl} hint={t.searchUrlHint} error={errors.searchUrl?.message}>
            {(attributes) => (
              <Input {...attributes} inputMode="url" disabled={sourceLocked} placeholder="https://www.linkedin.com/sales/search/…" {...register("searchUrl")} />
            )}
          </Field>
          <Field label={t.maxProspects} hint={t.maxProspectsHint} error={errors.maxProspects?.message}>
            {(attributes) => <Input {...attributes} inputMode="numeric" {...register("maxProspects")} />}
          </Field>
        </div>
      ) : (
        onFile && (
          <Field label={t.file} hint={t.fileHint}>
            {(attributes) => (
              <div className="relative flex min-h-24 items-center justify-center gap-3 rounded-xl border border-dashed border-line-strong/70 bg-sunken/40 p-6 text-ink-muted hover:border-primary has-focus-visible:outline-2 has-focus-visible:outline-primary">
                <Upload className="size-5 shrink-0" aria-hidden />
                <span className="min-w-0 truncate">{file?.name ?? t.sources.csv.text}</span>
                <input
                  {...attributes}
                  type="file"
                  accept=".csv,.tsv,.txt,text/csv"
                  className="absolute inset-0 cursor-pointer opacity-0"
                  onChange={(event) => onFile(event.target.files?.[0])}
                />
              </div>
            )}
          </Field>
        )
      )}

      <section>
        <h3 className="font-medium">{t.icpTitle}</h3>
        <p className="mt-0.5 mb-4 text-[0.8125rem] text-ink-muted">
          {t.icpText} {t.tagHint}
        </p>
        <IcpFields control={control} />
      </section>
    </div>
  );
}
