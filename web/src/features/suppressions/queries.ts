import { infiniteQueryOptions, keepPreviousData, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type Suppression,
  type SuppressionCreate,
  suppressionsCreate,
  suppressionsDelete,
  suppressionsExport,
  suppressionsImport,
  suppressionsList,
} from "@/api";
import { saveFile } from "@/components/saveFile";

export type { Suppression } from "@/api";

export type Kind = Suppression["kind"];
export const kinds: readonly Kind[] = ["email", "domain", "phone", "linkedin"];

const pageSize = 50;

export function suppressionsQuery(q: string | undefined, kind: Kind | undefined) {
  return infiniteQueryOptions({
    queryKey: ["suppressions", "list", q, kind],
    queryFn: ({ pageParam, signal }) => suppressionsList({ signal, query: { q, kind, cursor: pageParam, limit: pageSize } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    placeholderData: keepPreviousData,
  });
}

export function useSuppressionActs() {
  const queryClient = useQueryClient();
  // A person on the list looks different wherever they are shown.
  const onSettled = () => Promise.all(["suppressions", "prospects"].map((room) => queryClient.invalidateQueries({ queryKey: [room] })));
  return {
    add: useMutation({ mutationFn: (body: SuppressionCreate) => suppressionsCreate({ body }), onSettled }),
    bringIn: useMutation({ mutationFn: (file: File) => suppressionsImport({ body: { file } }), onSettled }),
    remove: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => suppressionsDelete({ path: { suppression_id: id }, query: { reason } }),
      onSettled,
    }),
    download: useMutation({
      mutationFn: async () => saveFile((await suppressionsExport({ parseAs: "blob" })) as unknown as Blob, "suppressions.csv"),
    }),
  };
}
