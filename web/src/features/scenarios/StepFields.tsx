import { ArrowDown, ArrowUp, Split, Trash2 } from "lucide-react";
import { type UseFormReturn, useWatch } from "react-hook-form";
import { Button } from "@/components/ui/Button";
import { Field, Input, Select, Textarea } from "@/components/ui/Field";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { channels, kindsOf, startComparing, type Values } from "./stepForm";
import { texts } from "./texts";
import { VariantFields } from "./VariantFields";

type StepFieldsProps = { form: UseFormReturn<Values>; index: number; count: number; onMove: (to: number) => void; onRemove: () => void };

export function StepFields({ form, index, count, onMove, onRemove }: StepFieldsProps) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const { register, setValue, getValues, control } = form;
  const errors = form.formState.errors.steps?.[index];
  const step = useWatch({ control, name: `steps.${index}` });
  const compared = step.variants.length > 0;
  const at = { name: `steps.${index}` as const, title: t.stepNumber(index + 1) };

  return (
    <li className="border-t border-line pt-4 sm:rounded-xl sm:border sm:p-5" aria-label={at.title}>
      <div className="mb-4 flex items-center justify-between gap-2">
        <h3 className="font-semibold">{at.title}</h3>
        <div className="flex">
          <Button look="quiet" size="iconSm" disabled={index === 0} aria-label={t.moveUp(index + 1)} onClick={() => onMove(index - 1)}>
            <ArrowUp aria-hidden />
          </Button>
          <Button look="quiet" size="iconSm" disabled={index === count - 1} aria-label={t.moveDown(index + 1)} onClick={() => onMove(index + 1)}>
            <ArrowDown aria-hidden />
          </Button>
          <Button look="quiet" size="iconSm" disabled={count === 1} aria-label={t.removeStep(index + 1)} onClick={onRemove}>
            <Trash2 aria-hidden />
          </Button>
        </div>
      </div>
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-4">
        <Field label={t.channel}>
          {(attributes) => (
            <Select
              {...attributes}
              className="w-full"
              {...register(`${at.name}.channel`, {
                onChange: () => {
                  const [first] = kindsOf[getValues(`${at.name}.channel`)];
                  if (first) setValue(`${at.name}.kind`, first, { shouldDirty: true });
                },
              })}
            >
              {channels.map((value) => (
                <option key={value} value={value}>
                  {label(words.channel, value)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.kind}>
          {(attributes) => (
            <Select {...attributes} className="w-full" {...register(`${at.name}.kind`)}>
              {kindsOf[step.channel].map((value) => (
                <option key={value} value={value}>
                  {label(words.kind, value)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field label={t.delay} error={errors?.delay?.message}>
          {(attributes) => <Input {...attributes} inputMode="numeric" className="tabular-nums" {...register(`${at.name}.delay`)} />}
        </Field>
        <Field label={t.words} error={errors?.words?.message}>
          {(attributes) => <Input {...attributes} inputMode="numeric" className="tabular-nums" {...register(`${at.name}.words`)} />}
        </Field>
        <Field label={t.objective} error={errors?.objective?.message} className="col-span-full">
          {(attributes) => <Input {...attributes} {...register(`${at.name}.objective`)} />}
        </Field>
        {!compared && (
          <>
            <Field label={t.prompt} hint={t.promptHint} className="col-span-full">
              {(attributes) => <Textarea {...attributes} rows={2} className="min-h-16" {...register(`${at.name}.prompt`)} />}
            </Field>
            <Field label={t.cta} className="col-span-full">
              {(attributes) => <Input {...attributes} {...register(`${at.name}.cta`)} />}
            </Field>
          </>
        )}
      </div>
      {compared ? (
        <VariantFields form={form} index={index} />
      ) : (
        <Button
          size="sm"
          look="quiet"
          className="mt-3 -ml-3 text-primary-ink"
          onClick={() => setValue(`${at.name}.variants`, startComparing(getValues(at.name)), { shouldDirty: true })}
        >
          <Split aria-hidden /> {t.compare}
        </Button>
      )}
    </li>
  );
}
