import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { CircleCheckBig, Mail, X } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { LoadMore } from "@/components/LoadMore";
import { ProblemNotice } from "@/components/Notice";
import { PageHeader } from "@/components/PageHeader";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Segments } from "@/components/ui/Segments";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { BulkBar } from "./BulkBar";
import { EditMessageDialog } from "./EditMessageDialog";
import { isOpen } from "./isOpen";
import { type MessageAct, MessageCard } from "./MessageCard";
import { type Message, messagesQuery, statusesOfTab, type Tab, useMessageActs } from "./queries";
import { RejectDialog } from "./RejectDialog";
import { texts } from "./texts";
import { useListKeys } from "./useListKeys";

const route = getRouteApi("/member/messages");
const tabs = Object.keys(statusesOfTab) as Tab[];

export function MessagesPage() {
  const t = useTexts(texts);
  const may = useMay();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = tabs.find((candidate) => candidate === search.status) ?? "pending";
  const query = useInfiniteQuery(messagesQuery(tab, search.campaign));
  const messages = query.data?.pages.flatMap((page) => page.items) ?? [];
  const acts = useMessageActs();

  const [currentId, setCurrentId] = useState<string>();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<Message>();
  const [rejecting, setRejecting] = useState<readonly string[]>([]);

  const shownIds = messages.filter(isOpen).map((message) => message.id);
  const chosen = shownIds.filter((id) => selected.has(id));
  const current = messages.find((message) => message.id === currentId);

  function move(by: number): void {
    const at = messages.findIndex((message) => message.id === currentId);
    const next = messages[Math.min(messages.length - 1, Math.max(0, at === -1 ? 0 : at + by))];
    if (!next) return;
    setCurrentId(next.id);
    document.querySelector<HTMLElement>(`[data-message="${next.id}"]`)?.focus();
  }

  function act(message: Message | undefined, kind: MessageAct): void {
    if (!message || !may.write) return;
    if (kind === "retry" || kind === "complete" || kind === "settle-sent" || kind === "settle-not-sent") {
      acts.follow.mutate({ id: message.id, act: kind }, { onSuccess: () => toastResult(t.noted) }); return;
    }
    if (!isOpen(message)) return;
    if (kind === "approve") {
      move(1);
      acts.approve.mutate(message.id, { onSuccess: () => toastResult(t.approved) });
    } else if (kind === "regenerate") acts.regenerate.mutate(message.id, { onSuccess: () => toastResult(t.regenerated) });
    else if (kind === "edit") setEditing(message);
    else setRejecting([message.id]);
  }

  function toggle(id: string, on: boolean): void {
    setSelected((before) => {
      const after = new Set(before);
      if (on) after.add(id);
      else after.delete(id);
      return after;
    });
  }

  function bulk(action: "approve" | "reject" | "regenerate", ids: readonly string[], reason = ""): void {
    acts.bulk.mutate(
      { ids: [...ids], action, reason },
      {
        onSuccess: (result) => {
          setSelected(new Set(result.failed.map(({ id }) => id)));
          setRejecting([]);
          if (result.succeeded.length > 0) toastResult(t.bulkDone(result.succeeded.length));
        },
      },
    );
  }

  function reject(reason: string): void {
    const [only] = rejecting;
    if (rejecting.length !== 1 || only === undefined) { bulk("reject", rejecting, reason); return; }
    acts.reject.mutate(
      { id: only, reason },
      {
        onSuccess: () => {
          setRejecting([]);
          toastResult(t.rejected);
        },
      },
    );
  }

  useListKeys({
    j: () => move(1),
    k: () => move(-1),
    a: () => act(current, "approve"),
    e: () => act(current, "edit"),
    r: () => act(current, "reject"),
    g: () => act(current, "regenerate"),
    x: () => current && isOpen(current) && toggle(current.id, !selected.has(current.id)),
  });

  return (
    <>
      <PageHeader title={t.title} hint={t.hint} />
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <Segments
          label={t.tabs}
          value={tab}
          options={tabs.map((value) => ({ value, label: t.tab[value] }))}
          onChange={(status) => void navigate({ search: (before) => ({ ...before, status }), replace: true })}
        />
        {search.campaign !== undefined && (
          <Button size="sm" look="quiet" onClick={() => void navigate({ search: ({ status }) => ({ status }) })}>
            <X aria-hidden /> {messages[0] ? t.onlyCampaign(messages[0].campaign_name) : t.showAll}
          </Button>
        )}
      </div>
      {may.write && shownIds.length > 0 && (
        <BulkBar
          count={chosen.length}
          allSelected={chosen.length > 0 && chosen.length === shownIds.length}
          busy={acts.bulk.isPending}
          error={rejecting.length > 0 ? null : acts.bulk.error}
          result={acts.bulk.data}
          nameOf={(id) => messages.find((message) => message.id === id)?.prospect_name ?? id}
          onSelectAll={(on) => setSelected(new Set(on ? shownIds : []))}
          onAct={(action) => (action === "reject" ? setRejecting(chosen) : bulk(action, chosen))}
        />
      )}
      <ProblemNotice error={acts.approve.error ?? acts.regenerate.error ?? acts.follow.error} className="mb-4" />

      {query.isPending ? (
        <div className="space-y-4">
          {[0, 1, 2].map((card) => (
            <Skeleton key={card} className="h-48 rounded-xl" />
          ))}
        </div>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : messages.length === 0 ? (
        tab === "pending" ? (
          <EmptyState icon={CircleCheckBig} title={t.emptyPendingTitle} text={t.emptyPendingText} />
        ) : (
          <EmptyState icon={Mail} title={t.emptyTitle} text={t.emptyText}>
            <Button asChild>
              <Link to="/campaigns">{t.goToCampaigns}</Link>
            </Button>
          </EmptyState>
        )
      ) : (
        <>
          <div className="space-y-4">
            {messages.map((message) => (
              <MessageCard
                key={message.id}
                message={message}
                current={message.id === currentId}
                selected={selected.has(message.id)}
                mayAct={may.write}
                busy={acts.bulk.isPending || (acts.approve.isPending && acts.approve.variables === message.id)}
                onSelect={(on) => toggle(message.id, on)}
                onFocus={() => setCurrentId(message.id)}
                onAct={(kind) => act(message, kind)}
              />
            ))}
          </div>
          <LoadMore hasMore={query.hasNextPage} isLoading={query.isFetchingNextPage} onLoad={() => void query.fetchNextPage()} />
          <p className="mt-6 hidden text-xs text-ink-faint md:block">{t.shortcuts}</p>
        </>
      )}
      {editing && <EditMessageDialog message={editing} onClose={() => setEditing(undefined)} />}
      {rejecting.length > 0 && (
        <RejectDialog
          count={rejecting.length}
          busy={acts.reject.isPending || acts.bulk.isPending}
          error={acts.reject.error ?? acts.bulk.error}
          onClose={() => setRejecting([])}
          onReject={reject}
        />
      )}
    </>
  );
}
