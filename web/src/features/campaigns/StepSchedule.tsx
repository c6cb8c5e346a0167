import { useQuery } from "@tanstack/react-query";
import { useController, useFormContext } from "react-hook-form";
import { TimeZoneSelect } from "@/components/TimeZoneSelect";
import { Checkbox, Field, Input } from "@/components/ui/Field";
import { WeekdayPicker } from "@/components/WeekdayPicker";
import { useTexts } from "@/i18n/texts";
import type { CampaignValues } from "./campaignForm";
import { mailboxesQuery } from "./queries";
import { texts } from "./texts";

export function StepSchedule() {
  const t = useTexts(texts);
  const { register, control, formState } = useFormContext<CampaignValues>();
  const { errors } = formState;
  const days = useController({ control, name: "sendDays" }).field;
  const chosen = useController({ control, name: "mailboxIds" }).field;
  const mailboxes = useQuery(mailboxesQuery);
  const active = mailboxes.data?.items.filter((mailbox) => mailbox.is_active) ?? [];

  return (
    <div className="space-y-8">
      <WeekdayPicker label={t.sendDays} value={days.value} onChange={days.onChange} error={errors.sendDays?.message} />
      <div className="grid grid-cols-2 gap-6 sm:grid-cols-[8rem_8rem_minmax(0,1fr)]">
        <Field label={t.from} error={errors.sendFrom?.message}>
          {(attributes) => <Input {...attributes} type="time" {...register("sendFrom")} />}
        </Field>
        <Field label={t.until} error={errors.sendUntil?.message}>
          {(attributes) => <Input {...attributes} type="time" {...register("sendUntil")} />}
        </Field>
        <Field label={t.timeZone} hint={t.timeZoneHint} className="col-span-2 sm:col-span-1">
          {(attributes) => <TimeZoneSelect {...attributes} {...register("timeZone")} />}
        </Field>
      </div>
      <div className="flex flex-wrap items-end gap-x-8 gap-y-6">
        <Field label={t.hourlyCap} error={errors.hourlyCap?.message}>
          {(attributes) => <Input {...attributes} inputMode="numeric" className="w-28 tabular-nums" {...register("hourlyCap")} />}
        </Field>
        <label className="flex h-10 cursor-pointer items-center gap-2.5">
          <Checkbox {...register("respectHolidays")} />
          {t.holidays}
        </label>
      </div>
      <fieldset>
        <legend className="mb-2 text-[0.8125rem] font-medium">{t.mailboxes}</legend>
        {active.length === 0 && !mailboxes.isPending ? (
          <p className="text-ink-muted">{t.noMailboxes}</p>
        ) : (
          <div className="space-y-2">
            <label className="flex cursor-pointer items-center gap-2.5">
              <Checkbox checked={chosen.value.length === 0} onChange={() => chosen.onChange([])} />
              {t.allMailboxes}
            </label>
            {active.map((mailbox) => (
              <label key={mailbox.id} className="flex cursor-pointer items-center gap-2.5">
                <Checkbox
                  checked={chosen.value.includes(mailbox.id)}
                  onChange={(event) =>
                    chosen.onChange(event.target.checked ? [...chosen.value, mailbox.id] : chosen.value.filter((id) => id !== mailbox.id))
                  }
                />
                {mailbox.address}
              </label>
            ))}
          </div>
        )}
      </fieldset>
      <Field label={t.bookingUrl} hint={t.bookingUrlHint} error={errors.bookingUrl?.message}>
        {(attributes) => <Input {...attributes} inputMode="url" placeholder="https://cal.com/…" {...register("bookingUrl")} />}
      </Field>
    </div>
  );
}
