import { zodResolver } from "@hookform/resolvers/zod";
import { useForm, useWatch } from "react-hook-form";
import * as z from "zod";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input, Select } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { kinds, useSuppressionActs } from "./queries";
import { texts } from "./texts";

/** What an address is, is decided by the gateway, which normalises it; here it only must not be empty. */
export function AddDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { add } = useSuppressionActs();
  const form = useForm({
    resolver: zodResolver(
      z.object({ kind: z.enum(["email", "domain", "phone", "linkedin"]), value: z.string().trim().min(1, t.required).max(500), note: z.string().trim().max(1000) }),
    ),
    defaultValues: { kind: "email" as const, value: "", note: "" },
  });
  const { errors } = form.formState;
  const kind = useWatch({ control: form.control, name: "kind" });
  const submit = form.handleSubmit(({ note, ...values }) =>
    add.mutate(
      { ...values, note: note === "" ? null : note },
      {
        onSuccess: () => {
          toastResult(t.added);
          onClose();
        },
      },
    ),
  );
  return (
    <Dialog open onClose={onClose} title={t.addTitle} description={t.addText} className="sm:w-[min(480px,calc(100vw-32px))]">
      <form className="space-y-5" noValidate onSubmit={(event) => void submit(event)}>
        <ProblemNotice error={add.error} />
        <Field label={t.kindFilter}>
          {(control) => (
            <Select {...control} className="w-full" {...form.register("kind")}>
              {kinds.map((value) => (
                <option key={value} value={value}>
                  {t.kind[value]}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.addressLabel[kind]} error={errors.value?.message}>
          {(control) => <Input {...control} autoFocus autoComplete="off" spellCheck={false} placeholder={t.addressExample[kind]} {...form.register("value")} />}
        </Field>
        <Field label={t.note} hint={t.noteHint}>
          {(control) => <Input {...control} autoComplete="off" {...form.register("note")} />}
        </Field>
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={add.isPending}>
            {t.add}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
