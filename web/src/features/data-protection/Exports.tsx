import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { FileDown } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { type DataExportSummary, exportsQuery, peopleQuery, useDataProtectionActs } from "./queries";
import { texts } from "./texts";

const tones: Record<DataExportSummary["status"], Tone> = { queued: "accent", ready: "good", failed: "bad", removed: "neutral" };

export function Exports() {
  const t = useTexts(texts);
  const query = useInfiniteQuery(exportsQuery);
  const exports = query.data?.pages.flatMap((page) => page.items) ?? [];
  if (query.isPending) {
    return (
      <Card>
        <SkeletonRows />
      </Card>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (exports.length === 0) return <EmptyState icon={FileDown} title={t.noExports} text={t.noExportsText} />;
  return (
    <Card>
      <ul className="divide-y divide-line">
        {exports.map((one) => (
          <ExportRow key={one.id} one={one} />
        ))}
      </ul>
      <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
    </Card>
  );
}

function ExportRow({ one }: { one: DataExportSummary }) {
  const t = useTexts(texts);
  const format = useFormat();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const by = people.find(({ user_id }) => user_id === one.requested_by);
  const { files } = useDataProtectionActs();
  return (
    <li className="px-4 py-4 sm:px-6" data-export={one.status}>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-48">
          <p className="font-medium">
            {one.prospect_id === null || one.status !== "ready" ? (
              t.exportOf
            ) : (
              <Link to="/prospects" search={{ prospect: one.prospect_id }} className="hover:underline">
                {t.exportOf}
              </Link>
            )}
          </p>
          <p className="text-[0.8125rem] text-ink-muted">
            {[
              format.dateTime(one.created_at),
              by && t.by(by.full_name || (by.email ?? "")),
              one.status === "ready" && one.kept_until !== null ? t.keptUntil(format.date(one.kept_until)) : null,
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
          {one.error !== null && (
            <p className="text-[0.8125rem] text-bad-ink" lang="en">
              {one.error}
            </p>
          )}
        </div>
        <Badge tone={tones[one.status]}>{t.exportStatus[one.status]}</Badge>
        {one.status === "ready" && (
          <Button size="sm" busy={files.isPending} onClick={() => files.mutate(one.id)}>
            {t.files}
          </Button>
        )}
      </div>
      <ProblemNotice error={files.error} className="mt-3" />
      {files.data && (
        <p className="mt-3 flex flex-wrap gap-2">
          {files.data.map((file) => (
            <Button key={file.format} asChild size="sm">
              <a href={file.url} target="_blank" rel="noreferrer">
                <FileDown aria-hidden /> {t.file[file.format]}
              </a>
            </Button>
          ))}
        </p>
      )}
    </li>
  );
}
