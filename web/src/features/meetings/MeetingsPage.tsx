import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CalendarDays } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Field, Textarea } from "@/components/ui/Field";
import { Segments } from "@/components/ui/Segments";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { byDay, daysFromToday } from "./byDay";
import { MeetingRow, whoOf } from "./MeetingRow";
import { type Meeting, meetingsQuery, useMeetingActs, whens } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/meetings");

export function MeetingsPage() {
  const t = useTexts(texts);
  const format = useFormat();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const when = whens.find((candidate) => candidate === search.when) ?? "upcoming";
  const query = useInfiniteQuery(meetingsQuery(when));
  const meetings = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { cancel, setOutcome } = useMeetingActs();
  const [cancelling, setCancelling] = useState<Meeting>();
  const [reason, setReason] = useState("");

  const dayName = (day: string) => {
    const away = daysFromToday(day);
    const date = format.longDate(day);
    return away === 0 ? `${t.today} · ${date}` : away === 1 ? `${t.tomorrow} · ${date}` : date;
  };

  return (
    <>
      <PageHeader title={t.title} hint={t.hint} />
      <Segments
        label={t.tabs}
        className="mb-6"
        value={when}
        options={whens.map((value) => ({ value, label: t.tab[value] }))}
        onChange={(value) => void navigate({ search: { when: value }, replace: true })}
      />
      <ProblemNotice error={setOutcome.error} className="mb-4" />
      {query.isPending ? (
        <Card>
          <SkeletonRows rows={4} />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : meetings.length === 0 ? (
        when === "upcoming" ? (
          <EmptyState icon={CalendarDays} title={t.emptyTitle} text={t.emptyText}>
            <Button asChild>
              <Link to="/">{t.seePipeline}</Link>
            </Button>
          </EmptyState>
        ) : (
          <EmptyState icon={CalendarDays} title={t.emptyOtherTitle} text={t.emptyOtherText} />
        )
      ) : (
        <div className="space-y-8">
          {byDay(meetings).map(([day, list]) => (
            <section key={day} aria-labelledby={`day-${day}`}>
              <h2 id={`day-${day}`} className="mb-3 text-[0.9375rem] font-semibold tracking-tight first-letter:uppercase">
                {dayName(day)}
              </h2>
              <Card>
                <ul className="divide-y divide-line">
                  {list.map((meeting) => (
                    <MeetingRow
                      key={meeting.id}
                      meeting={meeting}
                      onCancel={() => {
                        setReason("");
                        setCancelling(meeting);
                      }}
                      onOutcome={(status) => setOutcome.mutate({ id: meeting.id, status }, { onSuccess: () => toastResult(t.outcomeToast) })}
                    />
                  ))}
                </ul>
              </Card>
            </section>
          ))}
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </div>
      )}
      {cancelling && (
        <ConfirmDialog
          open
          danger
          title={t.cancelTitle(whoOf(cancelling))}
          text={t.cancelText}
          action={t.cancel}
          busy={cancel.isPending}
          onClose={() => setCancelling(undefined)}
          onConfirm={() =>
            cancel.mutate(
              { id: cancelling.id, reason: reason.trim() },
              {
                onSuccess: () => {
                  setCancelling(undefined);
                  toastResult(t.cancelledToast);
                },
              },
            )
          }
        >
          <ProblemNotice error={cancel.error} className="mb-4" />
          <Field label={t.reason} hint={t.reasonHint}>
            {(control) => <Textarea {...control} rows={3} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        </ConfirmDialog>
      )}
    </>
  );
}
