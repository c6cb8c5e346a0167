import { zodResolver } from "@hookform/resolvers/zod";
import { Plus } from "lucide-react";
import { useFieldArray, useForm } from "react-hook-form";
import { Choice } from "@/components/Choice";
import { ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { useTexts } from "@/i18n/texts";
import { type Scenario, type StepsEffect, useScenarioActs } from "./queries";
import { StepFields } from "./StepFields";
import { newStep, schema, toSteps, valuesOf } from "./stepForm";
import { texts } from "./texts";

type StepsEditorProps = { scenario: Scenario; onCancel: () => void; onSaved: (effect: StepsEffect) => void };

/** Every step in its order. Who is on the way already is asked about only when somebody can be. */
export function StepsEditor({ scenario, onCancel, onSaved }: StepsEditorProps) {
  const t = useTexts(texts);
  const { putSteps } = useScenarioActs(scenario.id);
  const form = useForm({ resolver: zodResolver(schema(t)), defaultValues: valuesOf(scenario.steps), mode: "onTouched" });
  const { control, formState, register } = form;
  const steps = useFieldArray({ control, name: "steps" });
  const save = form.handleSubmit((values) =>
    putSteps.mutate({ steps: toSteps(values), applies_to: values.appliesTo }, { onSuccess: ({ effect }) => onSaved(effect) }),
  );
  return (
    <form className="space-y-4" noValidate onSubmit={(event) => void save(event)}>
      <ol className="space-y-4">
        {steps.fields.map((field, index) => (
          <StepFields
            key={field.id}
            form={form}
            index={index}
            count={steps.fields.length}
            onMove={(to) => steps.move(index, to)}
            onRemove={() => steps.remove(index)}
          />
        ))}
      </ol>
      <Button size="sm" onClick={() => steps.append(newStep(steps.fields.length === 0))}>
        <Plus aria-hidden /> {t.addStep}
      </Button>
      {formState.errors.steps?.root?.message !== undefined && <p className="text-bad-ink">{formState.errors.steps.root.message}</p>}
      {scenario.campaign_count > 0 && (
        <fieldset className="space-y-3 border-t border-line pt-5">
          <legend className="mb-2 font-semibold">{t.appliesTo}</legend>
          <Choice value="not_yet_past" title={t.notYetPast} text={t.notYetPastText} {...register("appliesTo")} />
          <Choice value="new_only" title={t.newOnly} text={t.newOnlyText} {...register("appliesTo")} />
        </fieldset>
      )}
      <ProblemNotice error={putSteps.error} />
      <div className="flex justify-end gap-2">
        <Button onClick={onCancel}>{t.cancel}</Button>
        <Button type="submit" look="primary" busy={putSteps.isPending} disabled={!formState.isDirty}>
          {t.saveSteps}
        </Button>
      </div>
    </form>
  );
}
