import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { SidePanel } from "@/components/ui/Dialog";
import { Field, Input } from "@/components/ui/Field";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { PersonRow } from "./PersonRow";
import { type RetentionItem, type RetentionReport, reportPeopleQuery, useDataProtectionActs } from "./queries";
import { texts } from "./texts";

/** The people of a report: each may be kept for a reason; the whole may be acted upon before its date. */
export default function ReportPanel({ report, onClose }: { report: RetentionReport; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const query = useInfiniteQuery(reportPeopleQuery(report.id));
  const people = query.data?.pages.flatMap((page) => page.items) ?? [];
  const { approve, hold, release } = useDataProtectionActs();
  const [approving, setApproving] = useState(false);
  const [keeping, setKeeping] = useState<RetentionItem>();
  const [reason, setReason] = useState("");
  const waiting = report.status === "announced";

  return (
    <SidePanel open onClose={onClose} title={t.silent(report.people_count, report.retention_months)} description={t.reportOf(format.date(report.created_at))}>
      {waiting && (
        <div className="space-y-3 border-b border-line p-4 sm:p-6">
          <p>{t.actsAt(format.date(report.acts_at), report.due_count)}</p>
          <Button size="sm" className="text-bad-ink" disabled={report.due_count === 0} onClick={() => setApproving(true)}>
            {t.approve}
          </Button>
        </div>
      )}
      <ProblemNotice error={release.error} className="m-4" />
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <ul className="divide-y divide-line">
          {people.map((person) => (
            <PersonRow
              key={person.id}
              person={person}
              editable={waiting}
              busy={release.isPending && release.variables === person.id}
              onKeep={() => setKeeping(person)}
              onRelease={() => release.mutate(person.id)}
            />
          ))}
        </ul>
      )}
      <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
      <ConfirmDialog
        open={approving}
        danger
        title={t.approveTitle(report.due_count)}
        text={t.approveText}
        action={t.approve}
        busy={approve.isPending}
        onClose={() => setApproving(false)}
        onConfirm={() =>
          approve.mutate(report.id, {
            onSuccess: () => {
              setApproving(false);
              toastResult(t.approved);
            },
          })
        }
      >
        <ProblemNotice error={approve.error} />
      </ConfirmDialog>
      <ConfirmDialog
        open={keeping !== undefined}
        title={t.keepTitle}
        text={t.keepText}
        action={t.keep}
        busy={hold.isPending}
        onClose={() => setKeeping(undefined)}
        onConfirm={() => {
          if (!keeping || reason.trim() === "") return;
          hold.mutate(
            { id: keeping.id, reason: reason.trim() },
            {
              onSuccess: () => {
                setKeeping(undefined);
                setReason("");
              },
            },
          );
        }}
      >
        <div className="space-y-4">
          <ProblemNotice error={hold.error} />
          <Field label={t.keepReason} hint={t.keepReasonHint}>
            {(control) => <Input {...control} autoFocus required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />}
          </Field>
        </div>
      </ConfirmDialog>
    </SidePanel>
  );
}
