import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { RotateCcw, SearchX, Webhook } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { countSet } from "@/components/countSet";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { FilterBar } from "@/components/FilterBar";
import { LoadMore } from "@/components/LoadMore";
import { Notice } from "@/components/Notice";
import { PeriodFields } from "@/components/PeriodFields";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Input, Select } from "@/components/ui/Field";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { countMatching } from "./eventCounts";
import { EventTable } from "./EventTable";
import { type EventFilters, eventsQuery, healthQuery, sources, statuses } from "./queries";
import { ReplayDialog } from "./ReplayDialog";
import { StatusTiles } from "./StatusTiles";
import { texts } from "./texts";

const EventPanel = lazy(() => import("./EventPanel"));
const route = getRouteApi("/member/webhooks");
const none: ReadonlySet<string> = new Set();

type Search = Partial<Record<"status" | "source" | "type" | "from" | "until" | "event", string>>;

/** What came in, narrowed by the address; ticked events, or all that match, can be handled again. */
export function Events() {
  const t = useTexts(texts);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filters: EventFilters = {
    status: statuses.find((status) => status === search.status),
    source: sources.find((source) => source === search.source),
    event_type: search.type,
    received_from: search.from,
    received_until: search.until,
  };
  const active = countSet(filters);
  const health = useQuery(healthQuery).data;
  const query = useInfiniteQuery(eventsQuery(filters));
  const events = query.data?.pages.flatMap((page) => page.items) ?? [];
  const [ticked, setTicked] = useState(none);
  const chosen = events.filter(({ id }) => ticked.has(id)).map(({ id }) => id);
  const [asking, setAsking] = useState<"chosen" | "matching">();
  const [told, setTold] = useState<string>();

  const change = (changed: Search) => void navigate({ search: (before) => ({ ...before, ...changed }), replace: true, resetScroll: false });
  const orNothing = (value: string) => (value === "" ? undefined : value);

  return (
    <>
      <StatusTiles health={health} source={filters.source} current={filters.status} onChoose={(status) => change({ status })} />
      <FilterBar active={active} onClear={() => void navigate({ search: {}, replace: true })}>
        <Select aria-label={t.sourceFilter} value={filters.source ?? ""} onChange={(event) => change({ source: orNothing(event.target.value) })}>
          <option value="">{t.anySource}</option>
          {sources.map((source) => (
            <option key={source} value={source}>
              {t.source[source]}
            </option>
          ))}
        </Select>
        <Select aria-label={t.statusFilter} value={filters.status ?? ""} onChange={(event) => change({ status: orNothing(event.target.value) })}>
          <option value="">{t.anyStatus}</option>
          {statuses.map((status) => (
            <option key={status} value={status}>
              {t.status[status]}
            </option>
          ))}
        </Select>
        <Input
          key={search.type}
          aria-label={t.typeFilter}
          placeholder={t.typeFilter}
          className="w-44"
          defaultValue={search.type ?? ""}
          onBlur={(event) => change({ type: orNothing(event.target.value.trim()) })}
          onKeyDown={(event) => event.key === "Enter" && change({ type: orNothing(event.currentTarget.value.trim()) })}
        />
        <PeriodFields from={search.from} until={search.until} onChange={change} />
      </FilterBar>

      {told !== undefined && (
        <Notice tone="good" className="mb-4">
          {told}
        </Notice>
      )}
      {(chosen.length > 0 || (active > 0 && events.length > 0)) && (
        <div className="mb-4 flex flex-wrap items-center gap-2">
          {chosen.length > 0 ? (
            <>
              <p className="text-[0.8125rem] text-ink-muted">{t.selected(chosen.length)}</p>
              <Button size="sm" look="primary" onClick={() => setAsking("chosen")}>
                <RotateCcw aria-hidden /> {t.replay}
              </Button>
            </>
          ) : (
            <Button size="sm" onClick={() => setAsking("matching")}>
              <RotateCcw aria-hidden /> {t.replayMatching}
            </Button>
          )}
        </div>
      )}

      {query.isPending ? (
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : events.length === 0 ? (
        active > 0 ? (
          <EmptyState icon={SearchX} title={t.nothingFound} text={t.nothingFoundText}>
            <Button onClick={() => void navigate({ search: {} })}>{t.clear}</Button>
          </EmptyState>
        ) : (
          <EmptyState icon={Webhook} title={t.emptyTitle} text={t.emptyText} />
        )
      ) : (
        <Card className="overflow-hidden">
          <EventTable events={events} ticked={ticked} onTick={setTicked} />
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </Card>
      )}

      {asking && (
        <ReplayDialog
          wanted={asking === "chosen" ? { ids: chosen } : filters}
          count={asking === "chosen" ? chosen.length : countMatching(health, filters)}
          onClose={() => setAsking(undefined)}
          onDone={({ replayed, is_capped }) => {
            setAsking(undefined);
            setTicked(none);
            setTold(is_capped ? `${t.replayed(replayed)}. ${t.capped}` : t.replayed(replayed));
          }}
        />
      )}
      <Suspense>
        {search.event !== undefined && <EventPanel key={search.event} id={search.event} onClose={() => change({ event: undefined })} />}
      </Suspense>
    </>
  );
}
