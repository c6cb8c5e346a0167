import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Mail } from "lucide-react";
import { ChannelIcon } from "@/components/ChannelIcon";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { messageTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { campaignMessagesQuery } from "./queries";
import { texts } from "./texts";

const route = getRouteApi("/member/campaigns/$campaignId");

export function CampaignMessages() {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { campaignId } = route.useParams();
  const query = useInfiniteQuery(campaignMessagesQuery(campaignId));
  const messages = query.data?.pages.flatMap((page) => page.items) ?? [];

  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Card className="overflow-hidden">
      {query.isPending ? (
        <SkeletonRows />
      ) : messages.length === 0 ? (
        <EmptyState icon={Mail} title={t.noMessages} text={t.noMessagesText} />
      ) : (
        <>
          <div className="flex justify-end border-b border-line px-4 py-3 sm:px-6">
            <Button asChild size="sm">
              <Link to="/messages" search={{ campaign: campaignId }}>
                {t.openMessages}
              </Link>
            </Button>
          </div>
          <ul className="divide-y divide-line">
            {messages.map((message) => (
              <li key={message.id} className="flex items-start gap-4 px-4 py-4 sm:px-6">
                <span className="mt-0.5 flex size-9 shrink-0 items-center justify-center rounded-lg bg-sunken text-ink-muted">
                  <ChannelIcon channel={message.channel} className="size-4.5" />
                </span>
                <div className="min-w-0 flex-1">
                  <p className="truncate">
                    <span className="font-medium">{message.prospect_name}</span>
                    {message.subject !== "" && <span className="text-ink-muted"> · {message.subject}</span>}
                  </p>
                  <p className="mt-0.5 line-clamp-2 text-[0.8125rem] text-ink-muted">{message.body}</p>
                </div>
                <div className="flex shrink-0 flex-col items-end gap-1">
                  <Badge tone={messageTone[message.status]}>{label(words.messageStatus, message.status)}</Badge>
                  <time className="text-xs text-ink-faint" dateTime={message.sent_at ?? message.created_at}>
                    {format.relative(message.sent_at ?? message.created_at)}
                  </time>
                </div>
              </li>
            ))}
          </ul>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
        </>
      )}
    </Card>
  );
}
