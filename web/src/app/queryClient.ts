import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/session/ApiError";

const attempts = 2;

/** A refusal (4xx) is an answer; only a silent network or a failing server is worth asking again. */
function retry(failures: number, error: unknown): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < attempts;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 15_000, retry },
    mutations: { retry: false },
  },
});
