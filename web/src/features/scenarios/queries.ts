import { queryOptions } from "@tanstack/react-query";
import { scenariosGet, scenariosList } from "@/api";

export const scenariosQuery = queryOptions({
  queryKey: ["scenarios", "list"],
  queryFn: ({ signal }) => scenariosList({ signal }),
});

export function scenarioQuery(id: string) {
  return queryOptions({
    queryKey: ["scenarios", "detail", id],
    queryFn: ({ signal }) => scenariosGet({ signal, path: { scenario_id: id } }),
  });
}
