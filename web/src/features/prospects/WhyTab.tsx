import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/ErrorState";
import { Notice } from "@/components/Notice";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { decisionsQuery } from "./queries";
import { texts } from "./texts";

const outcomeTones: Record<string, Tone> = { send: "good", defer: "accent", stop: "bad" };

/** Why this person did, or didn't, get a message. */
export function WhyTab({ prospectId }: { prospectId: string }) {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useQuery(decisionsQuery(prospectId));
  if (query.isPending) return <Skeleton className="h-40" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;

  const { items, next_at, next_reason } = query.data;
  const known: Record<string, string> = t.whyReason;
  /** Our own words for a known reason; the gateway's sentence for one that is newer than this panel. */
  const explain = (reason: string, sentence: string) => known[reason] ?? (sentence === "" ? label({}, reason) : sentence);
  return (
    <div className="space-y-5">
      <p className="text-ink-muted">{t.whyText}</p>
      {(next_at !== null || next_reason !== null) && (
        <Notice tone="info">
          {next_at !== null && <p className="font-medium">{t.nextMessage(format.dateTime(next_at))}</p>}
          {next_reason !== null && explain(items.find(({ explanation }) => explanation === next_reason)?.reason ?? "", next_reason)}
        </Notice>
      )}
      {items.length === 0 ? (
        <p className="py-6 text-center text-ink-muted">{t.noDecisions}</p>
      ) : (
        <ol className="divide-y divide-line">
          {items.map((decision) => (
            <li key={decision.id} className="py-3">
              <div className="flex flex-wrap items-center justify-between gap-2">
                <Badge tone={outcomeTones[decision.outcome]}>{label(t.outcome, decision.outcome)}</Badge>
                <time dateTime={decision.decided_at} className="text-xs text-ink-muted">
                  {format.dateTime(decision.decided_at)}
                </time>
              </div>
              <p className="mt-1.5">
                {explain(decision.reason, decision.explanation)}
                {decision.until_at !== null && <span className="text-ink-muted"> ({t.until(format.dateTime(decision.until_at))})</span>}
              </p>
              <p className="mt-0.5 text-xs text-ink-muted">{t.decidedBy(decision.campaign_name)}</p>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}
