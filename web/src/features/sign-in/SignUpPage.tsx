import { zodResolver } from "@hookform/resolvers/zod";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { supabase } from "@/session/supabase";
import { authProblem } from "./authProblem";
import { ownAddress } from "./ownAddress";
import { texts } from "./texts";

const route = getRouteApi("/visitor/sign-up");

export function SignUpPage() {
  const t = useTexts(texts);
  const router = useRouter();
  const { redirect } = route.useSearch();
  const goingTo = ownAddress(redirect);
  const [mustConfirm, setMustConfirm] = useState(false);
  const form = useForm({
    resolver: zodResolver(
      z.object({ name: z.string().trim().min(1, t.required), email: z.email(t.invalidEmail), password: z.string().min(8, t.tooShort) }),
    ),
    defaultValues: { name: "", email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ name, email, password }) => {
    const { data, error } = await supabase().auth.signUp({ email, password, options: { data: { full_name: name }, emailRedirectTo: window.location.origin + goingTo } });
    if (error) form.setError("root", { message: authProblem(error, t) });
    else if (data.session === null) setMustConfirm(true);
    else router.history.push(goingTo);
  });

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.signUpTitle}</h1>
      <p className="mt-1 text-ink-muted">{t.signUpText}</p>
      {mustConfirm ? (
        <div className="mt-8">
          <Notice tone="good">{t.confirmEmail}</Notice>
        </div>
      ) : (
        <form className="mt-8 space-y-5" noValidate onSubmit={(event) => void submit(event)}>
          {errors.root?.message !== undefined && <Notice tone="bad">{errors.root.message}</Notice>}
          <Field label={t.fullName} error={errors.name?.message}>
            {(control) => <Input {...control} autoComplete="name" autoFocus {...form.register("name")} />}
          </Field>
          <Field label={t.email} error={errors.email?.message}>
            {(control) => <Input {...control} type="email" autoComplete="email" {...form.register("email")} />}
          </Field>
          <Field label={t.password} hint={t.passwordHint} error={errors.password?.message}>
            {(control) => <Input {...control} type="password" autoComplete="new-password" {...form.register("password")} />}
          </Field>
          <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
            {t.signUp}
          </Button>
        </form>
      )}
      <p className="mt-6 text-[0.8125rem] text-ink-muted">
        {t.haveAccount}{" "}
        <Link to="/sign-in" search={{ redirect }} className="font-medium text-primary-ink underline-offset-4 hover:underline">
          {t.signIn}
        </Link>
      </p>
    </>
  );
}
