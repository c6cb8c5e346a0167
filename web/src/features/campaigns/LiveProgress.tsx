import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Notice } from "@/components/Notice";
import { Card } from "@/components/ui/Card";
import { Progress } from "@/components/ui/Progress";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { progressQuery } from "./queries";
import { texts } from "./texts";

const names = ["prospects", "enriched", "qualified", "sent", "replied", "meetings"] as const;

/** Where the campaign stands right now. Realtime keeps it moving; nothing here asks again by itself. */
export function LiveProgress({ campaignId }: { campaignId: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useQuery(progressQuery(campaignId));
  if (query.isPending) return <Skeleton className="h-36 rounded-xl" />;
  if (query.isError) return null;

  const { stage, percent, message, counts, scrape, status } = query.data;
  const moving = status === "active" && ["scraping", "importing", "enriching"].includes(stage);
  const problem = stage === "failed" ? (scrape?.error ?? message) : null;
  return (
    <Card aria-label={t.progress} className="overflow-hidden">
      {moving && (
        <div className="border-b border-line bg-primary-soft/40 px-4 py-4 sm:px-6">
          <div className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
            <p className="font-medium">
              {label(t.stage, stage)}
              {message !== "" && <span className="font-normal text-ink-muted"> · {message}</span>}
            </p>
            <p className="text-[0.8125rem] font-medium tabular-nums">{format.percent(percent / 100)}</p>
          </div>
          <Progress value={percent / 100} label={t.progress} className="bg-surface" />
        </div>
      )}
      {problem !== null && problem !== "" && (
        <Notice tone="bad" className="m-4">
          {problem}
        </Notice>
      )}
      <dl className="grid grid-cols-3 gap-px bg-line sm:grid-cols-6">
        {names.map((name) => (
          <div key={name} className="bg-surface px-4 py-4 sm:px-6">
            <dt className="truncate text-[0.8125rem] text-ink-muted">{t.counts[name]}</dt>
            <dd className="mt-1 text-xl font-semibold tracking-tight tabular-nums sm:text-2xl">{format.number(counts[name] ?? 0)}</dd>
          </div>
        ))}
      </dl>
      {counts.pending_review !== undefined && counts.pending_review > 0 && (
        <Link
          to="/messages"
          search={{ status: "pending", campaign: campaignId }}
          className="flex items-center justify-between gap-3 border-t border-line bg-accent-soft/50 px-4 py-3 font-medium text-accent-ink hover:bg-accent-soft sm:px-6"
        >
          {t.toApprove(counts.pending_review)}
          <ChevronRight className="size-4" aria-hidden />
        </Link>
      )}
    </Card>
  );
}
