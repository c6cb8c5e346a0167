import { Link } from "@tanstack/react-router";
import { ChevronRight, CircleCheckBig, Inbox, Mail } from "lucide-react";
import { Card, CardHeader } from "@/components/ui/Card";
import { useTexts } from "@/i18n/texts";
import type { DashboardStats } from "./queries";
import { texts } from "./texts";

const rowStyles = "flex items-center gap-3 rounded-lg px-3 py-3 font-medium transition-colors hover:bg-sunken";
const iconStyles = "flex size-9 items-center justify-center rounded-lg bg-accent-soft text-accent-ink [&_svg]:size-4.5";

export function TodoCard({ stats }: { stats: DashboardStats }) {
  const t = useTexts(texts);
  const nothing = stats.pending_messages === 0 && stats.open_review_items === 0;
  return (
    <Card>
      <CardHeader title={t.todo} />
      <div className="p-2 sm:px-3 sm:pt-2 sm:pb-3">
        {stats.pending_messages > 0 && (
          <Link to="/messages" className={rowStyles}>
            <span className={iconStyles}>
              <Mail aria-hidden />
            </span>
            <span className="flex-1">{t.pending(stats.pending_messages)}</span>
            <ChevronRight className="size-4 text-ink-faint" aria-hidden />
          </Link>
        )}
        {stats.open_review_items > 0 && (
          <Link to="/review" className={rowStyles}>
            <span className={iconStyles}>
              <Inbox aria-hidden />
            </span>
            <span className="flex-1">{t.reviews(stats.open_review_items)}</span>
            <ChevronRight className="size-4 text-ink-faint" aria-hidden />
          </Link>
        )}
        {nothing && (
          <p className="flex items-center gap-3 px-3 py-3 text-ink-muted">
            <CircleCheckBig className="size-5 text-good-ink" aria-hidden /> {t.nothingTodo}
          </p>
        )}
      </div>
    </Card>
  );
}
