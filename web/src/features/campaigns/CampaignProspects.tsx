import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Users } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ScoreBadge } from "@/components/ScoreBadge";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { Table, Td, Th } from "@/components/ui/Table";
import { enrollmentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { enrollmentsQuery } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns/$campaignId");

export function CampaignProspects() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { campaignId } = route.useParams();
  const query = useInfiniteQuery(enrollmentsQuery(campaignId));
  const enrollments = query.data?.pages.flatMap((page) => page.items) ?? [];

  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Card className="overflow-hidden">
      {query.isPending ? (
        <SkeletonRows />
      ) : enrollments.length === 0 ? (
        <EmptyState icon={Users} title={t.noProspects} text={t.noProspectsText}>
          <Button asChild>
            <Link to="/prospects" search={{ campaign: campaignId, import: true }}>
              {t.importCsv}
            </Link>
          </Button>
        </EmptyState>
      ) : (
        <>
          <Table>
            <thead className="border-b border-line">
              <tr>
                <Th>{t.prospect}</Th>
                <Th className="text-right">{t.score}</Th>
                <Th>{t.status}</Th>
                <Th className="hidden text-right md:table-cell">{t.step}</Th>
                <Th className="hidden md:table-cell">{t.next}</Th>
              </tr>
            </thead>
            <tbody>
              {enrollments.map((enrollment) => (
                <tr key={enrollment.id} className="relative border-b border-line last:border-0 hover:bg-sunken/50">
                  <Td>
                    <span className="flex items-center gap-3">
                      <Avatar name={enrollment.prospect_name} className="hidden sm:inline-flex" />
                      <span className="min-w-0">
                        <Link
                          to="/prospects"
                          search={{ campaign: campaignId, prospect: enrollment.prospect_id }}
                          className="block max-w-64 truncate font-medium after:absolute after:inset-0"
                        >
                          {enrollment.prospect_name}
                        </Link>
                        <span className="block max-w-64 truncate text-[0.8125rem] text-ink-muted">
                          {[enrollment.prospect_title, enrollment.company_name].filter(Boolean).join(" · ")}
                        </span>
                      </span>
                    </span>
                  </Td>
                  <Td className="text-right">
                    <ScoreBadge score={enrollment.score} />
                  </Td>
                  <Td>
                    <Badge tone={enrollmentTone[enrollment.status]}>{label(words.enrollmentStatus, enrollment.status)}</Badge>
                  </Td>
                  <Td className="hidden text-right md:table-cell">{enrollment.step_position === 0 ? "" : enrollment.step_position}</Td>
                  <Td className="hidden text-ink-muted md:table-cell">
                    {enrollment.next_step_due_at === null ? "" : format.dateTime(enrollment.next_step_due_at)}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </>
      )}
    </Card>
  );
}
