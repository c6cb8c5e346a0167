import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { organizationsCreate } from "@/api";
import { Logo } from "@/components/Logo";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { setOrganizationId } from "@/session/organization";
import { supabase } from "@/session/supabase";
import { texts } from "./texts";

/** The first thing a new person sees: everything else belongs to an organisation. */
export function CreateOrganization() {
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
    onSuccess: ({ id }) => {
      setOrganizationId(id);
      return queryClient.resetQueries();
    },
  });

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setMissing(name.trim() === "");
    if (name.trim() !== "") create.mutate();
  }

  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6 py-16">
      <Logo className="size-10" />
      <h1 className="mt-6 text-2xl font-semibold tracking-tight">{t.newOrganizationTitle}</h1>
      <p className="mt-1 text-ink-muted">{t.newOrganizationText}</p>
      <form className="mt-8 space-y-5" noValidate onSubmit={submit}>
        <ProblemNotice error={create.error} />
        <Field label={t.organizationName} error={missing ? t.nameRequired : undefined}>
          {(control) => <Input {...control} value={name} autoFocus autoComplete="organization" onChange={(event) => setName(event.target.value)} />}
        </Field>
        <div className="flex items-center justify-between gap-2">
          <Button look="quiet" onClick={() => void supabase().auth.signOut()}>
            {t.signOut}
          </Button>
          <Button type="submit" look="primary" busy={create.isPending}>
            {t.createOrganization}
          </Button>
        </div>
      </form>
    </main>
  );
}
