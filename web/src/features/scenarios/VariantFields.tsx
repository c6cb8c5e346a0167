import { Plus, X } from "lucide-react";
import { type UseFormReturn, useWatch } from "react-hook-form";
import { Button } from "@/components/ui/Button";
import { Field, Input, Textarea } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { mostVariants, type Values, withoutVariant } from "./stepForm";
import { texts } from "./texts";

/** The ways of writing one step that are compared, each with its letter. */
export function VariantFields({ form, index }: { form: UseFormReturn<Values>; index: number }) {
  const t = useTexts(texts);
  const { register, setValue, getValues, control } = form;
  const name = `steps.${index}.variants` as const;
  const variants = useWatch({ control, name });
  const errors = form.formState.errors.steps?.[index]?.variants;
  const set = (next: typeof variants) => setValue(name, next, { shouldDirty: true });
  return (
    <div className="mt-5 space-y-4">
      <p className="text-[0.8125rem] text-ink-muted">{t.compareHint}</p>
      {variants.map((_, at) => {
        const letter = String.fromCharCode(65 + at);
        return (
          <fieldset key={letter} className="space-y-4 rounded-lg bg-sunken/60 p-4">
            <legend className="sr-only">{t.variant(letter)}</legend>
            <div className="flex items-center justify-between gap-2">
              <p className="font-medium" aria-hidden>
                {t.variant(letter)}
              </p>
              <Button look="quiet" size="iconSm" aria-label={t.removeVariant(letter)} onClick={() => set(withoutVariant(getValues(name), at))}>
                <X aria-hidden />
              </Button>
            </div>
            <Field label={t.objective} error={errors?.[at]?.objective?.message}>
              {(attributes) => <Input {...attributes} {...register(`${name}.${at}.objective`)} />}
            </Field>
            <Field label={t.prompt}>
              {(attributes) => <Textarea {...attributes} rows={2} className="min-h-16" {...register(`${name}.${at}.prompt`)} />}
            </Field>
            <Field label={t.cta}>{(attributes) => <Input {...attributes} {...register(`${name}.${at}.cta`)} />}</Field>
          </fieldset>
        );
      })}
      {variants.length < mostVariants && (
        <Button size="sm" onClick={() => set([...getValues(name), { objective: "", prompt: "", cta: "" }])}>
          <Plus aria-hidden /> {t.addVariant}
        </Button>
      )}
    </div>
  );
}
