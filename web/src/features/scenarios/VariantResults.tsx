import { useQuery } from "@tanstack/react-query";
import { Trophy } from "lucide-react";
import { ProblemNotice } from "@/components/Notice";
import { Badge } from "@/components/ui/Badge";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th } from "@/components/ui/Table";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { type StepComparison, variantsQuery } from "./queries";
import { texts } from "./texts";

/** How the compared ways fare; nothing is shown when none is compared. */
export function VariantResults({ scenarioId }: { scenarioId: string }) {
  const t = useTexts(texts);
  const query = useQuery(variantsQuery(scenarioId));
  if (query.isError) return <ProblemNotice error={query.error} />;
  if (!query.data || query.data.length === 0) return null;
  return (
    <section className="mt-8 space-y-6 border-t border-line pt-6">
      <h3 className="font-semibold">{t.comparisons}</h3>
      {query.data.map((comparison) => (
        <Comparison key={comparison.step_id} comparison={comparison} />
      ))}
    </section>
  );
}

function Comparison({ comparison }: { comparison: StepComparison }) {
  const t = useTexts(texts);
  const format = useFormat();
  const highest = Math.max(0.01, ...comparison.variants.map(({ rate_high }) => rate_high ?? 0));
  return (
    <div>
      <div className="mb-2 flex flex-wrap items-center gap-2">
        <h4 className="font-medium">{t.stepNumber(comparison.position)}</h4>
        {comparison.winner === null ? (
          <Badge>{t.undecided(comparison.minimum_sample)}</Badge>
        ) : (
          <Badge tone="good">
            <Trophy className="size-3.5" aria-hidden /> {t.won(comparison.winner, comparison.decided_at === null ? null : format.date(comparison.decided_at))}
          </Badge>
        )}
      </div>
      <div tabIndex={0} role="region" aria-label={t.stepNumber(comparison.position)} className="overflow-x-auto rounded-lg border border-line">
        <Table>
          <thead className="border-b border-line bg-sunken/60">
            <tr>
              <Th>{t.way}</Th>
              <Th className="text-right">{t.sent}</Th>
              <Th className="text-right">{t.replied}</Th>
              <Th className="text-right max-sm:hidden">{t.positive}</Th>
              <Th>{t.measure[comparison.measure]}</Th>
            </tr>
          </thead>
          <tbody>
            {comparison.variants.map((way) => (
              <tr key={way.variant} className={cn("border-b border-line last:border-0", way.variant === comparison.winner && "bg-good-soft/50")}>
                <Td className="max-w-64">
                  <span className="font-semibold">{way.variant}</span>{" "}
                  <span className="text-ink-muted max-sm:hidden">{way.objective}</span>
                </Td>
                <Td className="text-right">{format.number(way.sent)}</Td>
                <Td className="text-right">{format.number(way.replied)}</Td>
                <Td className="text-right max-sm:hidden">{format.number(way.positive)}</Td>
                <Td className="min-w-36">
                  {way.rate === null || way.rate_low === null || way.rate_high === null ? (
                    <span className="text-ink-muted">{t.noRate}</span>
                  ) : (
                    <>
                      <span className="font-medium">{format.percent(way.rate)}</span>{" "}
                      <span className="text-xs whitespace-nowrap text-ink-muted">{t.between(format.percent(way.rate_low), format.percent(way.rate_high))}</span>
                      <span aria-hidden className="relative mt-1 block h-1.5 rounded-full bg-sunken">
                        <span
                          className="absolute inset-y-0 rounded-full bg-primary/50"
                          style={{ left: `${(way.rate_low / highest) * 100}%`, right: `${100 - (way.rate_high / highest) * 100}%` }}
                        />
                      </span>
                    </>
                  )}
                </Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </div>
      <p className="mt-2 text-[0.8125rem] text-ink-muted" lang="en">
        {comparison.explanation}
      </p>
    </div>
  );
}
