import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { ErrorState } from "@/components/ErrorState";
import { JsonView } from "@/components/JsonView";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { SidePanel } from "@/components/ui/Dialog";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { statusTones } from "./EventTable";
import { eventQuery, useReplay } from "./queries";
import { texts } from "./texts";

export default function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useQuery(eventQuery(id));
  const { one } = useReplay();
  const event = query.data;
  const times = event && ([
    [t.received, event.received_at],
    [t.happened, event.occurred_at],
    [t.handledAt, event.handled_at],
  ] as const);
  return (
    <SidePanel open onClose={onClose} title={event?.event_type ?? t.event} description={event && t.source[event.source]}>
      {query.isPending ? (
        <div className="space-y-4 p-6">
          <Skeleton className="h-10" />
          <Skeleton className="h-64" />
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <div className="space-y-6 p-4 sm:p-6">
          <div className="flex flex-wrap items-center justify-between gap-3">
            <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
              <Badge tone={statusTones[query.data.status]} dot>
                {t.oneStatus[query.data.status]}
              </Badge>
              <span className="text-[0.8125rem] text-ink-muted">
                {t.deliveries(query.data.deliveries)} · {t.attempts(query.data.attempts)}
              </span>
            </div>
            <Button
              size="sm"
              busy={one.isPending}
              onClick={() => one.mutate(id, { onSuccess: ({ replayed }) => toastResult(t.replayed(replayed)) })}
            >
              <RotateCcw aria-hidden /> {t.replay}
            </Button>
          </div>
          <ProblemNotice error={one.error} />
          {query.data.error !== null && (
            <Notice tone={query.data.status === "dead" ? "bad" : "info"}>
              <span lang="en">{query.data.error}</span>
            </Notice>
          )}
          <dl className="grid gap-3 sm:grid-cols-3">
            {times?.map(([name, at]) => (
              <div key={name}>
                <dt className="text-xs text-ink-muted">{name}</dt>
                <dd>{at === null ? "–" : format.dateTime(at)}</dd>
              </div>
            ))}
          </dl>
          <section>
            <h3 className="mb-2 font-semibold">{t.body}</h3>
            <JsonView label={t.body} value={query.data.body} />
          </section>
          <section>
            <h3 className="mb-2 font-semibold">{t.headers}</h3>
            <JsonView label={t.headers} value={query.data.headers} />
          </section>
        </div>
      )}
    </SidePanel>
  );
}
