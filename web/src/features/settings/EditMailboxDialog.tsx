import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { type Mailbox, useMailboxActs } from "./queries";
import { texts } from "./texts";

/** How fast a mailbox goes: its share of a day, its rest between two messages, and since when it warms up. */
export function EditMailboxDialog({ mailbox, onClose }: { mailbox: Mailbox; onClose: () => void }) {
  const t = useTexts(texts);
  const { update } = useMailboxActs();
  const whole = z.string().trim().regex(/^\d{1,5}$/, t.wholeNumber);
  const form = useForm({
    resolver: zodResolver(z.object({ displayName: z.string().max(500), perDay: whole, gap: whole, warmup: z.string() })),
    defaultValues: {
      displayName: mailbox.display_name,
      perDay: String(mailbox.daily_cap),
      gap: String(mailbox.min_gap_seconds),
      warmup: mailbox.warmup_started_on ?? "",
    },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit(({ displayName, perDay, gap, warmup }) =>
    update.mutate(
      {
        id: mailbox.id,
        change: { display_name: displayName, daily_cap: Number(perDay), min_gap_seconds: Number(gap), warmup_started_on: warmup === "" ? null : warmup },
      },
      {
        onSuccess: () => {
          toastResult(t.mailboxSaved);
          onClose();
        },
      },
    ),
  );
  return (
    <Dialog open onClose={onClose} title={mailbox.address} className="sm:w-[min(480px,calc(100vw-32px))]">
      <form className="space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        <ProblemNotice error={update.error} />
        <Field label={t.displayName} error={errors.displayName?.message}>
          {(control) => <Input {...control} autoComplete="off" {...form.register("displayName")} />}
        </Field>
        <div className="grid grid-cols-2 gap-5">
          <Field label={t.perDay} error={errors.perDay?.message}>
            {(control) => <Input {...control} inputMode="numeric" {...form.register("perDay")} />}
          </Field>
          <Field label={t.minGap} error={errors.gap?.message}>
            {(control) => <Input {...control} inputMode="numeric" {...form.register("gap")} />}
          </Field>
        </div>
        <Field label={t.warmupSince} hint={t.warmupHint}>
          {(control) => <Input {...control} type="date" className="w-auto" {...form.register("warmup")} />}
        </Field>
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={update.isPending}>
            {t.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
