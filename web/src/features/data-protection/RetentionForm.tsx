import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { type RetentionSettings, useDataProtectionActs } from "./queries";
import { texts } from "./texts";

const within = (least: number, most: number, message: string) =>
  z
    .string()
    .trim()
    .refine((text) => /^\d{1,3}$/.test(text) && Number(text) >= least && Number(text) <= most, message);

const valuesOf = ({ retention_months = 36, notice_days = 30 }: RetentionSettings) => ({ months: String(retention_months), days: String(notice_days) });

export function RetentionForm({ settings }: { settings: RetentionSettings }) {
  const t = useTexts(texts);
  const { put } = useDataProtectionActs();
  const form = useForm({
    resolver: zodResolver(z.object({ months: within(1, 60, t.monthsRange), days: within(1, 90, t.daysRange) })),
    defaultValues: valuesOf(settings),
    mode: "onTouched",
  });
  const { errors, isDirty } = form.formState;
  const save = form.handleSubmit(({ months, days }) =>
    put.mutate(
      { retention_months: Number(months), notice_days: Number(days) },
      {
        onSuccess: (saved) => {
          form.reset(valuesOf(saved));
          toastResult(t.saved);
        },
      },
    ),
  );
  return (
    <Card className="p-4 sm:p-6">
      <h2 className="text-[0.9375rem] font-semibold tracking-tight">{t.clock}</h2>
      <p className="mt-0.5 mb-5 text-[0.8125rem] text-ink-muted">{t.clockHint}</p>
      <form noValidate onSubmit={(event) => void save(event)} className="space-y-5">
        <div className="grid gap-6 sm:grid-cols-2">
          <Field label={t.months} hint={t.monthsHint} error={errors.months?.message}>
            {(control) => <Input {...control} inputMode="numeric" className="w-28 tabular-nums" {...form.register("months")} />}
          </Field>
          <Field label={t.days} hint={t.daysHint} error={errors.days?.message}>
            {(control) => <Input {...control} inputMode="numeric" className="w-28 tabular-nums" {...form.register("days")} />}
          </Field>
        </div>
        <ProblemNotice error={put.error} />
        <Button type="submit" look="primary" busy={put.isPending} disabled={!isDirty}>
          {t.save}
        </Button>
      </form>
    </Card>
  );
}
