import { useQuery } from "@tanstack/react-query";
import { Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ErrorState } from "@/components/ErrorState";
import { Button } from "@/components/ui/Button";
import { Card } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { EndpointRow } from "./EndpointRow";
import { OpenEndpointDialog } from "./OpenEndpointDialog";
import { endpointsQuery } from "./queries";
import { texts } from "./texts";

export function Endpoints() {
  const t = useTexts(texts);
  const query = useQuery(endpointsQuery);
  const [opening, setOpening] = useState(false);
  const open = (
    <Button look="primary" onClick={() => setOpening(true)}>
      <Plus aria-hidden /> {t.open}
    </Button>
  );
  return (
    <div className="max-w-4xl space-y-4">
      {query.isPending ? (
        <Card>
          <SkeletonRows rows={3} />
        </Card>
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.length === 0 ? (
        <EmptyState icon={Webhook} title={t.noEndpoints} text={t.endpointsHint}>
          {open}
        </EmptyState>
      ) : (
        <>
          <div className="flex flex-wrap items-center justify-between gap-4">
            <p className="max-w-xl text-ink-muted">{t.endpointsHint}</p>
            {open}
          </div>
          <Card>
            <ul className="divide-y divide-line">
              {query.data.map((endpoint) => (
                <EndpointRow key={endpoint.id} endpoint={endpoint} />
              ))}
            </ul>
          </Card>
        </>
      )}
      {opening && <OpenEndpointDialog onClose={() => setOpening(false)} />}
    </div>
  );
}
