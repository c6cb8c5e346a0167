import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type ScenarioPatch,
  scenariosCreate,
  scenariosDelete,
  scenariosGet,
  scenariosList,
  scenariosPutSteps,
  scenariosUpdate,
  scenariosVariants,
  type StepsPut,
} from "@/api";

export type { Scenario, Step, StepChange, StepComparison, StepsEffect, StepsPut, VariantResult } from "@/api";

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

export function variantsQuery(id: string) {
  return queryOptions({
    queryKey: ["scenarios", "variants", id],
    queryFn: async ({ signal }) => (await scenariosVariants({ signal, path: { scenario_id: id } })).items,
  });
}

export function useScenarioActs(id: string) {
  const queryClient = useQueryClient();
  const path = { scenario_id: id };
  const onSettled = () => queryClient.invalidateQueries({ queryKey: ["scenarios"] });
  return {
    copy: useMutation({ mutationFn: (name: string) => scenariosCreate({ body: { name, copy_of: id } }), onSettled }),
    update: useMutation({ mutationFn: (body: ScenarioPatch) => scenariosUpdate({ path, body }), onSettled }),
    putSteps: useMutation({ mutationFn: (body: StepsPut) => scenariosPutSteps({ path, body }), onSettled }),
    remove: useMutation({ mutationFn: () => scenariosDelete({ path }), onSettled }),
  };
}
