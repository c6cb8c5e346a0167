import { Gauge } from "lucide-react";
import { EmptyState } from "@/components/EmptyState";
import { Notice } from "@/components/Notice";
import { Badge } from "@/components/ui/Badge";
import { Progress } from "@/components/ui/Progress";
import { vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { mostPoints, readCriteria } from "./facts";
import type { Prospect } from "./queries";
import { texts } from "./texts";

/** BANT with the evidence behind each letter; what is unknown says so. */
export function ScoreTab({ prospect }: { prospect: Prospect }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const { qualification } = prospect;
  if (!qualification) return <EmptyState icon={Gauge} title={t.notScored} className="py-10" />;

  return (
    <div className="space-y-6">
      <div className="flex items-center gap-5">
        <p className="text-5xl font-semibold tracking-tight tabular-nums">{qualification.score}</p>
        <div>
          <Badge tone={qualification.decision === "qualified" ? "good" : qualification.decision === "nurture" ? "accent" : "neutral"}>
            {label(t.decision, qualification.decision)}
          </Badge>
          <p className="mt-1.5 text-[0.8125rem] text-ink-muted">
            {t.scoredBy(label(words.writtenBy, qualification.source), format.date(qualification.created_at))}
          </p>
        </div>
      </div>
      {qualification.needs_review && <Notice tone="accent">{qualification.review_reason ?? t.needsReview}</Notice>}
      <ul className="space-y-5">
        {readCriteria(qualification.criteria).map((criterion) => {
          const name = label(words.criterion, criterion.name);
          return (
            <li key={criterion.name}>
              <div className="mb-1.5 flex items-baseline justify-between gap-4">
                <span className="font-medium">{name}</span>
                <span className="text-[0.8125rem] text-ink-muted tabular-nums">{t.ofPoints(criterion.points, mostPoints)}</span>
              </div>
              <Progress value={criterion.points / mostPoints} label={name} barClassName={criterion.known ? undefined : "bg-line-strong/60"} />
              <p className="mt-1.5 text-[0.8125rem] text-ink-muted">
                {criterion.known ? criterion.evidence : [t.notKnown, criterion.evidence].filter(Boolean).join(". ")}
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
