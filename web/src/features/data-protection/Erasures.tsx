import { useInfiniteQuery } from "@tanstack/react-query";
import { ShieldCheck } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { ErasureCard } from "./ErasureCard";
import { erasuresQuery } from "./queries";
import { texts } from "./texts";

export function Erasures() {
  const t = useTexts(texts);
  const query = useInfiniteQuery(erasuresQuery);
  const erasures = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) {
    return (
      <Card>
        <SkeletonRows />
      </Card>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (erasures.length === 0) return <EmptyState icon={ShieldCheck} title={t.noErasures} text={t.noErasuresText} />;
  return (
    <>
      <ul className="space-y-4">
        {erasures.map((erasure) => (
          <ErasureCard key={erasure.id} erasure={erasure} />
        ))}
      </ul>
      <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
    </>
  );
}
