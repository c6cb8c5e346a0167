import { useQuery } from "@tanstack/react-query";
import { alertTexts } from "@/components/alertTexts";
import { Notice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { label, useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { alertsQuery, useResolveAlert } from "./queries";
import { texts } from "./texts";

const tones = { info: "info", warning: "accent", critical: "bad" } as const;
const shown = 3;

/** The open alerts, the gravest first. Nothing is rendered without one: silence is good news. */
export function Alerts() {
  const t = useTexts(texts);
  const words = useTexts(alertTexts);
  const may = useMay();
  const { data } = useQuery(alertsQuery);
  const resolve = useResolveAlert();
  const order = Object.keys(tones);
  const alerts = [...(data?.items ?? [])].sort((one, other) => order.indexOf(other.severity) - order.indexOf(one.severity)).slice(0, shown);
  if (alerts.length === 0) return null;
  return (
    <section aria-label={t.alerts} className="space-y-2">
      {alerts.map((alert) => (
        <Notice key={alert.id} tone={tones[alert.severity]}>
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1">
            <p className="line-clamp-2 min-w-0 flex-1 basis-72" title={alert.detail}>
              {words.advice ? (
                <>
                  <span className="font-semibold">{words.kind[alert.kind]}</span> · {label(t.workflow, alert.title)} · {words.advice[alert.kind]}
                </>
              ) : (
                <>
                  <span className="font-semibold">{label(t.workflow, alert.title)}</span> {alert.detail}
                </>
              )}
              {alert.occurrences > 1 && <> ({t.occurrences(alert.occurrences)})</>}
            </p>
            {may.write && (
              <Button look="quiet" size="sm" className="text-current" busy={resolve.isPending && resolve.variables === alert.id} onClick={() => resolve.mutate(alert.id)}>
                {t.resolve}
              </Button>
            )}
          </div>
        </Notice>
      ))}
    </section>
  );
}
