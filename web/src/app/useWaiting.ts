import { useQuery } from "@tanstack/react-query";
import { statsQuery } from "@/features/dashboard/queries";

/** How much waits for a person, for the navigation; shares the dashboard's own figures. */
export function useWaiting(): { messages: number; reviewItems: number; alerts: number } {
  const { data } = useQuery(statsQuery());
  return { messages: data?.pending_messages ?? 0, reviewItems: data?.open_review_items ?? 0, alerts: data?.open_alerts ?? 0 };
}
