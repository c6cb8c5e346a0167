import { zodResolver } from "@hookform/resolvers/zod";
import { getRouteApi, Link, useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { environment } from "@/environment/environment";
import { useTexts } from "@/i18n/texts";
import { supabase } from "@/session/supabase";
import { authProblem } from "./authProblem";
import { ownAddress } from "./ownAddress";
import { texts } from "./texts";

const route = getRouteApi("/visitor/sign-in");

export function SignInPage() {
  const t = useTexts(texts);
  const router = useRouter();
  const search = route.useSearch();
  const hint = environment().VITE_SIGN_IN_HINT;
  const form = useForm({
    resolver: zodResolver(z.object({ email: z.email(t.invalidEmail), password: z.string().min(1, t.required) })),
    defaultValues: { email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (credentials) => {
    const { error } = await supabase().auth.signInWithPassword(credentials);
    if (error) form.setError("root", { message: authProblem(error, t) });
    else router.history.push(ownAddress(search.redirect));
  });

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.signInTitle}</h1>
      <p className="mt-1 text-ink-muted">{search.redirect?.startsWith("/accept-invitation") ? t.invitedText : t.signInText}</p>
      <form className="mt-8 space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        {errors.root?.message !== undefined && <Notice tone="bad">{errors.root.message}</Notice>}
        <Field label={t.email} error={errors.email?.message}>
          {(control) => <Input {...control} type="email" autoComplete="email" autoFocus {...form.register("email")} />}
        </Field>
        <Field label={t.password} error={errors.password?.message}>
          {(control) => <Input {...control} type="password" autoComplete="current-password" {...form.register("password")} />}
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          {t.signIn}
        </Button>
      </form>
      <div className="mt-6 flex flex-wrap justify-between gap-2 text-[0.8125rem]">
        <Link to="/reset-password" className="text-primary-ink underline-offset-4 hover:underline">
          {t.forgot}
        </Link>
        <span className="text-ink-muted">
          {t.noAccount}{" "}
          <Link to="/sign-up" search={{ redirect: search.redirect }} className="font-medium text-primary-ink underline-offset-4 hover:underline">
            {t.signUpTitle}
          </Link>
        </span>
      </div>
      {hint !== undefined && hint !== "" && (
        <div className="mt-8 rounded-lg border border-dashed border-line-strong/60 px-4 py-3 text-[0.8125rem]">
          <p className="text-ink-muted">{t.hint}</p>
          <p className="mt-0.5 font-medium break-words">{hint}</p>
        </div>
      )}
    </>
  );
}
