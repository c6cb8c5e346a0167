import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { organizationsCreate } from "@/api";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { chooseOrganization, meQuery } from "@/session/me";
import { texts } from "./texts";

/** Founds an organisation and goes on in it. */
export function CreateOrganizationForm({ children, onDone }: { children?: ReactNode; onDone?: () => Promise<void> }) {
  const t = useTexts(texts);
  const language = useLanguage();
  const queryClient = useQueryClient();
  const [name, setName] = useState("");
  const [missing, setMissing] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      organizationsCreate({
        body: { name: name.trim(), locale: language, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone },
      }),
    onSuccess: async ({ id }) => {
      await queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      await onDone?.();
      await chooseOrganization(id, queryClient);
    },
  });

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setMissing(name.trim() === "");
    if (name.trim() !== "") create.mutate();
  }

  return (
    <form className="space-y-5" noValidate onSubmit={submit}>
      <ProblemNotice error={create.error} />
      <Field label={t.organizationName} error={missing ? t.nameRequired : undefined}>
        {(control) => <Input {...control} value={name} autoFocus autoComplete="organization" onChange={(event) => setName(event.target.value)} />}
      </Field>
      <div className="flex items-center justify-between gap-2">
        {children}
        <Button type="submit" look="primary" className="ml-auto" busy={create.isPending}>
          {t.createOrganization}
        </Button>
      </div>
    </form>
  );
}
