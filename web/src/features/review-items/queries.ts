import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type ReviewEdit,
  type ReviewRejection,
  reviewItemsApprove,
  reviewItemsClaim,
  reviewItemsGet,
  reviewItemsList,
  reviewItemsReject,
  reviewItemsRelease,
  reviewItemsUpdate,
} from "@/api";

export type { ReviewItem, ReviewItemDetail } from "@/api";

export const statuses = ["open", "approved", "rejected", "closed"] as const;
export type Status = (typeof statuses)[number];

export function reviewItemsQuery(status: Status) {
  return infiniteQueryOptions({
    queryKey: ["review-items", "list", status],
    queryFn: ({ pageParam, signal }) => reviewItemsList({ signal, query: { status, cursor: pageParam, limit: 50 } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function reviewItemQuery(id: string) {
  return queryOptions({
    queryKey: ["review-items", "detail", id],
    queryFn: ({ signal }) => reviewItemsGet({ signal, path: { review_item_id: id } }),
  });
}

export function useReviewActs(id: string) {
  const queryClient = useQueryClient();
  const path = { review_item_id: id };
  const onSettled = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: ["review-items"] }),
      queryClient.invalidateQueries({ queryKey: ["dashboard"] }),
    ]);
  return {
    claim: useMutation({ mutationFn: () => reviewItemsClaim({ path }), onSettled }),
    release: useMutation({ mutationFn: () => reviewItemsRelease({ path }), onSettled }),
    save: useMutation({ mutationFn: (body: ReviewEdit) => reviewItemsUpdate({ path, body }), onSettled }),
    approve: useMutation({ mutationFn: (body: ReviewEdit) => reviewItemsApprove({ path, body }), onSettled }),
    reject: useMutation({ mutationFn: (body: ReviewRejection) => reviewItemsReject({ path, body }), onSettled }),
  };
}
