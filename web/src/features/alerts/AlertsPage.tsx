import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { BellRing, CheckCheck } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Segments } from "@/components/ui/Segments";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { AlertRow } from "./AlertRow";
import { alertsQuery, useAlertActs } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/alerts");

export function AlertsPage() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const all = search.show === "all";
  const query = useInfiniteQuery(alertsQuery(all));
  const alerts = query.data?.pages.flatMap((page) => page.items) ?? [];
  const unread = query.data?.pages[0]?.unread ?? 0;
  const { readAll, resolve } = useAlertActs();
  return (
    <>
      <PageHeader title={t.title} hint={t.hint}>
        {unread > 0 && (
          <Button busy={readAll.isPending} onClick={() => readAll.mutate()}>
            <CheckCheck aria-hidden /> {t.readAll}
          </Button>
        )}
      </PageHeader>
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Segments
          label={t.shown}
          value={all ? "all" : "open"}
          options={[
            { value: "open", label: t.open },
            { value: "all", label: t.all },
          ]}
          onChange={(show) => void navigate({ search: show === "all" ? { show } : {}, replace: true })}
        />
        {unread > 0 && <p className="text-[0.8125rem] text-ink-muted">{t.unread(unread)}</p>}
      </div>
      <ProblemNotice error={readAll.error ?? resolve.error} className="mb-4" />
      {query.isPending ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : alerts.length === 0 ? (
        <EmptyState icon={BellRing} title={t.emptyTitle} text={t.emptyText} />
      ) : (
        <Card>
          <ul className="divide-y divide-line">
            {alerts.map((alert) => (
              <AlertRow
                key={alert.id}
                alert={alert}
                busy={resolve.isPending && resolve.variables === alert.id}
                onResolve={() => resolve.mutate(alert.id)}
              />
            ))}
          </ul>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </Card>
      )}
    </>
  );
}
