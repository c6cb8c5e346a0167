import { useQuery } from "@tanstack/react-query";
import { ErrorState } from "@/components/ErrorState";
import { Notice } from "@/components/Notice";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { CredentialRow } from "./CredentialRow";
import { credentialsQuery, type ServiceName } from "./queries";
import { texts } from "./texts";

/** What every campaign needs comes first; the others follow in the order of the API. */
const firstServices: readonly ServiceName[] = ["phantombuster", "instantly", "calcom", "anthropic", "openai"];

function rank(service: ServiceName): number {
  const at = firstServices.indexOf(service);
  return at === -1 ? firstServices.length : at;
}

export function CredentialsTab() {
  const t = useTexts(texts);
  const may = useMay();
  const query = useQuery(credentialsQuery);
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div className="max-w-4xl space-y-4">
      <p className="text-ink-muted">{t.keysHint}</p>
      {!may.administer && !query.isPending && <Notice tone="info">{t.readOnly}</Notice>}
      <Card>
        {query.isPending ? (
          <SkeletonRows />
        ) : (
          <ul className="divide-y divide-line">
            {[...query.data.services].sort((one, other) => rank(one) - rank(other)).map((service) => (
              <CredentialRow
                key={service}
                service={service}
                credential={query.data.items.find(({ service_name }) => service_name === service)}
                editable={may.administer}
              />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}
