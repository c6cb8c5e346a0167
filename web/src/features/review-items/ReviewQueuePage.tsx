import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheckBig, Inbox, MessageCircleReply } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { PageHeader } from "@/components/PageHeader";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Card } from "@/components/ui/Card";
import { cn } from "@/components/ui/cn";
import { Segments } from "@/components/ui/Segments";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { intentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { type ReviewItem, reviewItemsQuery, statuses } from "./queries";
import { ReviewItemPanel } from "./ReviewItemPanel";
import { texts } from "./texts";

const route = getRouteApi("/member/review");

export function ReviewQueuePage() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const status = statuses.find((candidate) => candidate === search.status) ?? "open";
  const query = useInfiniteQuery(reviewItemsQuery(status));
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <>
      <PageHeader title={t.title} hint={t.hint} />
      <Segments
        label={t.tabs}
        className="mb-4"
        value={status}
        options={statuses.map((value) => ({ value, label: t.tab[value] }))}
        onChange={(next) => void navigate({ search: { status: next }, replace: true })}
      />
      {query.isPending ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 && search.item === undefined ? (
        <EmptyState
          icon={status === "open" ? CircleCheckBig : Inbox}
          title={status === "open" ? t.emptyTitle : t.emptyOtherTitle}
          text={status === "open" ? t.emptyText : t.emptyOtherText}
        />
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <Card className={cn("overflow-hidden lg:sticky lg:top-8 lg:max-h-[calc(100dvh-4rem)] lg:overflow-y-auto", search.item !== undefined && "max-lg:hidden")}>
            <ul className="divide-y divide-line">
              {items.map((item) => (
                <QueueRow key={item.id} item={item} current={item.id === search.item} />
              ))}
            </ul>
            <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
          </Card>
          {search.item === undefined ? (
            <Card className="max-lg:hidden">
              <EmptyState icon={MessageCircleReply} title={t.choose} />
            </Card>
          ) : (
            <ReviewItemPanel key={search.item} id={search.item} onDone={() => void navigate({ search: { status } })} />
          )}
        </div>
      )}
    </>
  );
}

function QueueRow({ item, current }: { item: ReviewItem; current: boolean }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  return (
    <li>
      <Link
        from="/review"
        to="/review"
        search={(before) => ({ ...before, item: item.id })}
        aria-current={current ? "true" : undefined}
        className="flex gap-3 px-4 py-4 transition-colors hover:bg-sunken/60 focus-visible:-outline-offset-2 aria-[current=true]:bg-primary-soft"
      >
        <Avatar name={item.prospect_name} />
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline justify-between gap-2">
            <span className="truncate font-semibold">{item.prospect_name}</span>
            <time dateTime={item.received_at} className="shrink-0 text-xs text-ink-muted">
              {format.relative(item.received_at)}
            </time>
          </span>
          <span className="block truncate text-[0.8125rem] text-ink-muted">{item.company_name}</span>
          <span className="mt-1 line-clamp-2 text-[0.8125rem]">{item.reply_text === "" ? t.noText : item.reply_text}</span>
          <span className="mt-2 flex flex-wrap items-center gap-2">
            <Badge tone={intentTone[item.intent]}>{label(words.intent, item.intent)}</Badge>
            {item.claimed_by !== null && item.status === "open" && (
              <span className="text-xs text-ink-muted">{t.heldBy(item.claimed_by_name ?? t.someone)}</span>
            )}
          </span>
        </span>
      </Link>
    </li>
  );
}
