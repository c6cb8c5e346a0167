import { useFormContext } from "react-hook-form";
import { Field, Input, Select, Textarea } from "@/components/ui/Field";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import type { CampaignValues } from "./campaignForm";
import { texts } from "./texts";

const tones = ["professional", "friendly", "direct", "formal"] as const;

export function StepBasics() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const { register, formState } = useFormContext<CampaignValues>();
  const { errors } = formState;
  return (
    <div className="grid gap-6 sm:grid-cols-2">
      <Field label={t.nameLabel} error={errors.name?.message} className="sm:col-span-2">
        {(control) => <Input {...control} placeholder={t.namePlaceholder} {...register("name")} />}
      </Field>
      <Field label={t.sector} error={errors.sector?.message} className="sm:col-span-2">
        {(control) => <Input {...control} placeholder={t.sectorPlaceholder} {...register("sector")} />}
      </Field>
      <Field label={t.goal} hint={t.goalHint} error={errors.goal?.message} className="sm:col-span-2">
        {(control) => <Textarea {...control} rows={2} placeholder={t.goalPlaceholder} {...register("goal")} />}
      </Field>
      <Field label={t.language}>
        {(control) => (
          <Select {...control} className="w-full" {...register("language")}>
            <option value="fr">{t.languages.fr}</option>
            <option value="en">{t.languages.en}</option>
          </Select>
        )}
      </Field>
      <Field label={t.tone}>
        {(control) => (
          <Select {...control} className="w-full" {...register("tone")}>
            {tones.map((tone) => (
              <option key={tone} value={tone}>
                {label(words.tone, tone)}
              </option>
            ))}
          </Select>
        )}
      </Field>
    </div>
  );
}
