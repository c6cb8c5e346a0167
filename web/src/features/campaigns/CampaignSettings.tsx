import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { FormProvider, useForm } from "react-hook-form";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { campaignSchema, toPatch, valuesOf } from "./campaignForm";
import { type Campaign, campaignQuery, useCampaignActs } from "./queries";
import { StepBasics } from "./StepBasics";
import { StepSchedule } from "./StepSchedule";
import { StepScenario } from "./StepScenario";
import { StepTarget } from "./StepTarget";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns/$campaignId");

export function CampaignSettings() {
  const { campaignId } = route.useParams();
  const { data } = useQuery(campaignQuery(campaignId));
  return data ? <SettingsForm key={data.id} campaign={data} /> : null;
}

function SettingsForm({ campaign }: { campaign: Campaign }) {
  const t = useTexts(texts);
  const may = useMay();
  const isDraft = campaign.status === "draft";
  const { update } = useCampaignActs();
  const form = useForm({ resolver: zodResolver(campaignSchema(t)), defaultValues: valuesOf(campaign), mode: "onTouched" });
  const save = form.handleSubmit((values) =>
    update.mutate(
      { id: campaign.id, change: toPatch(values, isDraft) },
      {
        onSuccess: (saved) => {
          toastResult(t.savedToast);
          form.reset(valuesOf(saved));
        },
      },
    ),
  );

  return (
    <FormProvider {...form}>
      <form noValidate onSubmit={(event) => void save(event)} className="max-w-3xl space-y-6">
        {!isDraft && <Notice tone="info">{t.lockedWhileRunning}</Notice>}
        <fieldset disabled={!may.write} className="space-y-6">
          {[
            <StepBasics key="basics" />,
            <StepTarget key="target" sourceLocked={!isDraft} />,
            <StepScenario key="scenario" scenarioLocked={!isDraft} />,
            <StepSchedule key="schedule" />,
          ].map((step, index) => (
            <Card key={step.key} className="p-4 sm:p-6">
              <h2 className="mb-5 text-[0.9375rem] font-semibold tracking-tight">{t.steps[index]}</h2>
              {step}
            </Card>
          ))}
        </fieldset>
        <ProblemNotice error={update.error} />
        {may.write && (
          <div className="sticky bottom-20 flex justify-end md:bottom-4">
            <Button type="submit" look="primary" busy={update.isPending} disabled={!form.formState.isDirty} className="shadow-float">
              {t.save}
            </Button>
          </div>
        )}
      </form>
    </FormProvider>
  );
}
