import { Link } from "@tanstack/react-router";
import { Badge } from "@/components/ui/Badge";
import { Progress } from "@/components/ui/Progress";
import { campaignTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { CampaignSummary } from "./queries";
import { texts } from "./texts";

export const countNames = ["prospects", "qualified", "sent", "replied", "meetings"] as const;

export function CampaignRow({ campaign }: { campaign: CampaignSummary }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const moving = campaign.status === "active" && ["scraping", "importing", "enriching"].includes(campaign.stage);
  return (
    <li className="relative rounded-xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-line-strong/60 sm:px-6 sm:py-5">
      <div className="flex flex-wrap items-center justify-between gap-x-8 gap-y-4">
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex items-center gap-3">
            <h2 className="truncate text-[0.9375rem] font-semibold tracking-tight">
              <Link to="/campaigns/$campaignId" params={{ campaignId: campaign.id }} className="after:absolute after:inset-0 after:rounded-xl">
                {campaign.name}
              </Link>
            </h2>
            <Badge tone={campaignTone[campaign.status]} dot={campaign.status === "active"}>
              {label(words.campaignStatus, campaign.status)}
            </Badge>
          </div>
          <p className="mt-1 truncate text-[0.8125rem] text-ink-muted">
            {[
              campaign.sector,
              campaign.scenario_name,
              campaign.launched_at === null ? t.created(format.date(campaign.created_at)) : t.launched(format.date(campaign.launched_at)),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {campaign.counts.pending_review !== undefined && campaign.counts.pending_review > 0 && (
            <p className="mt-2 inline-flex items-center gap-2 text-[0.8125rem] font-medium text-accent-ink">
              <span className="size-1.5 rounded-full bg-accent" aria-hidden />
              {t.toApprove(campaign.counts.pending_review)}
            </p>
          )}
        </div>
        <dl className="grid w-full grid-cols-5 gap-2 sm:w-auto sm:gap-8">
          {countNames.map((name) => (
            <div key={name} className="min-w-0 sm:min-w-14">
              <dd className="text-base font-semibold tabular-nums sm:text-lg">{format.compact(campaign.counts[name] ?? 0)}</dd>
              <dt className="truncate text-xs text-ink-muted">{t.counts[name]}</dt>
            </div>
          ))}
        </dl>
      </div>
      {moving && (
        <div className="mt-4 flex items-center gap-4">
          <Progress value={campaign.percent / 100} label={t.progress} className="flex-1" />
          <p className="text-xs text-ink-muted tabular-nums">
            {label(t.stage, campaign.stage)} · {format.percent(campaign.percent / 100)}
          </p>
        </div>
      )}
    </li>
  );
}
