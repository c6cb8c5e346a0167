import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input, Select } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { useMailboxActs } from "./queries";
import { texts } from "./texts";

const providers = { instantly: "Instantly", resend: "Resend", smtp: "SMTP" } as const;

export function MailboxDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { create } = useMailboxActs();
  const form = useForm({
    resolver: zodResolver(
      z.object({
        address: z.email(t.invalidEmail),
        displayName: z.string().max(500),
        provider: z.enum(["instantly", "resend", "smtp"]),
        perDay: z.string().trim().regex(/^\d{1,4}$/, t.wholeNumber),
      }),
    ),
    defaultValues: { address: "", displayName: "", provider: "instantly" as const, perDay: "20" },
  });
  const { errors } = form.formState;
  const submit = form.handleSubmit((values) =>
    create.mutate(
      { address: values.address, display_name: values.displayName, provider: values.provider, daily_cap: Number(values.perDay) },
      {
        onSuccess: () => {
          toastResult(t.mailboxSaved);
          onClose();
        },
      },
    ),
  );
  return (
    <Dialog open onClose={onClose} title={t.addMailbox} className="sm:w-[min(480px,calc(100vw-32px))]">
      <form className="space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        <ProblemNotice error={create.error} />
        <Field label={t.address} error={errors.address?.message}>
          {(control) => <Input {...control} type="email" autoFocus autoComplete="off" {...form.register("address")} />}
        </Field>
        <Field label={t.displayName} error={errors.displayName?.message}>
          {(control) => <Input {...control} autoComplete="off" {...form.register("displayName")} />}
        </Field>
        <div className="grid grid-cols-2 gap-5">
          <Field label={t.provider}>
            {(control) => (
              <Select {...control} className="w-full" {...form.register("provider")}>
                {Object.entries(providers).map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t.perDay} error={errors.perDay?.message}>
            {(control) => <Input {...control} inputMode="numeric" {...form.register("perDay")} />}
          </Field>
        </div>
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={create.isPending}>
            {t.addMailbox}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
