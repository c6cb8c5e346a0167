import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { meetingsCancel, meetingsList, meetingsSetOutcome, type MeetingOutcome } from "@/api";

export type { Meeting } from "@/api";

export const whens = ["upcoming", "past", "all"] as const;
export type When = (typeof whens)[number];

export function meetingsQuery(when: When) {
  return infiniteQueryOptions({
    queryKey: ["meetings", "list", when],
    queryFn: ({ pageParam, signal }) => meetingsList({ signal, query: { when, cursor: pageParam, limit: 50 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useMeetingActs() {
  const queryClient = useQueryClient();
  const onSettled = () => Promise.all(["meetings", "dashboard"].map((room) => queryClient.invalidateQueries({ queryKey: [room] })));
  return {
    cancel: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => meetingsCancel({ path: { meeting_id: id }, body: { reason } }),
      onSettled,
    }),
    setOutcome: useMutation({
      mutationFn: ({ id, status }: { id: string } & MeetingOutcome) => meetingsSetOutcome({ path: { meeting_id: id }, body: { status } }),
      onSettled,
    }),
  };
}
