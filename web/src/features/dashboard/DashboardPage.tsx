import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { LayoutDashboard, Plus } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageHeader } from "@/components/PageHeader";
import { Button } from "@/components/ui/Button";
import { Segments } from "@/components/ui/Segments";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { ActivityCard } from "./ActivityCard";
import { Alerts } from "./Alerts";
import { Figures } from "./Figures";
import { FunnelCard } from "./FunnelCard";
import { HealthCard } from "./HealthCard";
import { PipelineCard } from "./PipelineCard";
import { defaultDays, periods, statsQuery } from "./queries";
import { texts } from "./texts";
import { TodoCard } from "./TodoCard";

const route = getRouteApi("/member/");

/** In ten seconds: is it running, does it produce, must I act? */
export function DashboardPage() {
  const t = useTexts(texts);
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const days = periods.find((period) => period === search.days) ?? defaultDays;
  const query = useQuery(statsQuery(days));
  const stats = query.data;
  const isNew = stats !== undefined && Object.values(stats.campaigns_by_status).every((count) => count === 0) && stats.prospects.value === 0;

  return (
    <>
      <PageHeader
        title={t.title}
        hint={stats === undefined ? undefined : stats.active_campaigns > 0 ? t.running(stats.active_campaigns) : t.notRunning}
      >
        {!isNew && (
          <Segments
            label={t.period}
            value={String(days)}
            options={periods.map((period) => ({ value: String(period), label: t.days(period) }))}
            onChange={(value) => void navigate({ search: { days: Number(value) }, replace: true })}
          />
        )}
        {may.write && !isNew && (
          <Button asChild look="primary">
            <Link to="/campaigns/new">
              <Plus aria-hidden /> {t.newCampaign}
            </Link>
          </Button>
        )}
      </PageHeader>

      {query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : isNew ? (
        <EmptyState icon={LayoutDashboard} title={t.emptyTitle} text={t.emptyText}>
          <Button asChild look="primary">
            <Link to="/campaigns/new">{t.emptyAction}</Link>
          </Button>
          <Button asChild>
            <Link to="/settings">{t.emptySecond}</Link>
          </Button>
        </EmptyState>
      ) : (
        <div className="space-y-6">
          <Alerts />
          <Figures stats={stats} />
          <div className="grid items-start gap-6 xl:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="min-w-0 space-y-6">
              <PipelineCard daily={stats?.daily} />
              <FunnelCard />
            </div>
            <div className="min-w-0 space-y-6">
              {stats === undefined ? <Skeleton className="h-28 rounded-xl" /> : <TodoCard stats={stats} />}
              {stats === undefined ? <Skeleton className="h-64 rounded-xl" /> : <HealthCard stats={stats} />}
              <ActivityCard />
            </div>
          </div>
        </div>
      )}
    </>
  );
}
