import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Plus, SearchX, Target } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { PageHeader } from "@/components/PageHeader";
import { SearchField } from "@/components/SearchField";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Segments } from "@/components/ui/Segments";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { CampaignRow } from "./CampaignRow";
import { campaignsQuery, campaignStatuses } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns");

export function CampaignsPage() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const status = campaignStatuses.find((candidate) => candidate === search.status);
  const query = useInfiniteQuery(campaignsQuery(search.q, status));
  const campaigns = query.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = search.q !== undefined || status !== undefined;
  const create = may.write && (
    <Button asChild look="primary">
      <Link to="/campaigns/new">
        <Plus aria-hidden /> {t.newCampaign}
      </Link>
    </Button>
  );

  return (
    <>
      <PageHeader title={t.title} hint={t.hint}>
        {(filtered || campaigns.length > 0) && create}
      </PageHeader>
      {(filtered || campaigns.length > 0 || query.isPending) && (
        <div className="mb-4 flex flex-wrap items-center gap-3">
          <SearchField
            value={search.q ?? ""}
            placeholder={t.search}
            className="w-full sm:w-72"
            onSearch={(q) => void navigate({ search: (before) => ({ ...before, q: q === "" ? undefined : q }), replace: true })}
          />
          <Segments
            label={t.statusFilter}
            value={status ?? "all"}
            options={[
              { value: "all", label: t.all },
              ...campaignStatuses.map((value) => ({ value, label: label(words.campaignStatus, value) })),
            ]}
            onChange={(value) => void navigate({ search: (before) => ({ ...before, status: value === "all" ? undefined : value }), replace: true })}
          />
        </div>
      )}
      {query.isPending ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : campaigns.length === 0 ? (
        filtered ? (
          <EmptyState icon={SearchX} title={t.nothingFound} text={t.nothingFoundText}>
            <Button onClick={() => void navigate({ search: {} })}>{t.showAll}</Button>
          </EmptyState>
        ) : (
          <EmptyState icon={Target} title={t.emptyTitle} text={t.emptyText}>
            {may.write && (
              <Button asChild look="primary">
                <Link to="/campaigns/new">{t.emptyAction}</Link>
              </Button>
            )}
          </EmptyState>
        )
      ) : (
        <>
          <ul className="space-y-3">
            {campaigns.map((campaign) => (
              <CampaignRow key={campaign.id} campaign={campaign} />
            ))}
          </ul>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </>
      )}
    </>
  );
}
