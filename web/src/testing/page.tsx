import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { client } from "@/api/client.gen";
import { ApiError } from "@/session/ApiError";
import { setLanguage } from "@/i18n/language";

client.interceptors.error.use((error, response) => ApiError.from(error, response));

export type Call = { method: string; path: string; query: URLSearchParams; body: unknown };
export type Answers = Record<string, (call: Call) => unknown>;

/** The status and problem details of a refusal, for an answer to return. */
export class Refusal {
  constructor(
    readonly status: number,
    readonly detail: string,
  ) {}
}

/**
 * Shows one page at its address over a gateway that answers what the test says ("GET /api/v1/messages" → items) and
 * remembers what it was asked. An address without an answer is a 404.
 */
export function renderPage(Page: () => ReactNode, at: { route: string; url: string }, answers: Answers): Call[] {
  setLanguage("en");
  const calls: Call[] = [];
  const all: Answers = {
    "GET /api/v1/me": () => ({
      user_id: "person",
      email: "lea@example.com",
      full_name: "Léa Martin",
      locale: "en",
      organizations: [{ id: "organization", name: "Atelier Nord", role: "owner" }],
    }),
    ...answers,
  };
  client.setConfig({
    baseUrl: "http://gateway.test",
    fetch: vi.fn(async (request: Request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.text();
      const call: Call = { method: request.method, path: pathname, query: searchParams, body: text === "" ? undefined : JSON.parse(text) };
      calls.push(call);
      const answer = all[`${call.method} ${call.path}`]?.(call) ?? new Refusal(404, "There is no such thing.");
      if (answer instanceof Refusal) return Response.json({ status: answer.status, detail: answer.detail, code: "refused" }, { status: answer.status });
      return Response.json(answer);
    }) as unknown as typeof fetch,
  });

  const root = createRootRoute();
  const member = createRoute({ id: "member", getParentRoute: () => root });
  const page = createRoute({ path: at.route, getParentRoute: () => member, component: Page });
  const elsewhere = createRoute({ path: "$", getParentRoute: () => member });
  const router = createRouter({
    routeTree: root.addChildren([member.addChildren([page, elsewhere])]),
    history: createMemoryHistory({ initialEntries: [at.url] }),
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={queryClient}>
      {/* The tree of a test is not the panel's registered one. */}
      <RouterProvider router={router as never} />
    </QueryClientProvider>,
  );
  return calls;
}
