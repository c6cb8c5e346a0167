import { useQuery } from "@tanstack/react-query";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { type Erasure, peopleQuery, useDataProtectionActs, type VendorReport } from "./queries";
import { texts } from "./texts";

const tones: Record<Erasure["status"], Tone> = { queued: "accent", erased: "primary", done: "good", incomplete: "bad" };
const vendorTones: Record<VendorReport["status"], Tone> = { pending: "accent", done: "good", not_offered: "neutral", failed: "bad" };

/** What was done, here and at every vendor. Who it was is not known any more. */
export function ErasureCard({ erasure }: { erasure: Erasure }) {
  const t = useTexts(texts);
  const format = useFormat();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const { retry } = useDataProtectionActs();
  const by = people.find(({ user_id }) => user_id === erasure.requested_by);
  const rows = Object.values(erasure.counts as Record<string, number>).reduce((sum, count) => sum + count, 0);
  return (
    <li className="ui-card p-4 sm:p-6" data-erasure={erasure.status}>
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="font-semibold">{t.cause[erasure.cause]}</h2>
          <p className="text-[0.8125rem] text-ink-muted">
            {[
              format.dateTime(erasure.created_at),
              by && t.by(by.full_name || (by.email ?? "")),
              erasure.erased_at === null ? null : t.rowsErased(rows, seconds(erasure.created_at, erasure.erased_at)),
            ]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <Badge tone={tones[erasure.status]} dot>
          {t.erasureStatus[erasure.status]}
        </Badge>
      </div>
      {erasure.error !== null && (
        <Notice tone="bad" className="mt-3">
          <span lang="en">{erasure.error}</span>
        </Notice>
      )}
      <ul className="mt-4 divide-y divide-line border-t border-line">
        {erasure.vendors.map((vendor) => (
          <li key={vendor.vendor} className="flex flex-wrap items-start gap-x-4 gap-y-1 py-3">
            <p className="w-32 shrink-0 font-medium">{label(t.vendor, vendor.vendor)}</p>
            <div className="min-w-0 flex-1 basis-56 text-[0.8125rem]">
              {vendor.steps.map((step) => (
                <p key={step.act}>
                  {label(t.act, step.act)}
                  <span className="text-ink-muted">: {step.outcome === "done" ? t.stepDone(step.count) : t.stepNotOffered}</span>
                </p>
              ))}
              {vendor.error !== null && (
                <p className="break-words text-bad-ink" lang="en">
                  {vendor.error}
                </p>
              )}
            </div>
            <Badge tone={vendorTones[vendor.status]}>{t.vendorStatus[vendor.status]}</Badge>
          </li>
        ))}
      </ul>
      {erasure.status === "incomplete" && (
        <div className="mt-3 space-y-3">
          <ProblemNotice error={retry.error} />
          <Button size="sm" busy={retry.isPending} onClick={() => retry.mutate(erasure.id)}>
            {t.askAgain}
          </Button>
        </div>
      )}
    </li>
  );
}

function seconds(from: string, until: string): number {
  return Math.max(1, Math.round((new Date(until).getTime() - new Date(from).getTime()) / 1000));
}
