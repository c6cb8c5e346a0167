import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { alertsList, alertsResolve, dashboardActivity, dashboardFunnel, dashboardStats } from "@/api";

export type { Activity, Alert, DashboardStats, DayFigures, Figure, Funnel } from "@/api";

export const periods = [7, 30, 90] as const;
export const defaultDays = 30;

export function statsQuery(days: number = defaultDays) {
  return queryOptions({
    queryKey: ["dashboard", "stats", days],
    queryFn: ({ signal }) => dashboardStats({ signal, query: { days } }),
    placeholderData: keepPreviousData,
  });
}

export const activityQuery = infiniteQueryOptions({
  queryKey: ["dashboard", "activity"],
  queryFn: ({ pageParam, signal }) => dashboardActivity({ signal, query: { cursor: pageParam, limit: 20 } }),
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page) => page.next_cursor ?? undefined,
});

export const funnelQuery = queryOptions({
  queryKey: ["dashboard", "funnel"],
  queryFn: ({ signal }) => dashboardFunnel({ signal }),
});

export const alertsQuery = queryOptions({
  queryKey: ["alerts", "open"],
  queryFn: ({ signal }) => alertsList({ signal, query: { limit: 20 } }),
});

export function useResolveAlert() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => alertsResolve({ path: { alert_id: id } }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["alerts"] }),
  });
}
