import { useQuery } from "@tanstack/react-query";
import { useForm } from "react-hook-form";
import { ErrorState } from "@/components/ErrorState";
import { IcpFields, type IcpValues } from "@/components/IcpFields";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { type Icp, icpQuery, usePutIcp } from "./queries";
import { texts } from "./texts";

export function IcpTab() {
  const query = useQuery(icpQuery);
  if (query.isPending) return <Skeleton className="h-80 max-w-4xl rounded-xl" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return <IcpForm icp={query.data} />;
}

function valuesOf(icp: Icp): { icp: IcpValues } {
  const { industries = [], job_titles = [], company_sizes = [], locations = [], technologies = [], pains = [] } = icp;
  return { icp: { industries, job_titles, company_sizes, locations, technologies, pains } };
}

function IcpForm({ icp }: { icp: Icp }) {
  const t = useTexts(texts);
  const may = useMay();
  const put = usePutIcp();
  const form = useForm({ defaultValues: valuesOf(icp) });
  const save = form.handleSubmit((values) =>
    put.mutate(
      { name: icp.name, ...values.icp },
      {
        onSuccess: (saved) => {
          form.reset(valuesOf(saved));
          toastResult(t.saved);
        },
      },
    ),
  );
  return (
    <form className="max-w-4xl space-y-4" onSubmit={(event) => void save(event)}>
      <p className="text-ink-muted">{t.icpHint}</p>
      <Card className="p-4 sm:p-6">
        <fieldset disabled={!may.write}>
          <IcpFields control={form.control} />
        </fieldset>
      </Card>
      <ProblemNotice error={put.error} />
      {may.write && (
        <Button type="submit" look="primary" busy={put.isPending} disabled={!form.formState.isDirty}>
          {t.save}
        </Button>
      )}
    </form>
  );
}
