import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  dataExportsGet,
  dataExportsList,
  erasuresList,
  erasuresRetry,
  membersList,
  retentionItemsHold,
  retentionItemsRelease,
  retentionReportsApprove,
  retentionReportsList,
  retentionReportsPeople,
  type RetentionSettingsFields,
  settingsGetRetention,
  settingsPutRetention,
} from "@/api";

export type { DataExportSummary, Erasure, RetentionItem, RetentionReport, RetentionSettings, VendorReport } from "@/api";

const whileBusyMs = 3_000;
const first = undefined as string | undefined;

export const retentionQuery = queryOptions({ queryKey: ["data-protection", "retention"], queryFn: ({ signal }) => settingsGetRetention({ signal }) });

export const reportsQuery = infiniteQueryOptions({
  queryKey: ["data-protection", "reports"],
  queryFn: ({ pageParam, signal }) => retentionReportsList({ signal, query: { cursor: pageParam, limit: 20 } }),
  initialPageParam: first,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export function reportPeopleQuery(reportId: string) {
  return infiniteQueryOptions({
    queryKey: ["data-protection", "report-people", reportId],
    queryFn: ({ pageParam, signal }) => retentionReportsPeople({ signal, path: { report_id: reportId }, query: { cursor: pageParam, limit: 50 } }),
    initialPageParam: first,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Asked again while a vendor has not answered yet. */
export const erasuresQuery = infiniteQueryOptions({
  queryKey: ["data-protection", "erasures"],
  queryFn: ({ pageParam, signal }) => erasuresList({ signal, query: { cursor: pageParam, limit: 20 } }),
  initialPageParam: first,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  refetchInterval: ({ state }) =>
    state.data?.pages.some(({ items }) => items.some(({ status }) => status === "queued" || status === "erased")) ? whileBusyMs : false,
});

export const exportsQuery = infiniteQueryOptions({
  queryKey: ["data-protection", "exports"],
  queryFn: ({ pageParam, signal }) => dataExportsList({ signal, query: { cursor: pageParam, limit: 20 } }),
  initialPageParam: first,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
  refetchInterval: ({ state }) => (state.data?.pages.some(({ items }) => items.some(({ status }) => status === "queued")) ? whileBusyMs : false),
});

export const peopleQuery = queryOptions({ queryKey: ["settings", "members"], queryFn: ({ signal }) => membersList({ signal }) });

export function useDataProtectionActs() {
  const queryClient = useQueryClient();
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["data-protection"] });
  return {
    put: useMutation({ mutationFn: (body: RetentionSettingsFields) => settingsPutRetention({ body }), onSettled }),
    approve: useMutation({ mutationFn: (id: string) => retentionReportsApprove({ path: { report_id: id } }), onSettled }),
    hold: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => retentionItemsHold({ path: { item_id: id }, body: { reason } }),
      onSettled,
    }),
    release: useMutation({ mutationFn: (id: string) => retentionItemsRelease({ path: { item_id: id } }), onSettled }),
    retry: useMutation({ mutationFn: (id: string) => erasuresRetry({ path: { erasure_id: id } }), onSettled }),
    /** The addresses of the files are made anew on each request and work for ten minutes. */
    files: useMutation({ mutationFn: async (id: string) => (await dataExportsGet({ path: { export_id: id } })).files }),
  };
}
