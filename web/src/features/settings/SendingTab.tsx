import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useController, useForm } from "react-hook-form";
import * as z from "zod";
import { ErrorState } from "@/components/ErrorState";
import { Notice, ProblemNotice } from "@/components/Notice";
import { TimeZoneSelect } from "@/components/TimeZoneSelect";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Checkbox, Field, Input, Textarea } from "@/components/ui/Field";
import { Skeleton } from "@/components/ui/Skeleton";
import { WeekdayPicker } from "@/components/WeekdayPicker";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { Mailboxes } from "./Mailboxes";
import { type SendingSettings, sendingQuery, usePutSending } from "./queries";
import { type SettingsTexts, texts } from "./texts";

export function SendingTab() {
  const query = useQuery(sendingQuery);
  return (
    <div className="max-w-4xl space-y-8">
      <Mailboxes />
      {query.isPending ? (
        <Skeleton className="h-96 rounded-xl" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SendingForm settings={query.data} />
      )}
    </div>
  );
}

function schema(t: SettingsTexts) {
  const whole = z.string().trim().regex(/^\d{1,5}$/, t.wholeNumber);
  const percent = z.string().trim().regex(/^(100|\d{1,2}([.,]\d+)?)$/, t.percentRange);
  return z
    .object({
      hourly_cap: whole,
      mailbox_daily_cap: whole,
      min_gap_seconds: whole,
      send_days: z.array(z.number()).min(1, t.chooseDay),
      send_from: z.string().min(5, t.required),
      send_until: z.string().min(5, t.required),
      time_zone: z.string().min(1),
      respect_holidays: z.boolean(),
      bounce_warn_percent: percent,
      bounce_pause_percent: percent,
      bounce_minimum_sends: whole,
      postal_address: z.string().max(500),
    })
    .refine((values) => values.send_from < values.send_until, { path: ["send_until"], message: t.untilAfterFrom });
}

type Values = z.infer<ReturnType<typeof schema>>;

function valuesOf(settings: SendingSettings): Values {
  return {
    hourly_cap: String(settings.hourly_cap ?? 20),
    mailbox_daily_cap: String(settings.mailbox_daily_cap ?? 20),
    min_gap_seconds: String(settings.min_gap_seconds ?? 60),
    send_days: settings.send_days ?? [1, 2, 3, 4, 5],
    send_from: (settings.send_from ?? "09:00").slice(0, 5),
    send_until: (settings.send_until ?? "18:00").slice(0, 5),
    time_zone: settings.time_zone ?? "Europe/Paris",
    respect_holidays: settings.respect_holidays ?? true,
    bounce_warn_percent: String(settings.bounce_warn_percent ?? 2),
    bounce_pause_percent: String(settings.bounce_pause_percent ?? 5),
    bounce_minimum_sends: String(settings.bounce_minimum_sends ?? 20),
    postal_address: settings.postal_address ?? "",
  };
}

const toNumber = (text: string) => Number(text.replace(",", "."));

function SendingForm({ settings }: { settings: SendingSettings }) {
  const t = useTexts(texts);
  const may = useMay();
  const put = usePutSending();
  const form = useForm({ resolver: zodResolver(schema(t)), defaultValues: valuesOf(settings), mode: "onTouched" });
  const { register, control, formState } = form;
  const { errors } = formState;
  const days = useController({ control, name: "send_days" }).field;

  const number = (name: "hourly_cap" | "mailbox_daily_cap" | "min_gap_seconds" | "bounce_warn_percent" | "bounce_pause_percent" | "bounce_minimum_sends", text: string) => (
    <Field label={text} error={errors[name]?.message}>
      {(attributes) => <Input {...attributes} inputMode="decimal" className="tabular-nums" {...register(name)} />}
    </Field>
  );

  const save = form.handleSubmit((values) =>
    put.mutate(
      {
        ...values,
        hourly_cap: toNumber(values.hourly_cap),
        mailbox_daily_cap: toNumber(values.mailbox_daily_cap),
        min_gap_seconds: toNumber(values.min_gap_seconds),
        bounce_warn_percent: toNumber(values.bounce_warn_percent),
        bounce_pause_percent: toNumber(values.bounce_pause_percent),
        bounce_minimum_sends: toNumber(values.bounce_minimum_sends),
      },
      {
        onSuccess: (saved) => {
          form.reset(valuesOf(saved));
          toastResult(t.saved);
        },
      },
    ),
  );

  return (
    <form className="space-y-6" noValidate onSubmit={(event) => void save(event)}>
      {!may.administer && <Notice tone="info">{t.readOnly}</Notice>}
      <fieldset disabled={!may.administer} className="space-y-6">
        <Card className="p-4 sm:p-6">
          <h2 className="text-[0.9375rem] font-semibold tracking-tight">{t.limits}</h2>
          <p className="mt-0.5 mb-5 text-[0.8125rem] text-ink-muted">{t.limitsHint}</p>
          <div className="grid gap-6 sm:grid-cols-3">
            {number("hourly_cap", t.hourlyCap)}
            {number("mailbox_daily_cap", t.dailyCap)}
            {number("min_gap_seconds", t.minGap)}
          </div>
        </Card>
        <Card className="space-y-6 p-4 sm:p-6">
          <h2 className="text-[0.9375rem] font-semibold tracking-tight">{t.window}</h2>
          <WeekdayPicker label={t.days} value={days.value} onChange={days.onChange} error={errors.send_days?.message} />
          <div className="grid grid-cols-2 gap-6 sm:grid-cols-[8rem_8rem_minmax(0,1fr)]">
            <Field label={t.from} error={errors.send_from?.message}>
              {(attributes) => <Input {...attributes} type="time" {...register("send_from")} />}
            </Field>
            <Field label={t.until} error={errors.send_until?.message}>
              {(attributes) => <Input {...attributes} type="time" {...register("send_until")} />}
            </Field>
            <Field label={t.timeZone} className="col-span-2 sm:col-span-1">
              {(attributes) => <TimeZoneSelect {...attributes} {...register("time_zone")} />}
            </Field>
          </div>
          <label className="flex cursor-pointer items-center gap-2.5">
            <Checkbox {...register("respect_holidays")} />
            {t.holidays}
          </label>
        </Card>
        <Card className="space-y-6 p-4 sm:p-6">
          <h2 className="text-[0.9375rem] font-semibold tracking-tight">{t.bounces}</h2>
          <div className="grid gap-6 sm:grid-cols-3">
            {number("bounce_warn_percent", t.bounceWarn)}
            {number("bounce_pause_percent", t.bouncePause)}
            {number("bounce_minimum_sends", t.bounceMinimum)}
          </div>
          <Field label={t.postalAddress} hint={t.postalAddressHint} error={errors.postal_address?.message}>
            {(attributes) => <Textarea {...attributes} rows={2} className="min-h-16" {...register("postal_address")} />}
          </Field>
        </Card>
      </fieldset>
      <ProblemNotice error={put.error} />
      {may.administer && (
        <Button type="submit" look="primary" busy={put.isPending} disabled={!formState.isDirty}>
          {t.save}
        </Button>
      )}
    </form>
  );
}
