import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/Badge";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { RetentionReport } from "./queries";
import { texts } from "./texts";

const tones: Record<RetentionReport["status"], Tone> = { announced: "accent", approved: "primary", acted: "neutral" };

export function ReportRow({ report }: { report: RetentionReport }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <li className="relative flex items-center gap-4 px-4 py-4 hover:bg-sunken/50 sm:px-6">
      <div className="min-w-0 flex-1">
        <Link to="/data-protection" search={{ report: report.id }} resetScroll={false} className="font-medium after:absolute after:inset-0">
          {t.silent(report.people_count, report.retention_months)}
        </Link>
        <p className="text-[0.8125rem] text-ink-muted">
          {report.status === "acted" && report.acted_at !== null
            ? t.actedAt(format.date(report.acted_at), report.erased_count)
            : t.actsAt(format.date(report.acts_at), report.due_count)}
          {report.held_count > 0 && ` · ${t.held(report.held_count)}`}
          {report.spared_count > 0 && ` · ${t.spared(report.spared_count)}`}
        </p>
      </div>
      <Badge tone={tones[report.status]}>{t.reportStatus[report.status]}</Badge>
      <ChevronRight className="size-4 shrink-0 text-ink-faint" aria-hidden />
    </li>
  );
}
