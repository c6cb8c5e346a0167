import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type CampaignCreate,
  type CampaignPatch,
  campaignsCreate,
  campaignsDelete,
  campaignsDuplicate,
  campaignsGet,
  campaignsLaunch,
  campaignsList,
  campaignsPause,
  campaignsProgress,
  campaignsResume,
  campaignsRetryEnrichment,
  campaignsUpdate,
  type CampaignSummary,
  dashboardFunnel,
  enrollmentsList,
  mailboxesList,
  messagesList,
  prospectsImport,
  scenariosGet,
  scenariosList,
  settingsGetIcp,
} from "@/api";

export type { Campaign, CampaignCreate, CampaignPatch, CampaignProgress, CampaignSummary, Enrollment, ImportReport, Mailbox, Scenario } from "@/api";

export const campaignStatuses = ["draft", "active", "paused", "completed", "archived"] as const satisfies readonly CampaignSummary["status"][];

const nextPage = (page: { next_cursor?: string | null }) => page.next_cursor ?? undefined;
const firstPage = undefined as string | undefined;

export function campaignsQuery(q: string | undefined, status: CampaignSummary["status"] | undefined) {
  return infiniteQueryOptions({
    queryKey: ["campaigns", "list", { q, status }],
    queryFn: ({ pageParam, signal }) =>
      campaignsList({ signal, query: { q, status: status === undefined ? undefined : [status], cursor: pageParam, limit: 50 } }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export function campaignQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "detail", id],
    queryFn: ({ signal }) => campaignsGet({ signal, path: { campaign_id: id } }),
  });
}

export function progressQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "progress", id],
    queryFn: ({ signal }) => campaignsProgress({ signal, path: { campaign_id: id } }),
  });
}

export function funnelQuery(id: string) {
  return queryOptions({
    queryKey: ["campaigns", "funnel", id],
    queryFn: ({ signal }) => dashboardFunnel({ signal, query: { campaign_id: id } }),
  });
}

export function enrollmentsQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["campaigns", "enrollments", id],
    queryFn: ({ pageParam, signal }) => enrollmentsList({ signal, query: { campaign_id: id, cursor: pageParam, limit: 50 } }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export function campaignMessagesQuery(id: string) {
  return infiniteQueryOptions({
    queryKey: ["campaigns", "messages", id],
    queryFn: ({ pageParam, signal }) => messagesList({ signal, query: { campaign_id: id, cursor: pageParam, limit: 50 } }),
    initialPageParam: firstPage,
    getNextPageParam: nextPage,
  });
}

export const scenariosQuery = queryOptions({
  queryKey: ["scenarios", "list"],
  queryFn: ({ signal }) => scenariosList({ signal }),
});

export function scenarioQuery(id: string) {
  return queryOptions({
    queryKey: ["scenarios", "detail", id],
    queryFn: ({ signal }) => scenariosGet({ signal, path: { scenario_id: id } }),
    enabled: id !== "",
  });
}

export const mailboxesQuery = queryOptions({
  queryKey: ["settings", "mailboxes"],
  queryFn: ({ signal }) => mailboxesList({ signal }),
});

export const icpQuery = queryOptions({
  queryKey: ["settings", "icp"],
  queryFn: ({ signal }) => settingsGetIcp({ signal }),
});

export function useCreateCampaign() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: CampaignCreate) => campaignsCreate({ body }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["campaigns"] }),
  });
}

export function useImportInto() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ campaignId, file }: { campaignId: string; file: File }) => prospectsImport({ body: { file, campaign_id: campaignId } }),
    onSettled: () => Promise.all(["campaigns", "prospects"].map((room) => queryClient.invalidateQueries({ queryKey: [room] }))),
  });
}

export function useCampaignActs() {
  const queryClient = useQueryClient();
  const onSettled = () => Promise.all(["campaigns", "dashboard"].map((room) => queryClient.invalidateQueries({ queryKey: [room] })));
  const path = (id: string) => ({ campaign_id: id });
  return {
    retryEnrichment: useMutation({ mutationFn: (id: string) => campaignsRetryEnrichment({ path: path(id) }), onSettled }),
    launch: useMutation({ mutationFn: (id: string) => campaignsLaunch({ path: path(id) }), onSettled }),
    pause: useMutation({ mutationFn: (id: string) => campaignsPause({ path: path(id), body: {} }), onSettled }),
    resume: useMutation({ mutationFn: (id: string) => campaignsResume({ path: path(id) }), onSettled }),
    duplicate: useMutation({ mutationFn: (id: string) => campaignsDuplicate({ path: path(id) }), onSettled }),
    remove: useMutation({ mutationFn: (id: string) => campaignsDelete({ path: path(id) }), onSettled }),
    update: useMutation({
      mutationFn: ({ id, change }: { id: string; change: CampaignPatch }) => campaignsUpdate({ path: path(id), body: change }),
      onSettled,
    }),
  };
}
