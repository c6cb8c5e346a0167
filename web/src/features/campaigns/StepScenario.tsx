import { useQuery } from "@tanstack/react-query";
import { useFormContext, useWatch } from "react-hook-form";
import { Choice } from "@/components/Choice";
import { ErrorState } from "@/components/ErrorState";
import { ScenarioSteps } from "@/components/ScenarioSteps";
import { Field, Input, Select } from "@/components/ui/Field";
import { Skeleton } from "@/components/ui/Skeleton";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import type { CampaignValues } from "./campaignForm";
import { scenarioQuery, scenariosQuery } from "./queries";
import { texts } from "./texts";

const policies = ["review_all", "review_first", "automatic"] as const;

export function StepScenario({ scenarioLocked = false }: { scenarioLocked?: boolean }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const { register, control, formState } = useFormContext<CampaignValues>();
  const { errors } = formState;
  const scenarioId = useWatch({ control, name: "scenarioId" });
  const scenarios = useQuery(scenariosQuery);
  const scenario = useQuery(scenarioQuery(scenarioId));

  return (
    <div className="space-y-8">
      <fieldset>
        <legend className="mb-3 font-medium">{t.scenario}</legend>
        {scenarios.isPending ? (
          <div className="grid gap-3 sm:grid-cols-2">
            {[0, 1, 2, 3].map((card) => (
              <Skeleton key={card} className="h-24" />
            ))}
          </div>
        ) : scenarios.isError ? (
          <ErrorState error={scenarios.error} onRetry={() => void scenarios.refetch()} />
        ) : (
          <div className="grid gap-3 sm:grid-cols-2">
            {scenarios.data.items
              .filter((candidate) => candidate.is_active || candidate.id === scenarioId)
              .map((candidate) => (
                <Choice
                  key={candidate.id}
                  value={candidate.id}
                  disabled={scenarioLocked}
                  title={candidate.name}
                  text={
                    <>
                      {candidate.description}
                      <span className="mt-1 block text-xs">
                        {t.scenarioSteps(candidate.step_count)} · {t.scenarioDays(candidate.duration_days)} ·{" "}
                        {candidate.channels.map((channel) => label(words.channel, channel)).join(", ")}
                      </span>
                    </>
                  }
                  {...register("scenarioId")}
                />
              ))}
          </div>
        )}
        {errors.scenarioId?.message !== undefined && (
          <p role="alert" className="mt-2 text-[0.8125rem] text-bad-ink">
            {errors.scenarioId.message}
          </p>
        )}
      </fieldset>

      {scenario.data && (
        <section className="rounded-xl bg-sunken/50 p-4 sm:p-6">
          <h3 className="mb-4 font-medium">{t.preview}</h3>
          <ScenarioSteps steps={scenario.data.steps} />
        </section>
      )}

      <fieldset>
        <legend className="mb-3 font-medium">{t.approval}</legend>
        <div className="grid gap-3">
          {policies.map((policy) => (
            <Choice key={policy} value={policy} title={label(words.approvalPolicy, policy)} {...register("approvalPolicy")} />
          ))}
        </div>
      </fieldset>

      <div className="grid gap-6 sm:grid-cols-2">
        <Field label={t.emailRule}>
          {(attributes) => (
            <Select {...attributes} className="w-full" {...register("emailRule")}>
              <option value="any">{t.emailRules.any}</option>
              <option value="not_risky">{t.emailRules.not_risky}</option>
              <option value="valid">{t.emailRules.valid}</option>
            </Select>
          )}
        </Field>
        <Field label={t.threshold} hint={t.thresholdHint} error={errors.threshold?.message}>
          {(attributes) => <Input {...attributes} inputMode="numeric" className="w-24 tabular-nums" {...register("threshold")} />}
        </Field>
      </div>
    </div>
  );
}
