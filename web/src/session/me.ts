import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { meGet } from "@/api";
import { getOrganizationId, setOrganizationId } from "./organization";

export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: ({ signal }) => meGet({ signal }),
  staleTime: 5 * 60_000,
});

/** Works in another of the person's organisations from now on: everything shown is read again. */
export function chooseOrganization(organizationId: string, queryClient: QueryClient): void {
  setOrganizationId(organizationId);
  void queryClient.resetQueries();
}

/** The signed-in person, their organisations, and the one they work in (undefined while loading or when there is none). */
export function useMe() {
  const query = useQuery(meQuery);
  const organizations = query.data?.organizations ?? [];
  const chosen = getOrganizationId();
  const organization = organizations.find(({ id }) => id === chosen) ?? organizations[0];

  const organizationId = organization?.id;
  useEffect(() => {
    if (organizationId !== undefined) setOrganizationId(organizationId);
  }, [organizationId]);

  return { ...query, organizations, organization };
}

const writers = ["owner", "admin", "member"];
const administrators = ["owner", "admin"];

/** What the person's role lets them do here. The gateway decides again on every call; this only hides dead buttons. */
export function useMay() {
  const { organization } = useMe();
  const role = organization?.role ?? "";
  return { write: writers.includes(role), administer: administrators.includes(role) };
}
