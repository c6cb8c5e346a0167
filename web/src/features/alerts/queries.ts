import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import { alertsList, alertsRead, alertsResolve } from "@/api";

export type { Alert } from "@/api";

export function alertsQuery(includeResolved: boolean) {
  return infiniteQueryOptions({
    queryKey: ["alerts", "list", includeResolved],
    queryFn: ({ pageParam, signal }) => alertsList({ signal, query: { include_resolved: includeResolved, cursor: pageParam, limit: 30 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useAlertActs() {
  const queryClient = useQueryClient();
  const onSettled = () => Promise.all(["alerts", "dashboard"].map((room) => queryClient.invalidateQueries({ queryKey: [room] })));
  return {
    readAll: useMutation({ mutationFn: () => alertsRead({ body: {} }), onSettled }),
    resolve: useMutation({ mutationFn: (id: string) => alertsResolve({ path: { alert_id: id } }), onSettled }),
  };
}
