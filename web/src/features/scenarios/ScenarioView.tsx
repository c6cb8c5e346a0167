import { useQuery } from "@tanstack/react-query";
import { Pencil } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { ErrorState } from "@/components/ErrorState";
import { Notice } from "@/components/Notice";
import { ScenarioSteps } from "@/components/ScenarioSteps";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { scenarioQuery, type StepsEffect } from "./queries";
import { ScenarioMenu } from "./ScenarioMenu";
import { texts } from "./texts";
import { VariantResults } from "./VariantResults";

const StepsEditor = lazy(async () => ({ default: (await import("./StepsEditor")).StepsEditor }));

/** `onEdit`: the editor opens. */
export function ScenarioView({ id, onEdit }: { id: string; onEdit: () => void }) {
  const t = useTexts(texts);
  const may = useMay();
  const query = useQuery(scenarioQuery(id));
  const [editing, setEditing] = useState(false);
  const [effect, setEffect] = useState<StepsEffect>();
  if (query.isPending) return <Skeleton className="h-96 rounded-xl" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  const scenario = query.data;
  return (
    <Card className="p-4 sm:p-8">
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <h2 className="text-lg font-semibold tracking-tight">{scenario.name}</h2>
        {scenario.is_template && <Badge tone="primary">{t.template}</Badge>}
        {!scenario.is_active && <Badge>{t.inactive}</Badge>}
        {may.write && !editing && (
          <div className="ml-auto flex gap-2">
            <Button
              size="sm"
              onClick={() => {
                setEffect(undefined);
                setEditing(true);
                onEdit();
              }}
            >
              <Pencil aria-hidden /> {t.edit}
            </Button>
            <ScenarioMenu scenario={scenario} />
          </div>
        )}
      </div>
      {effect && (
        <Notice tone="good" className="mb-6">
          {t.effect(effect)}
        </Notice>
      )}
      {editing ? (
        <Suspense fallback={<Skeleton className="h-96 rounded-xl" />}>
          <StepsEditor
            scenario={scenario}
            onCancel={() => setEditing(false)}
            onSaved={(done) => {
              setEffect(done);
              setEditing(false);
            }}
          />
        </Suspense>
      ) : (
        <>
          <ScenarioSteps steps={scenario.steps} />
          <VariantResults scenarioId={scenario.id} />
        </>
      )}
    </Card>
  );
}
