import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { client } from "@/api/client.gen";
import { chooseOrganization, meQuery, requireOrganization, useMe, useStillMember } from "./me";
import { getOrganizationId, setOrganizationId, useOrganizationId } from "./organization";

const north = { id: "north", name: "Atelier Nord", role: "owner" };
const south = { id: "south", name: "Atelier Sud", role: "viewer" };

function newQueryClient(): QueryClient {
  return new QueryClient({ defaultOptions: { queries: { retry: false } } });
}

function answerMe(organizations: readonly object[]): void {
  client.setConfig({
    baseUrl: "http://gateway.test",
    fetch: vi.fn(() =>
      Promise.resolve(Response.json({ user_id: "person", email: "lea@example.com", full_name: "", locale: "en", organizations })),
    ),
  });
}

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
});

describe("the organisation of a tab", () => {
  it("begins with the last one chosen anywhere, and is not moved by another tab afterwards", () => {
    localStorage.setItem("sales-machine.organization", "north");
    expect(getOrganizationId()).toBe("north");
    localStorage.setItem("sales-machine.organization", "south");
    expect(getOrganizationId()).toBe("north");
  });

  it("is forgotten everywhere at sign-out", () => {
    setOrganizationId("north");
    setOrganizationId(null);
    expect(getOrganizationId()).toBeNull();
  });

  it("is settled before anything is asked, for whoever belongs to several", async () => {
    answerMe([north, south]);
    await requireOrganization(newQueryClient());
    expect(getOrganizationId()).toBe("north");
  });
});

describe("choosing another organisation", () => {
  it("leaves nothing of the one before in memory, and nothing that is still on its way", async () => {
    const queryClient = newQueryClient();
    setOrganizationId("north");
    queryClient.setQueryData(meQuery.queryKey, { user_id: "person", email: "", full_name: "", locale: "en", organizations: [] });
    queryClient.setQueryData(["prospects", "list"], ["somebody of the north"]);
    let answer: (value: string) => void = () => undefined;
    const late = queryClient.query({ queryKey: ["dashboard"], queryFn: () => new Promise<string>((resolve) => (answer = resolve)) }).catch(() => "cancelled");

    await chooseOrganization("south", queryClient);
    answer("figures of the north");

    expect(await late).toBe("cancelled");
    expect(queryClient.getQueryCache().getAll().map(({ queryKey }) => queryKey)).toEqual([meQuery.queryKey]);
    expect(getOrganizationId()).toBe("south");
  });

  it("begins the page anew, so that what is shown is read again in the new one's name", async () => {
    const queryClient = newQueryClient();
    setOrganizationId("north");
    answerMe([north, south]);
    function Figures() {
      const { data } = useQuery({ queryKey: ["figures"], queryFn: () => Promise.resolve(`figures of the ${getOrganizationId()}`) });
      return <p>{data}</p>;
    }
    function Shell() {
      return <Figures key={useOrganizationId()} />;
    }
    render(
      <QueryClientProvider client={queryClient}>
        <Shell />
      </QueryClientProvider>,
    );
    await screen.findByText("figures of the north");
    await act(() => chooseOrganization("south", queryClient));
    await screen.findByText("figures of the south");
    expect(screen.queryByText("figures of the north")).toBeNull();
  });

  it("happens by itself for whoever no longer belongs to the one they were in", async () => {
    setOrganizationId("gone");
    answerMe([south]);
    function Shell() {
      useStillMember();
      return <p>{useMe().organization?.name}</p>;
    }
    render(
      <QueryClientProvider client={newQueryClient()}>
        <Shell />
      </QueryClientProvider>,
    );
    await waitFor(() => expect(getOrganizationId()).toBe("south"));
  });
});
