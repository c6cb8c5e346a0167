import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { meGet, organizationsGet } from "@/api";
import { getOrganizationId, setOrganizationId, useOrganizationId } from "./organization";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => meGet({ signal }),
  staleTime: 5 * 60_000,
});

export const organizationQuery = queryOptions({
  queryKey: ["organization"],
  queryFn: ({ signal }) => organizationsGet({ signal }),
});

const ofAnOrganization = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[0] !== meQuery.queryKey[0] };

/** Works in another of the person's organisations from now on: nothing of the one before stays in memory. */
export async function chooseOrganization(organizationId: string, queryClient: QueryClient): Promise<void> {
  await queryClient.cancelQueries(ofAnOrganization);
  queryClient.removeQueries(ofAnOrganization);
  setOrganizationId(organizationId);
}

/** Before anything is asked in an organisation's name there has to be one: who belongs to several is told to choose. */
export async function requireOrganization(queryClient: QueryClient): Promise<void> {
  if (getOrganizationId() !== null) return;
  const { organizations } = await queryClient.query(meQuery);
  if (organizations[0]) setOrganizationId(organizations[0].id);
}

/** The signed-in person, their organisations, and the one they work in (undefined while loading or when there is none). */
export function useMe() {
  const query = useQuery(meQuery);
  const organizations = query.data?.organizations ?? [];
  const chosen = useOrganizationId();
  const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];
  return { ...query, organizations, organization };
}

/** Leaves an organisation that the person no longer belongs to for one that they do; used once, by the shell. */
export function useStillMember(): void {
  const queryClient = useQueryClient();
  const chosen = useOrganizationId();
  const { organization, isFetching } = useMe();
  const organizationId = organization?.id;
  useEffect(() => {
    if (!isFetching && organizationId !== undefined && organizationId !== chosen) void chooseOrganization(organizationId, queryClient);
  }, [organizationId, chosen, isFetching, queryClient]);
}

const writers = ["owner", "admin", "member"];
const administrators = ["owner", "admin"];

/** What the person's role lets them do here. The gateway decides again on every call; this only hides dead buttons. */
export function useMay() {
  const { organization } = useMe();
  const role = organization?.role ?? "";
  return { write: writers.includes(role), administer: administrators.includes(role), own: role === "owner" };
}
