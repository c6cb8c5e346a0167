import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, Outlet } from "@tanstack/react-router";
import { ErrorState } from "@/components/ErrorState";
import { Notice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { Badge } from "@/components/ui/Badge";
import { Skeleton } from "@/components/ui/Skeleton";
import { TabLinks } from "@/components/ui/TabLinks";
import { campaignTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { CampaignActions } from "./CampaignActions";
import { LiveProgress } from "./LiveProgress";
import { campaignQuery } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns/$campaignId");

export function CampaignPage() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { campaignId } = route.useParams();
  const query = useQuery(campaignQuery(campaignId));

  if (query.isPending) {
    return (
      <div className="space-y-6">
        <Skeleton className="h-9 w-72" />
        <Skeleton className="h-24 rounded-xl" />
        <Skeleton className="h-72 rounded-xl" />
      </div>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;

  const campaign = query.data;
  const params = { campaignId };
  return (
    <>
      <PageHeader
        above={
          <Link to="/campaigns" className="mb-1 inline-block text-[0.8125rem] text-ink-muted hover:text-ink hover:underline">
            {t.title}
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-3">
            {campaign.name}
            <Badge tone={campaignTone[campaign.status]} dot={campaign.status === "active"}>
              {label(words.campaignStatus, campaign.status)}
            </Badge>
          </span>
        }
        hint={[campaign.sector, campaign.scenario_name, campaign.launched_at === null ? null : t.launched(format.date(campaign.launched_at))]
          .filter(Boolean)
          .join(" · ")}
      >
        <CampaignActions campaign={campaign} />
      </PageHeader>

      <div className="space-y-6">
        {campaign.status === "draft" && campaign.missing.length > 0 && (
          <Notice tone="accent">
            <p className="font-semibold">{t.missingTitle}</p>
            <p>{t.missingText}</p>
            <ul className="mt-1 list-disc pl-4">
              {campaign.missing.map(({ field, message }) => (
                <li key={`${field}-${message}`}>{message}</li>
              ))}
            </ul>
          </Notice>
        )}
        {campaign.status === "completed" && (
          <Notice tone="good">
            <p className="font-semibold">{t.completed(campaign.completed_at === null ? null : format.date(campaign.completed_at))}</p>
            <p>{t.completedText}</p>
          </Notice>
        )}
        {campaign.status === "paused" && campaign.pause_reason !== null && campaign.pause_reason !== "" && (
          <Notice tone="accent">{t.pauseReason(campaign.pause_reason)}</Notice>
        )}
        {campaign.launched_at !== null && <LiveProgress campaignId={campaignId} />}
        <TabLinks label={t.tabs}>
          <Link to="/campaigns/$campaignId" params={params} activeOptions={{ exact: true }}>
            {t.tab.overview}
          </Link>
          <Link to="/campaigns/$campaignId/prospects" params={params}>
            {t.tab.prospects}
          </Link>
          <Link to="/campaigns/$campaignId/messages" params={params}>
            {t.tab.messages}
          </Link>
          <Link to="/campaigns/$campaignId/settings" params={params}>
            {t.tab.settings}
          </Link>
        </TabLinks>
        <Outlet />
      </div>
    </>
  );
}
