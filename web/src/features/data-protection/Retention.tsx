import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { Card, CardHeader } from "@/components/ui/Card";
import { Skeleton, SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { reportsQuery, retentionQuery } from "./queries";
import { ReportRow } from "./ReportRow";
import { RetentionForm } from "./RetentionForm";
import { texts } from "./texts";

const ReportPanel = lazy(() => import("./ReportPanel"));
const route = getRouteApi("/member/data-protection");

/** How long people are kept, and what the clock is about to do. */
export function Retention() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const settings = useQuery(retentionQuery);
  const query = useInfiniteQuery(reportsQuery);
  const reports = query.data?.pages.flatMap((page) => page.items) ?? [];
  const open = reports.find(({ id }) => id === search.report);
  return (
    <div className="space-y-6">
      {settings.isPending ? (
        <Skeleton className="h-48 rounded-xl" />
      ) : settings.isError ? (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <RetentionForm settings={settings.data} />
      )}
      <Card>
        <CardHeader title={t.reports} hint={t.reportsHint} />
        {query.isPending ? (
          <SkeletonRows rows={2} />
        ) : query.isError ? (
          <ErrorState error={query.error} onRetry={() => void query.refetch()} />
        ) : reports.length === 0 ? (
          <p className="px-4 pt-3 pb-6 text-ink-muted sm:px-6">{t.noReports}</p>
        ) : (
          <ul className="mt-3 divide-y divide-line border-t border-line">
            {reports.map((report) => (
              <ReportRow key={report.id} report={report} />
            ))}
          </ul>
        )}
        <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
      </Card>
      <Suspense>{open && <ReportPanel report={open} onClose={() => void navigate({ search: {}, resetScroll: false })} />}</Suspense>
    </div>
  );
}
