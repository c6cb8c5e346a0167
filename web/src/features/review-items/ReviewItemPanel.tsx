import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, Hand } from "lucide-react";
import { Conversation } from "@/components/Conversation";
import { ErrorState } from "@/components/ErrorState";
import { Notice, ProblemNotice } from "@/components/Notice";
import { TextDiff } from "@/components/TextDiff";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { intentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { useMay, useMe } from "@/session/me";
import { AnswerForm } from "./AnswerForm";
import { type ReviewItemDetail, reviewItemQuery, useReviewActs } from "./queries";
import { texts } from "./texts";

export function ReviewItemPanel({ id, onDone }: { id: string; onDone: () => void }) {
  const t = useTexts(texts);
  const query = useQuery(reviewItemQuery(id));
  return (
    <div className="min-w-0">
      <Button look="quiet" size="sm" className="mb-3 lg:hidden" onClick={onDone}>
        <ArrowLeft aria-hidden /> {t.back}
      </Button>
      {query.isPending ? (
        <Skeleton className="h-96 rounded-xl" />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Item item={query.data} onDone={onDone} />
      )}
    </div>
  );
}

function Item({ item, onDone }: { item: ReviewItemDetail; onDone: () => void }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { data: me } = useMe();
  const may = useMay();
  const { claim, release } = useReviewActs(item.id);
  const open = item.status === "open";
  const mine = item.claimed_by !== null && item.claimed_by === me?.user_id;
  const heldByOther = item.claimed_by !== null && !mine;

  return (
    <Card className="overflow-hidden">
      <header className="flex flex-wrap items-start justify-between gap-4 border-b border-line p-4 sm:p-6">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold tracking-tight">
            <Link to="/prospects" search={{ prospect: item.prospect_id }} className="hover:underline">
              {item.prospect_name}
            </Link>
          </h2>
          <p className="text-ink-muted">{[item.company_name, item.from_address, item.campaign_name].filter(Boolean).join(" · ")}</p>
          <div className="mt-3 flex flex-wrap items-center gap-2">
            <Badge tone={intentTone[item.intent]}>{label(words.intent, item.intent)}</Badge>
            <Badge>{t.confidence(format.percent(item.confidence))}</Badge>
            {open && <span className="text-xs text-ink-muted">{t.waiting(format.dateTime(item.received_at))}</span>}
          </div>
        </div>
        {open && may.write && (
          <div className="flex items-center gap-3">
            {item.claimed_by !== null && (
              <span className="text-[0.8125rem] text-ink-muted">{mine ? t.heldByYou : t.heldBy(item.claimed_by_name ?? t.someone)}</span>
            )}
            {mine ? (
              <Button size="sm" busy={release.isPending} onClick={() => release.mutate()}>
                {t.release}
              </Button>
            ) : (
              !heldByOther && (
                <Button size="sm" busy={claim.isPending} onClick={() => claim.mutate()}>
                  <Hand aria-hidden /> {t.claim}
                </Button>
              )
            )}
          </div>
        )}
      </header>

      <div className="space-y-6 p-4 sm:p-6">
        <ProblemNotice error={claim.error ?? release.error} />
        {item.reasons.length > 0 && (
          <Notice tone="accent">
            <p className="font-medium">{t.why}</p>
            <ul className="mt-1 list-disc pl-4">
              {item.reasons.map((reason) => (
                <li key={String(reason)}>{String(reason)}</li>
              ))}
            </ul>
          </Notice>
        )}
        <Conversation them={item.prospect_name} exchanges={item.thread} />
        {open ? (
          may.write && <AnswerForm item={item} locked={heldByOther} onDone={onDone} />
        ) : (
          item.final_body !== null && (
            <section>
              <h3 className="mb-2 font-semibold">{t.sentAnswer}</h3>
              <div className="rounded-lg bg-sunken/60 p-4 leading-6">
                <TextDiff before={item.draft_body} after={item.final_body} />
              </div>
            </section>
          )
        )}
      </div>
    </Card>
  );
}
