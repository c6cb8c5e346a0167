import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type MessageBulk,
  type Message,
  messagesApprove,
  messagesBulk,
  messagesComplete,
  messagesGet,
  messagesList,
  messagesRegenerate,
  messagesReject,
  messagesRetry,
  messagesSettle,
  messagesUpdate,
} from "@/api";

export type { BulkResult, Message, MessageDetail } from "@/api";

/** The tabs of the page and the statuses behind each. */
export const statusesOfTab = {
  pending: ["pending_review", "draft"],
  approved: ["approved", "scheduled", "sending"],
  sent: ["sent"],
  all: undefined,
} as const satisfies Record<string, readonly Message["status"][] | undefined>;

export type Tab = keyof typeof statusesOfTab;

export function messagesQuery(tab: Tab, campaignId: string | undefined) {
  const statuses = statusesOfTab[tab];
  return infiniteQueryOptions({
    queryKey: ["messages", "list", { tab, campaignId }],
    queryFn: ({ pageParam, signal }) =>
      messagesList({
        signal,
        query: { status: statuses === undefined ? undefined : [...statuses], campaign_id: campaignId, cursor: pageParam, limit: 50 },
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function messageQuery(id: string) {
  return queryOptions({
    queryKey: ["messages", "detail", id],
    queryFn: ({ signal }) => messagesGet({ signal, path: { message_id: id } }),
  });
}

/** Every act on messages, each followed by a fresh read of what shows them. */
export function useMessageActs() {
  const queryClient = useQueryClient();
  const onSettled = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["messages"] }),
      queryClient.invalidateQueries({ queryKey: ["dashboard"] }),
    ]);
  return {
    approve: useMutation({ mutationFn: (id: string) => messagesApprove({ path: { message_id: id } }), onSettled }),
    reject: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => messagesReject({ path: { message_id: id }, body: { reason } }),
      onSettled,
    }),
    regenerate: useMutation({ mutationFn: (id: string) => messagesRegenerate({ path: { message_id: id } }), onSettled }),
    edit: useMutation({
      mutationFn: async ({ id, subject, body, approve }: { id: string; subject: string; body: string; approve: boolean }) => {
        const edited = await messagesUpdate({ path: { message_id: id }, body: { subject, body } });
        return approve ? messagesApprove({ path: { message_id: id } }) : edited;
      },
      onSettled,
    }),
    /** After the desk: again, done by hand, or what became of a message of which the vendor could not tell. */
    follow: useMutation({
      mutationFn: ({ id, act }: { id: string; act: "retry" | "complete" | "settle-sent" | "settle-not-sent" }) => {
        const path = { message_id: id };
        if (act === "retry") return messagesRetry({ path });
        if (act === "complete") return messagesComplete({ path });
        return messagesSettle({ path, body: { outcome: act === "settle-sent" ? "sent" : "not_sent" } });
      },
      onSettled,
    }),
    bulk: useMutation({ mutationFn: (body: MessageBulk) => messagesBulk({ body }), onSettled }),
  };
}
