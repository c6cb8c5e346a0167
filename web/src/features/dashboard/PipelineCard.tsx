import { lazy, Suspense } from "react";
import { Card, CardHeader } from "@/components/ui/Card";
import { Skeleton } from "@/components/ui/Skeleton";
import { Table, Td, Th } from "@/components/ui/Table";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { DayFigures } from "./queries";
import { texts } from "./texts";

/** Loaded after the figures: the drawing library weighs as much as the rest of the page. */
const PipelineChart = lazy(() => import("./PipelineChart"));

const chartPlace = <Skeleton className="mx-2 h-[18.75rem]" />;

export const series = ["found", "qualified", "sent", "replied", "meetings"] as const;

export function PipelineCard({ daily }: { daily: readonly DayFigures[] | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  const empty = daily?.every((day) => series.every((name) => day[name] === 0));
  return (
    <Card>
      <CardHeader title={t.pipeline} hint={t.pipelineHint} />
      <div className="px-2 pt-4 pb-2 sm:px-4">
        {daily === undefined ? (
          chartPlace
        ) : empty === true ? (
          <p className="flex h-64 items-center justify-center text-ink-muted">{t.noDays}</p>
        ) : (
          <Suspense fallback={chartPlace}>
            <PipelineChart daily={daily} />
          </Suspense>
        )}
      </div>
      {daily !== undefined && empty === false && (
        <details className="border-t border-line px-4 py-3 sm:px-6">
          <summary className="cursor-pointer text-[0.8125rem] text-ink-muted">{t.showTable}</summary>
          <div className="mt-2 max-h-72 overflow-auto" tabIndex={0} role="region" aria-label={t.pipeline}>
            <Table className="text-[0.8125rem]">
              <thead>
                <tr>
                  <Th className="first:pl-0 sm:first:pl-0">{t.day}</Th>
                  {series.map((name) => (
                    <Th key={name} className="text-right">
                      {label(t.chart, name)}
                    </Th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {[...daily].reverse().map((day) => (
                  <tr key={day.day} className="border-t border-line">
                    <Td className="py-1.5 first:pl-0 sm:first:pl-0">{format.date(day.day)}</Td>
                    {series.map((name) => (
                      <Td key={name} className="py-1.5 text-right">
                        {format.number(day[name])}
                      </Td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </Table>
          </div>
        </details>
      )}
    </Card>
  );
}
