import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  campaignsList,
  dataExportsCreate,
  dataExportsGet,
  erasuresCreate,
  type ProspectBulk,
  prospectsBulk,
  prospectsDecisions,
  prospectsExport,
  prospectsGet,
  prospectsImport,
  prospectsList,
  type ProspectsListData,
  prospectsPreviewImport,
  tagsList,
} from "@/api";
import { saveFile } from "@/components/saveFile";

export type { ImportPreview, ImportReport, Prospect, ProspectBulk, ProspectBulkResult, ProspectDecisions, ProspectSummary } from "@/api";

type ListQuery = NonNullable<ProspectsListData["query"]>;
export type ProspectFilters = Pick<ListQuery, "q" | "campaign_id" | "min_score" | "source" | "tag"> & {
  status?: NonNullable<ListQuery["status"]>[number];
  sort?: ListQuery["sort"];
};

const pageSize = 100;

function toQuery({ status, ...filters }: ProspectFilters): ListQuery {
  return { ...filters, status: status === undefined ? undefined : [status] };
}

export function prospectsQuery(filters: ProspectFilters) {
  return infiniteQueryOptions({
    queryKey: ["prospects", "list", filters],
    queryFn: ({ pageParam, signal }) => prospectsList({ signal, query: { ...toQuery(filters), cursor: pageParam, limit: pageSize } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function prospectQuery(id: string) {
  return queryOptions({
    queryKey: ["prospects", "detail", id],
    queryFn: ({ signal }) => prospectsGet({ signal, path: { prospect_id: id } }),
  });
}

export function decisionsQuery(id: string) {
  return queryOptions({
    queryKey: ["prospects", "decisions", id],
    queryFn: ({ signal }) => prospectsDecisions({ signal, path: { prospect_id: id } }),
  });
}

export const campaignChoicesQuery = queryOptions({
  queryKey: ["campaigns", "choices"],
  queryFn: async ({ signal }) => (await campaignsList({ signal, query: { limit: 100 } })).items,
});

export const tagsQuery = queryOptions({
  queryKey: ["prospects", "tags"],
  queryFn: async ({ signal }) => (await tagsList({ signal })).items,
});

export function useProspectBulk() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (body: ProspectBulk) => prospectsBulk({ body }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["prospects"] }),
  });
}

/** Fetches the filtered prospects as CSV and hands the file to the browser. */
export function useProspectExport() {
  return useMutation({
    mutationFn: async (filters: ProspectFilters) => {
      const { sort: _, ...rest } = toQuery(filters);
      const file = await prospectsExport({ query: rest, parseAs: "blob" });
      saveFile(file as unknown as Blob, "prospects.csv");
    },
  });
}

type ImportRequest = { file: File; mapping?: Record<string, string>; campaignId?: string };

const toMapping = (mapping: Record<string, string> | undefined) => (mapping === undefined ? undefined : JSON.stringify(mapping));

export function useImportPreview() {
  return useMutation({
    mutationFn: ({ file, mapping }: ImportRequest) => prospectsPreviewImport({ body: { file, mapping: toMapping(mapping) } }),
  });
}

export function useImport() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ file, mapping, campaignId }: ImportRequest) =>
      prospectsImport({ body: { file, mapping: toMapping(mapping), campaign_id: campaignId } }),
    onSettled: () => Promise.all(["prospects", "campaigns", "dashboard"].map((room) => queryClient.invalidateQueries({ queryKey: [room] }))),
  });
}

/** A copy of everything about one person, asked about until it is made or has failed. */
export function dataExportQuery(id: string | undefined) {
  return queryOptions({
    queryKey: ["prospects", "data-export", id],
    enabled: id !== undefined,
    queryFn: ({ signal }) => dataExportsGet({ signal, path: { export_id: id ?? "" } }),
    refetchInterval: ({ state }) => (state.data === undefined || state.data.status === "queued" ? exportPollMs : false),
  });
}

const exportPollMs = 1_500;

export function usePersonalDataActs(prospectId: string) {
  const queryClient = useQueryClient();
  const path = { prospect_id: prospectId };
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["data-protection"] });
  return {
    request: useMutation({ mutationFn: () => dataExportsCreate({ path }), onSettled }),
    erase: useMutation({
      mutationFn: (confirmation: string) => erasuresCreate({ path, body: { confirmation } }),
      onSettled: () => Promise.all(["data-protection", "prospects", "suppressions", "dashboard"].map((room) => queryClient.invalidateQueries({ queryKey: [room] }))),
    }),
  };
}
