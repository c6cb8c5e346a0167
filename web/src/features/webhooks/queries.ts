import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type EndpointCreate,
  type EventReplay,
  type InboundEvent,
  webhooksCreateEndpoint,
  webhooksGetEvent,
  webhooksHealth,
  webhooksListEndpoints,
  webhooksListEvents,
  webhooksReplayEvent,
  webhooksReplayEvents,
  webhooksRetireEndpoint,
  webhooksRotateSecret,
} from "@/api";

export type { EventReplay, InboundEndpoint, InboundEvent, InboxHealth, NewEndpoint, RotatedSecret } from "@/api";

export type Source = InboundEvent["source"];
export type EventStatus = InboundEvent["status"];

export const statuses: readonly EventStatus[] = ["received", "handled", "ignored", "dead"];
export const sources: readonly Source[] = ["instantly", "calcom", "calendly", "resend", "twilio", "phantombuster"];

export type EventFilters = { status?: EventStatus; source?: Source; event_type?: string; received_from?: string; received_until?: string };

const pageSize = 50;
const whileWaitingMs = 3_000;
const otherwiseMs = 30_000;

export function eventsQuery({ status, ...filters }: EventFilters) {
  return infiniteQueryOptions({
    queryKey: ["webhooks", "events", status, filters],
    queryFn: ({ pageParam, signal }) =>
      webhooksListEvents({ signal, query: { ...filters, status: status === undefined ? undefined : [status], cursor: pageParam, limit: pageSize } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function eventQuery(id: string) {
  return queryOptions({ queryKey: ["webhooks", "event", id], queryFn: ({ signal }) => webhooksGetEvent({ signal, path: { event_id: id } }) });
}

/** Events are many and are not announced one by one; while some wait for their handling, the figures are asked for often. */
export const healthQuery = queryOptions({
  queryKey: ["webhooks", "health"],
  queryFn: ({ signal }) => webhooksHealth({ signal }),
  refetchInterval: ({ state }) => (state.data?.oldest_waiting_at == null ? otherwiseMs : whileWaitingMs),
});

export const endpointsQuery = queryOptions({
  queryKey: ["webhooks", "endpoints"],
  queryFn: async ({ signal }) => (await webhooksListEndpoints({ signal })).items,
});

export function useReplay() {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["webhooks"] });
  return {
    one: useMutation({ mutationFn: (id: string) => webhooksReplayEvent({ path: { event_id: id } }), onSettled }),
    many: useMutation({ mutationFn: (body: EventReplay) => webhooksReplayEvents({ body }), onSettled }),
  };
}

export function useEndpointActs() {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: endpointsQuery.queryKey });
  return {
    create: useMutation({ mutationFn: (body: EndpointCreate) => webhooksCreateEndpoint({ body }), onSettled }),
    rotate: useMutation({
      mutationFn: ({ id, secret }: { id: string; secret: string | null }) => webhooksRotateSecret({ path: { endpoint_id: id }, body: { secret } }),
      onSettled,
    }),
    retire: useMutation({ mutationFn: (id: string) => webhooksRetireEndpoint({ path: { endpoint_id: id } }), onSettled }),
  };
}
