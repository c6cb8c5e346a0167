import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation } from "@tanstack/react-query";
import { auditExport, auditList, type AuditListData, membersList } from "@/api";
import { saveFile } from "@/components/saveFile";

export type { AuditEntry } from "@/api";

export type AuditFilters = Pick<NonNullable<AuditListData["query"]>, "entity" | "entity_id" | "actor" | "action" | "since" | "until">;

export function auditQuery(filters: AuditFilters) {
  return infiniteQueryOptions({
    queryKey: ["audit", "list", filters],
    queryFn: ({ pageParam, signal }) => auditList({ signal, query: { ...filters, cursor: pageParam, limit: 50 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export const peopleQuery = queryOptions({
  queryKey: ["settings", "members"],
  queryFn: ({ signal }) => membersList({ signal }),
});

export function useAuditExport() {
  return useMutation({
    mutationFn: async (filters: AuditFilters) =>
      saveFile((await auditExport({ query: filters, parseAs: "blob" })) as unknown as Blob, "audit-log.csv"),
  });
}
