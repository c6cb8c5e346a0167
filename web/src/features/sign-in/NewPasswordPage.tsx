import { zodResolver } from "@hookform/resolvers/zod";
import { useRouter } from "@tanstack/react-router";
import { useForm } from "react-hook-form";
import * as z from "zod";
import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { supabase } from "@/session/supabase";
import { authProblem } from "./authProblem";
import { texts } from "./texts";

/** Where the link of the reset mail lands: supabase-js has already turned the link into a session. */
export function NewPasswordPage() {
  const t = useTexts(texts);
  const router = useRouter();
  const form = useForm({
    resolver: zodResolver(z.object({ password: z.string().min(8, t.tooShort) })),
    defaultValues: { password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async ({ password }) => {
    const { error } = await supabase().auth.updateUser({ password });
    if (!error) router.history.push("/");
    else form.setError("root", { message: error.name === "AuthSessionMissingError" ? t.linkExpired : authProblem(error, t) });
  });

  return (
    <>
      <h1 className="text-2xl font-semibold tracking-tight">{t.newPasswordTitle}</h1>
      <form className="mt-8 space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        {errors.root?.message !== undefined && <Notice tone="bad">{errors.root.message}</Notice>}
        <Field label={t.password} hint={t.passwordHint} error={errors.password?.message}>
          {(control) => <Input {...control} type="password" autoComplete="new-password" autoFocus {...form.register("password")} />}
        </Field>
        <Button type="submit" look="primary" busy={isSubmitting} className="w-full">
          {t.savePassword}
        </Button>
      </form>
    </>
  );
}
