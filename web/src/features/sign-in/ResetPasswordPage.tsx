import { zodResolver } from "@hookform/resolvers/zod";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { supabase } from "@/session/supabase";
import { authProblem } from "./authProblem";
import { texts } from "./texts";

export function ResetPasswordPage() {
  const t = useTexts(texts);
  const [sent, setSent] = useState(false);
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.email(t.invalidEmail) })),
    defaultValues: { email: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ email }) => {
    const { error } = await supabase().auth.resetPasswordForEmail(email, { redirectTo: `${window.location.origin}/new-password` });
    if (error) form.setError("root", { message: authProblem(error, t) });
    else setSent(true);
  });

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.resetTitle}</h1>
      <p className="mt-1 text-ink-muted">{t.resetText}</p>
      <form className="mt-8 space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        {errors.root?.message !== undefined && <Notice tone="bad">{errors.root.message}</Notice>}
        {sent && <Notice tone="good">{t.linkSent}</Notice>}
        <Field label={t.email} error={errors.email?.message}>
          {(control) => <Input {...control} type="email" autoComplete="email" autoFocus {...form.register("email")} />}
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          {t.sendLink}
        </Button>
      </form>
      <p className="mt-6 text-[0.8125rem]">
        <Link to="/sign-in" className="text-primary-ink underline-offset-4 hover:underline">
          {t.backToSignIn}
        </Link>
      </p>
    </>
  );
}
