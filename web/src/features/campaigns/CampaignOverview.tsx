import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { ErrorState } from "@/components/ErrorState";
import { Badge } from "@/components/ui/Badge";
import { Card, CardHeader } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { enrollmentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { funnelQuery, progressQuery } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns/$campaignId");

export function CampaignOverview() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { campaignId } = route.useParams();
  const funnel = useQuery(funnelQuery(campaignId));
  const progress = useQuery(progressQuery(campaignId));
  if (funnel.isError) return <ErrorState error={funnel.error} onRetry={() => void funnel.refetch()} />;

  const stages = funnel.data?.stages ?? [];
  const most = Math.max(1, ...stages.map((stage) => stage.count));
  const people = Object.entries(progress.data?.by_status ?? {}).filter(([, count]) => count > 0);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Card>
        <CardHeader title={t.funnel} />
        <ol className="grid grid-cols-3 gap-3 p-4 sm:grid-cols-6 sm:p-6">
          {funnel.isPending
            ? [0, 1, 2, 3, 4, 5].map((stage) => <Skeleton key={stage} className="h-44" />)
            : stages.map((stage) => (
                <li key={stage.stage} className="flex flex-col justify-end">
                  <div className="flex h-32 items-end rounded-lg bg-sunken/60 p-1">
                    <div
                      className="w-full rounded-md bg-primary transition-[height] duration-500"
                      style={{ height: `${Math.max((stage.count / most) * 100, stage.count > 0 ? 3 : 0)}%` }}
                    />
                  </div>
                  <p className="mt-2 font-semibold tabular-nums">{format.number(stage.count)}</p>
                  <p className="truncate text-xs text-ink-muted">{label(t.funnelStage, stage.stage)}</p>
                  <p className="h-4 text-xs text-ink-faint tabular-nums">{stage.rate === null ? "" : format.percent(stage.rate)}</p>
                </li>
              ))}
        </ol>
      </Card>
      <Card>
        <CardHeader title={t.byStatus} />
        {people.length === 0 ? (
          <p className="px-4 pt-2 pb-6 text-ink-muted sm:px-6">{t.byStatusEmpty}</p>
        ) : (
          <ul className="space-y-2.5 p-4 sm:p-6">
            {people.map(([status, count]) => (
              <li key={status} className="flex items-center justify-between gap-4">
                <Badge tone={enrollmentTone[status]}>{label(words.enrollmentStatus, status)}</Badge>
                <span className="font-medium tabular-nums">{format.number(count)}</span>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}
