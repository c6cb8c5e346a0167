import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { cn } from "./ui/cn";

/** Qualified from 60, to be nurtured from 40, below that rejected: the same lines the gateway draws. */
export function ScoreBadge({ score, className }: { score: number | null | undefined; className?: string }) {
  const t = useTexts(texts);
  if (score == null) {
    return (
      <span className={cn("text-ink-faint", className)}>
        <span aria-hidden>—</span>
        <span className="sr-only">{t.noScore}</span>
      </span>
    );
  }
  const tone = score >= 60 ? "bg-good-soft text-good-ink" : score >= 40 ? "bg-accent-soft text-accent-ink" : "bg-sunken text-ink-muted";
  return (
    <span
      className={cn("inline-flex h-6 min-w-9 items-center justify-center rounded-md px-1.5 text-xs font-semibold tabular-nums", tone, className)}
    >
      <span aria-hidden>{score}</span>
      <span className="sr-only">{t.score(score)}</span>
    </span>
  );
}
