import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/ErrorState";
import { Card, CardHeader } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { funnelQuery } from "./queries";
import { texts } from "./texts";

export function FunnelCard() {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useQuery(funnelQuery);
  const stages = query.data?.stages ?? [];
  const most = Math.max(1, ...stages.map((stage) => stage.count));
  return (
    <Card>
      <CardHeader title={t.funnel} hint={t.funnelHint} />
      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ol className="space-y-3 p-4 sm:p-6">
          {query.isPending
            ? [0, 1, 2, 3, 4, 5].map((row) => <Skeleton key={row} className="h-8" />)
            : stages.map((stage) => (
                <li key={stage.stage} className="grid grid-cols-[6.5rem_minmax(0,1fr)_auto] items-center gap-3 sm:grid-cols-[8rem_minmax(0,1fr)_8.5rem] sm:gap-4">
                  <span className="truncate text-[0.8125rem] text-ink-muted">{label(t.stage, stage.stage)}</span>
                  <span className="h-7 rounded-md bg-sunken">
                    <span
                      className="block h-full rounded-md bg-primary transition-[width] duration-500"
                      style={{ width: `${Math.max((stage.count / most) * 100, stage.count > 0 ? 1.5 : 0)}%`, opacity: 0.35 + 0.65 * Math.sqrt(stage.count / most) }}
                    />
                  </span>
                  <span className="flex items-baseline justify-between gap-2 tabular-nums">
                    <span className="font-semibold">{format.number(stage.count)}</span>
                    {stage.rate !== null && (
                      <span className="hidden text-xs text-ink-muted sm:inline" title={t.ofBefore(format.percent(stage.rate))}>
                        {format.percent(stage.rate)}
                        <span className="sr-only"> {t.ofBefore(format.percent(stage.rate))}</span>
                      </span>
                    )}
                  </span>
                </li>
              ))}
        </ol>
      )}
    </Card>
  );
}
