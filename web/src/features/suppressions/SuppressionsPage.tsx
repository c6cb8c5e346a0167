import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Download, Plus, SearchX, ShieldBan, Upload } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { SearchField } from "@/components/SearchField";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Segments } from "@/components/ui/Segments";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { AddDialog } from "./AddDialog";
import { ImportDialog } from "./ImportDialog";
import { kinds, type Suppression, suppressionsQuery, useSuppressionActs } from "./queries";
import { RemoveDialog } from "./RemoveDialog";
import { SuppressionTable } from "./SuppressionTable";
import { texts } from "./texts";

const route = getRouteApi("/member/suppressions");

export function SuppressionsPage() {
  const t = useTexts(texts);
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const kind = kinds.find((candidate) => candidate === search.kind);
  const query = useInfiniteQuery(suppressionsQuery(search.q, kind));
  const rows = query.data?.pages.flatMap((page) => page.items) ?? [];
  const first = query.data?.pages[0];
  const { download } = useSuppressionActs();
  const [open, setOpen] = useState<"add" | "import">();
  const [removing, setRemoving] = useState<Suppression>();
  const filtered = search.q !== undefined || kind !== undefined;
  const listed = rows.length > 0 || filtered;

  const acts = may.write && (
    <>
      <Button onClick={() => setOpen("import")}>
        <Upload aria-hidden /> {t.import}
      </Button>
      <Button look="primary" onClick={() => setOpen("add")}>
        <Plus aria-hidden /> {t.add}
      </Button>
    </>
  );

  return (
    <>
      <PageHeader title={t.title} hint={t.hint}>
        {listed && (
          <>
            <Button busy={download.isPending} onClick={() => download.mutate()}>
              <Download aria-hidden /> {t.export}
            </Button>
            {acts}
          </>
        )}
      </PageHeader>
      <ProblemNotice error={download.error} className="mb-4" />
      {(listed || query.isPending) && (
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <SearchField
            value={search.q ?? ""}
            placeholder={t.search}
            className="w-full sm:w-72"
            onSearch={(q) => void navigate({ search: (before) => ({ ...before, q: q === "" ? undefined : q }), replace: true })}
          />
          <Segments
            label={t.kindFilter}
            value={kind ?? "all"}
            options={[{ value: "all", label: t.all }, ...kinds.map((value) => ({ value, label: t.kind[value] }))]}
            onChange={(value) => void navigate({ search: (before) => ({ ...before, kind: value === "all" ? undefined : value }), replace: true })}
          />
          {typeof first?.total === "number" && <p className="text-[0.8125rem] text-ink-muted sm:ml-auto">{t.count(first.total, first.total_is_capped === true)}</p>}
        </div>
      )}
      {query.isPending ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : rows.length === 0 ? (
        filtered ? (
          <EmptyState icon={SearchX} title={t.nothingFound} text={t.nothingFoundText}>
            <Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>
          </EmptyState>
        ) : (
          <EmptyState icon={ShieldBan} title={t.emptyTitle} text={t.emptyText}>
            {acts}
          </EmptyState>
        )
      ) : (
        <Card className="overflow-hidden">
          <SuppressionTable rows={rows} onRemove={may.administer ? setRemoving : undefined} />
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </Card>
      )}
      {open === "add" && <AddDialog onClose={() => setOpen(undefined)} />}
      {open === "import" && <ImportDialog onClose={() => setOpen(undefined)} />}
      {removing && <RemoveDialog suppression={removing} onClose={() => setRemoving(undefined)} />}
    </>
  );
}
