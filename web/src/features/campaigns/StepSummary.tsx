import { useQuery } from "@tanstack/react-query";
import { useFormContext } from "react-hook-form";
import { vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { CampaignValues } from "./campaignForm";
import { scenarioQuery } from "./queries";
import { texts } from "./texts";

export function StepSummary({ file }: { file: File | undefined }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const values = useFormContext<CampaignValues>().getValues();
  const scenario = useQuery(scenarioQuery(values.scenarioId));
  const audience = Object.values(values.icp).flat();

  const rows: [string, string][] = [
    [t.nameLabel, values.name],
    [t.goal, values.goal],
    [t.language, `${t.languages[values.language]}, ${label(words.tone, values.tone).toLowerCase()}`],
    [
      t.sourceSummary,
      values.source === "csv"
        ? (file?.name ?? t.sources.csv.title)
        : `${t.sources.phantombuster.title}, ${values.maxProspects === "" ? t.noLimit.toLowerCase() : format.number(Number(values.maxProspects))}`,
    ],
    [t.audience, format.list(audience)],
    [t.scenario, scenario.data ? `${scenario.data.name} (${t.scenarioSteps(scenario.data.steps.length)})` : ""],
    [t.approval, label(words.approvalPolicy, values.approvalPolicy)],
    [
      t.window,
      `${format.list(values.sendDays.map((day) => format.weekday(day)))}, ${values.sendFrom}–${values.sendUntil} (${values.timeZone.replaceAll("_", " ")})`,
    ],
    [t.bookingUrl, values.bookingUrl],
  ];

  return (
    <dl className="divide-y divide-line">
      {rows.map(([name, value]) => (
        <div key={name} className="grid gap-1 py-3 sm:grid-cols-[12rem_minmax(0,1fr)] sm:gap-6">
          <dt className="text-ink-muted">{name}</dt>
          <dd className="break-words">{value === "" ? <span className="text-ink-faint">{t.notSet}</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
