import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { ArrowLeft, ListTree } from "lucide-react";
import { ChannelIcon } from "@/components/ChannelIcon";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { PageHeader } from "@/components/PageHeader";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/Skeleton";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { scenariosQuery } from "./queries";
import { ScenarioView } from "./ScenarioView";
import { texts } from "./texts";

const route = getRouteApi("/member/scenarios");

export function ScenariosPage() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery(scenariosQuery);
  const scenarios = query.data?.items ?? [];
  const chosen = search.scenario ?? scenarios[0]?.id;

  return (
    <>
      <PageHeader title={t.title} hint={t.hint} />
      {query.isPending ? (
        <div className="grid gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
          <Skeleton className="h-96 rounded-xl" />
          <Skeleton className="h-96 rounded-xl max-lg:hidden" />
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : scenarios.length === 0 ? (
        <EmptyState icon={ListTree} title={t.emptyTitle} text={t.emptyText} />
      ) : (
        <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,22rem)_minmax(0,1fr)]">
          <nav aria-label={t.list} className={cn(search.scenario !== undefined && "max-lg:hidden")}>
            <ul className="space-y-2">
              {scenarios.map((scenario) => (
                <li key={scenario.id}>
                  <Link
                    to="/scenarios"
                    search={{ scenario: scenario.id }}
                    aria-current={scenario.id === chosen ? "true" : undefined}
                    className="block rounded-xl border border-line bg-surface p-4 shadow-card transition-colors hover:border-line-strong/60 lg:aria-[current=true]:border-primary lg:aria-[current=true]:bg-primary-soft/40"
                  >
                    <span className="flex items-center justify-between gap-3">
                      <span className="font-semibold">{scenario.name}</span>
                      <span className="flex gap-1.5 text-ink-faint">
                        {scenario.channels.map((channel) => (
                          <span key={channel} title={label(words.channel, channel)}>
                            <ChannelIcon channel={channel} className="size-4" />
                            <span className="sr-only">{label(words.channel, channel)}</span>
                          </span>
                        ))}
                      </span>
                    </span>
                    <span className="mt-1 block text-[0.8125rem] text-ink-muted">{scenario.description}</span>
                    <span className="mt-2 block text-xs text-ink-muted">
                      {t.steps(scenario.step_count)} · {t.days(scenario.duration_days)} · {t.usedBy(scenario.campaign_count)}
                    </span>
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          {chosen !== undefined && (
            <div className={cn("min-w-0", search.scenario === undefined && "max-lg:hidden")}>
              <Link to="/scenarios" className="mb-3 inline-flex items-center gap-2 text-[0.8125rem] font-medium text-ink-muted lg:hidden">
                <ArrowLeft className="size-4" aria-hidden /> {t.back}
              </Link>
              {/* Named in the address from then on, so that the editor stays in sight when a tablet is turned. */}
              <ScenarioView key={chosen} id={chosen} onEdit={() => void navigate({ search: { scenario: chosen }, replace: true })} />
            </div>
          )}
        </div>
      )}
    </>
  );
}
