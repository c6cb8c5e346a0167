import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { RowSelectionState } from "@tanstack/react-table";
import { Download, SearchX, Upload, Users } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { vocabulary } from "@/components/vocabulary";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { BulkBar } from "./BulkBar";
import { nameOf } from "./columns";
import { ProspectFilters, type ProspectSearch } from "./ProspectFilters";
import { ProspectTable } from "./ProspectTable";
import { type ProspectFilters as Filters, prospectsQuery, useProspectExport } from "./queries";
import { texts } from "./texts";
import { useHiddenColumns } from "./useHiddenColumns";

const ProspectPanel = lazy(() => import("./ProspectPanel"));
const ImportDialog = lazy(() => import("./ImportDialog"));
const route = getRouteApi("/member/prospects");

/** A value from the address bar, if it is one that exists. */
function known<Value extends string>(value: string | undefined, among: Record<Value, string>): Value | undefined {
  return value !== undefined && value in among ? (value as Value) : undefined;
}

export function ProspectsPage() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters: Filters = {
    q: search.q,
    campaign_id: search.campaign,
    status: known(search.status, words.enrollmentStatus),
    min_score: search.min_score,
    source: known(search.source, words.provenance),
    tag: search.tag,
    sort: search.sort === "score" ? "score" : undefined,
  };
  const { q, campaign_id, status, min_score, source, tag } = filters;
  const filtered = [q, campaign_id, status, min_score, source, tag].some((value) => value !== undefined);
  const query = useInfiniteQuery(prospectsQuery(filters));
  const prospects = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];
  const download = useProspectExport();
  const [selection, setSelection] = useState<RowSelectionState>({});
  const [hiddenColumns, setHiddenColumns] = useHiddenColumns();
  const selected = prospects.filter(({ id }) => id in selection).map(({ id }) => id);
  const nameOfId = (id: string) => {
    const prospect = prospects.find((candidate) => candidate.id === id);
    return prospect ? nameOf(prospect) : id;
  };

  const change = (changed: ProspectSearch) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });

  return (
    <>
      <PageHeader title={t.title} hint={typeof first?.total !== "number" ? undefined : t.count(first.total, first.total_is_capped === true)}>
        {prospects.length > 0 && (
          <Button busy={download.isPending} onClick={() => download.mutate(filters, { onSuccess: () => toastResult(t.exporting) })}>
            <Download aria-hidden /> {t.exportCsv}
          </Button>
        )}
        {may.write && (
          <Button look="primary" onClick={() => void navigate({ search: (before) => ({ ...before, import: true }) })}>
            <Upload aria-hidden /> {t.importCsv}
          </Button>
        )}
      </PageHeader>
      <ProspectFilters search={search} onChange={change} hiddenColumns={hiddenColumns} onColumns={setHiddenColumns} />
      <ProblemNotice error={download.error} className="mb-4" />

      {query.isPending ? (
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : prospects.length === 0 ? (
        filtered ? (
          <EmptyState icon={SearchX} title={t.nothingFound} text={t.nothingFoundText}>
            <Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>
          </EmptyState>
        ) : (
          <EmptyState icon={Users} title={t.emptyTitle} text={t.emptyText}>
            <Button asChild>
              <Link to="/campaigns">{t.emptyAction}</Link>
            </Button>
          </EmptyState>
        )
      ) : (
        <Card className="overflow-hidden">
          {may.write && selected.length > 0 && (
            <BulkBar
              ids={selected}
              nameOfId={nameOfId}
              onDone={(left) => setSelection(Object.fromEntries(left.map((id) => [id, true as const])))}
            />
          )}
          <ProspectTable
            prospects={prospects}
            hiddenColumns={may.write ? hiddenColumns : [...hiddenColumns, "select"]}
            selection={selection}
            onSelection={setSelection}
            currentId={search.prospect}
          />
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </Card>
      )}
      <Suspense>
        {search.prospect !== undefined && (
          <ProspectPanel
            key={search.prospect}
            id={search.prospect}
            onClose={() => void navigate({ search: (before) => ({ ...before, prospect: undefined }), resetScroll: false })}
          />
        )}
        {search.import === true && may.write && (
          <ImportDialog campaignId={search.campaign} onClose={() => void navigate({ search: (before) => ({ ...before, import: undefined }) })} />
        )}
      </Suspense>
    </>
  );
}
