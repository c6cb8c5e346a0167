import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ErrorState } from "@/components/ErrorState";
import { Card, CardHeader } from "@/components/ui/Card";
import { cn } from "@/components/ui/cn";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { activityQuery } from "./queries";
import { texts } from "./texts";

const dots: Record<string, string> = {
  qualified: "bg-primary",
  sent: "bg-primary",
  in_sequence: "bg-primary",
  replied: "bg-accent",
  meeting_scheduled: "bg-good",
  campaign_completed: "bg-good",
  bounced: "bg-bad",
  unsubscribed: "bg-bad",
};

export function ActivityCard() {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useInfiniteQuery(activityQuery);
  const items = query.data?.pages[0]?.items ?? [];
  return (
    <Card>
      <CardHeader title={t.activity} />
      {query.isPending ? (
        <SkeletonRows rows={5} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <p className="px-4 pt-3 pb-6 text-ink-muted sm:px-6">{t.noActivity}</p>
      ) : (
        <ol className="max-h-[26rem] overflow-y-auto px-4 pt-2 pb-4 sm:px-6" tabIndex={0} aria-label={t.activity}>
          {items.map((activity) => (
            <li key={activity.id} className="flex gap-3 py-2.5">
              <span className={cn("mt-1.5 size-2 shrink-0 rounded-full", dots[activity.kind] ?? "bg-line-strong/60")} aria-hidden />
              <div className="min-w-0 flex-1 text-[0.8125rem]">
                <p>
                  {activity.prospect_id === null ? (
                    <span className="font-medium">{activity.campaign_name}</span>
                  ) : (
                    <Link to="/prospects" search={{ prospect: activity.prospect_id }} className="font-medium hover:underline">
                      {activity.prospect_name}
                    </Link>
                  )}{" "}
                  <span className="text-ink-muted">{label(t.did, activity.kind)}</span>
                </p>
                <p className="truncate text-xs text-ink-muted">
                  <time dateTime={activity.at}>{format.relative(activity.at)}</time> · {activity.company_name ?? activity.campaign_name}
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}
