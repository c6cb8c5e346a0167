import { zodResolver } from "@hookform/resolvers/zod";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { CopyField } from "@/components/CopyField";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input, Select } from "@/components/ui/Field";
import { roles as roleTexts } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { useTeamActs } from "./queries";
import { texts } from "./texts";

const roles = ["member", "admin", "viewer"] as const;

export function InviteDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const roleNames = useTexts(roleTexts);
  const { invite } = useTeamActs();
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.email(t.invalidEmail), role: z.enum(roles) })),
    defaultValues: { email: "", role: "member" as const },
  });
  const submit = form.handleSubmit((values) => invite.mutate(values));
  return (
    <Dialog open onClose={onClose} title={t.inviteTitle} description={t.inviteText} className="sm:w-[min(480px,calc(100vw-32px))]">
      {invite.data ? (
        <div className="space-y-4">
          <Notice tone="good">{t.inviteLink}</Notice>
          <CopyField label={t.link} value={invite.data.url} />
        </div>
      ) : (
        <form className="space-y-5" noValidate onSubmit={(event) => void submit(event)}>
          <ProblemNotice error={invite.error} />
          <Field label={t.address} error={form.formState.errors.email?.message}>
            {(control) => <Input {...control} type="email" autoFocus autoComplete="off" {...form.register("email")} />}
          </Field>
          <Field label={t.roleLabel}>
            {(control) => (
              <Select {...control} className="w-full" {...form.register("role")}>
                {roles.map((role) => (
                  <option key={role} value={role}>
                    {label(roleNames, role)} ({label(t.roleHint, role)})
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <div className="flex justify-end">
            <Button type="submit" look="primary" busy={invite.isPending}>
              {t.invite}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
