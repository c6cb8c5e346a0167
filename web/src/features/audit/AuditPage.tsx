import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, FileClock, SearchX } from "lucide-react";
import { AdministratorsOnly } from "@/components/AdministratorsOnly";
import { countSet } from "@/components/countSet";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { AuditFilterBar } from "./AuditFilterBar";
import { AuditRow } from "./AuditRow";
import { type AuditFilters, auditQuery, useAuditExport } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/audit-log");
const actions = ["insert", "update", "delete"] as const;

export function AuditPage() {
  const t = useTexts(texts);
  const may = useMay();
  const search = route.useSearch();
  const filters: AuditFilters = {
    entity: search.entity,
    entity_id: search.id,
    actor: search.actor,
    action: actions.find((action) => action === search.action),
    since: search.from,
    until: search.until,
  };
  const download = useAuditExport();
  return (
    <>
      <PageHeader title={t.title} hint={t.hint}>
        {may.administer && (
          <Button busy={download.isPending} onClick={() => download.mutate(filters, { onSuccess: () => toastResult(t.exporting) })}>
            <Download aria-hidden /> {t.export}
          </Button>
        )}
      </PageHeader>
      <ProblemNotice error={download.error} className="mb-4" />
      <AdministratorsOnly>
        <Log filters={filters} />
      </AdministratorsOnly>
    </>
  );
}

function Log({ filters }: { filters: AuditFilters }) {
  const t = useTexts(texts);
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(auditQuery(filters));
  const entries = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = countSet(filters) > 0;
  return (
    <>
      <AuditFilterBar />
      {query.isPending ? (
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : entries.length === 0 ? (
        filtered ? (
          <EmptyState icon={SearchX} title={t.nothingFound} text={t.nothingFoundText}>
            <Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>
          </EmptyState>
        ) : (
          <EmptyState icon={FileClock} title={t.emptyTitle} text={t.emptyText} />
        )
      ) : (
        <Card className="overflow-hidden">
          <ul className="divide-y divide-line">
            {entries.map((entry) => (
              <AuditRow key={entry.id} entry={entry} />
            ))}
          </ul>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </Card>
      )}
    </>
  );
}
