import { ArrowDownRight, ArrowUpRight, Minus } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";
import { Skeleton } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { DashboardStats, Figure } from "./queries";
import { texts } from "./texts";

/** The four figures; their places and names are there before the numbers are. */
export function Figures({ stats }: { stats: DashboardStats | undefined }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <section aria-label={t.figures} className="grid grid-cols-2 gap-3 sm:gap-4 lg:grid-cols-4">
      <FigureCard title={t.prospects} figure={stats?.prospects} />
      <FigureCard title={t.qualified} figure={stats?.qualified} note={t.qualifiedHint} />
      <FigureCard title={t.sent} figure={stats?.sent} note={stats?.reply_rate == null ? undefined : t.replyRate(format.percent(stats.reply_rate))} />
      <FigureCard title={t.meetings} figure={stats?.meetings} note={stats !== undefined && stats.upcoming_meetings > 0 ? t.upcoming(stats.upcoming_meetings) : undefined} />
    </section>
  );
}

function FigureCard({ title, figure, note }: { title: string; figure: Figure | undefined; note?: ReactNode }) {
  const format = useFormat();
  return (
    <div className="rounded-xl border border-line bg-surface p-4 shadow-card sm:p-5">
      <p className="text-[0.8125rem] font-medium text-ink-muted">{title}</p>
      <div className="mt-2 flex flex-wrap items-baseline gap-x-3 gap-y-1">
        {figure === undefined ? (
          <Skeleton className="h-7 w-20 sm:h-8" />
        ) : (
          <>
            <p className="text-[1.75rem] leading-none font-semibold tracking-tight tabular-nums sm:text-[2rem]" data-figure>
              {format.number(figure.value)}
            </p>
            <Change figure={figure} />
          </>
        )}
      </div>
      <p className="mt-2 min-h-4 text-xs text-ink-muted">{note}</p>
    </div>
  );
}

function Change({ figure }: { figure: Figure }) {
  const t = useTexts(texts);
  const format = useFormat();
  if (figure.change_percent === null) return null;
  const change = figure.change_percent / 100;
  const Icon = change > 0 ? ArrowUpRight : change < 0 ? ArrowDownRight : Minus;
  return (
    <p
      title={t.against}
      className={cn("inline-flex items-center gap-0.5 text-xs font-medium tabular-nums", change > 0 ? "text-good-ink" : change < 0 ? "text-bad-ink" : "text-ink-muted")}
    >
      <Icon className="size-3.5" aria-hidden />
      {format.change(change)}
      <span className="sr-only">{t.against}</span>
    </p>
  );
}
