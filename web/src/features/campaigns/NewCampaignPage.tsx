import { zodResolver } from "@hookform/resolvers/zod";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArrowLeft, ArrowRight, Check, Rocket } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FormProvider, useForm } from "react-hook-form";
import { ImportResult } from "@/components/ImportResult";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { cn } from "@/components/ui/cn";
import { Dialog } from "@/components/ui/Dialog";
import { useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { campaignSchema, fieldsOfStep, icpOf, newValues, toCreate } from "./campaignForm";
import { icpQuery, useCampaignActs, useCreateCampaign, useImportInto } from "./queries";
import { StepBasics } from "./StepBasics";
import { StepSchedule } from "./StepSchedule";
import { StepScenario } from "./StepScenario";
import { StepSummary } from "./StepSummary";
import { StepTarget } from "./StepTarget";
import { texts } from "./texts";

export function NewCampaignPage() {
  const t = useTexts(texts);
  const navigate = useNavigate();
  const [step, setStep] = useState(0);
  const [file, setFile] = useState<File>();
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useForm({ resolver: zodResolver(campaignSchema(t)), defaultValues: newValues(useLanguage()), mode: "onTouched" });
  const create = useCreateCampaign();
  const importInto = useImportInto();
  const { launch } = useCampaignActs();
  const busy = create.isPending || importInto.isPending || launch.isPending;
  const last = step === t.steps.length - 1;

  const icp = useQuery(icpQuery).data;
  useEffect(() => {
    if (icp && !form.formState.dirtyFields.icp) form.setValue("icp", icpOf(icp));
  }, [icp, form]);

  function open(next: number): void {
    setStep(next);
    // The new step is announced and read from its top.
    requestAnimationFrame(() => heading.current?.focus());
  }

  async function forward(): Promise<void> {
    if (await form.trigger(fieldsOfStep[step], { shouldFocus: true })) open(step + 1);
  }

  const leave = (campaignId: string) => navigate({ to: "/campaigns/$campaignId", params: { campaignId } });

  /** Creates the campaign, then what was asked for; whatever fails after that is shown on the campaign's own page. */
  const finish = (launchNow: boolean) =>
    form.handleSubmit(
      async (values) => {
        const campaign = await create.mutateAsync(toCreate(values)).catch(() => null);
        if (!campaign) return;
        let stay = false;
        try {
          if (values.source === "csv" && file) {
            const report = await importInto.mutateAsync({ campaignId: campaign.id, file });
            toastResult(t.fileRead(report.created_count + report.merged_count, report.rejected_count));
            stay = report.problems.length > 0;
          }
          if (launchNow) {
            await launch.mutateAsync(campaign.id);
            toastResult(t.launchedToast);
          }
        } finally {
          if (!stay) await leave(campaign.id);
        }
      },
      (errors) => {
        const broken = fieldsOfStep.findIndex((fields) => fields.some((field) => errors[field] !== undefined));
        if (broken !== -1) open(broken);
      },
    )().catch(() => undefined);

  return (
    <FormProvider {...form}>
      <div className="mx-auto max-w-3xl">
        <PageHeader title={t.wizardTitle} />
      </div>
      <ol className="mx-auto mb-6 flex max-w-3xl gap-2 sm:gap-4" aria-label={t.stepOf(step + 1, t.steps.length)}>
        {t.steps.map((name, index) => (
          <li key={name} aria-current={index === step ? "step" : undefined} className="min-w-0 flex-1">
            <span className={cn("block h-1 rounded-full", index <= step ? "bg-primary" : "bg-line")} />
            <span className={cn("mt-2 hidden items-center gap-1.5 truncate text-[0.8125rem] sm:flex", index === step ? "font-medium" : "text-ink-muted")}>
              {index < step && <Check className="size-3.5 text-good-ink" aria-hidden />}
              {name}
            </span>
          </li>
        ))}
      </ol>
      <Card className="mx-auto max-w-3xl">
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!last) void forward();
          }}
        >
          <div className="p-4 sm:p-8">
            <p className="text-xs font-medium text-ink-muted">{t.stepOf(step + 1, t.steps.length)}</p>
            <h2 ref={heading} tabIndex={-1} className="mb-6 text-lg font-semibold tracking-tight outline-none">
              {t.steps[step]}
            </h2>
            {step === 0 && <StepBasics />}
            {step === 1 && <StepTarget file={file} onFile={setFile} />}
            {step === 2 && <StepScenario />}
            {step === 3 && <StepSchedule />}
            {last && <StepSummary file={file} />}
            <ProblemNotice error={create.error} className="mt-6" />
          </div>
          <div className="flex flex-wrap items-center justify-between gap-2 border-t border-line px-4 py-4 sm:px-8">
            <Button look="quiet" disabled={step === 0 || busy} onClick={() => open(step - 1)}>
              <ArrowLeft aria-hidden /> {t.back}
            </Button>
            {last ? (
              <div className="flex flex-wrap gap-2">
                <Button disabled={busy} onClick={() => void finish(false)}>
                  {t.saveDraft}
                </Button>
                <Button look="primary" busy={busy} onClick={() => void finish(true)}>
                  <Rocket aria-hidden /> {t.launchNow}
                </Button>
              </div>
            ) : (
              <Button type="submit" look="primary">
                {t.continue} <ArrowRight aria-hidden />
              </Button>
            )}
          </div>
        </form>
      </Card>
      {create.data && importInto.data && importInto.data.problems.length > 0 && !launch.isPending && (
        <Dialog open onClose={() => void leave(create.data.id)} title={t.file} className="sm:w-[min(760px,calc(100vw-32px))]">
          <ImportResult report={importInto.data} onClose={() => void leave(create.data.id)} />
        </Dialog>
      )}
    </FormProvider>
  );
}
