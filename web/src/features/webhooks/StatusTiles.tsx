import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { countByStatus } from "./eventCounts";
import { type EventFilters, type EventStatus, type InboxHealth, statuses } from "./queries";
import { texts } from "./texts";

type StatusTilesProps = {
  health: InboxHealth | undefined;
  source: EventFilters["source"];
  current: EventStatus | undefined;
  onChoose: (status: EventStatus | undefined) => void;
};

/** The four states in figures; pressing one narrows the list to it, pressing it again shows all. */
export function StatusTiles({ health, source, current, onChoose }: StatusTilesProps) {
  const t = useTexts(texts);
  const format = useFormat();
  if (health === undefined) return <Skeleton className="mb-4 h-24 rounded-xl" />;
  const counts = countByStatus(health, source);
  return (
    <div role="group" aria-label={t.figures} className="mb-4 grid grid-cols-2 gap-3 lg:grid-cols-4">
      {statuses.map((status) => (
        <button
          key={status}
          type="button"
          aria-pressed={current === status}
          onClick={() => onChoose(current === status ? undefined : status)}
          className={cn(
            "rounded-xl border bg-surface px-4 py-3 text-left shadow-card transition-colors hover:border-line-strong/60",
            current === status ? "border-primary bg-primary-soft/40" : "border-line",
          )}
        >
          <span className="block text-[0.8125rem] text-ink-muted">{t.status[status]}</span>
          <span className={cn("block text-2xl font-semibold tracking-tight tabular-nums", status === "dead" && counts.dead > 0 && "text-bad-ink")}>
            {format.number(counts[status])}
          </span>
          <span className="block truncate text-xs text-ink-muted">
            {status === "received" && health.oldest_waiting_at !== null ? t.oldest(format.relative(health.oldest_waiting_at)) : t.statusHint[status]}
          </span>
        </button>
      ))}
    </div>
  );
}
