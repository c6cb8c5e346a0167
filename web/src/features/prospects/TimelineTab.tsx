import { CalendarDays, CircleDot, Mail, MessageCircleReply, type LucideIcon, Sparkles } from "lucide-react";
import { vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { Prospect } from "./queries";
import { texts } from "./texts";

const icons: Record<Prospect["timeline"][number]["kind"], LucideIcon> = {
  status: CircleDot,
  message: Mail,
  reply: MessageCircleReply,
  meeting: CalendarDays,
  event: Sparkles,
};

export function TimelineTab({ prospect }: { prospect: Prospect }) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const known: Record<string, string> = { ...words.messageStatus, ...words.meetingStatus, ...words.enrollmentStatus };
  if (prospect.timeline.length === 0) return <p className="py-8 text-center text-ink-muted">{t.noActivity}</p>;
  return (
    <ol>
      {prospect.timeline.map((entry, index) => {
        const Icon = icons[entry.kind];
        return (
          <li key={`${entry.at}-${index}`} className="relative flex gap-3 pb-5 last:pb-0">
            {index < prospect.timeline.length - 1 && <span aria-hidden className="absolute top-8 bottom-0 left-4 w-px bg-line" />}
            <span className="flex size-8 shrink-0 items-center justify-center rounded-full bg-sunken text-ink-muted">
              <Icon className="size-4" aria-hidden />
            </span>
            <div className="min-w-0 flex-1 pt-1">
              <div className="flex flex-wrap items-baseline justify-between gap-x-4">
                <p className="font-medium">{known[entry.label] ?? entry.label}</p>
                <time dateTime={entry.at} className="text-xs text-ink-muted">
                  {format.dateTime(entry.at)}
                </time>
              </div>
              {entry.detail !== null && entry.detail !== "" && <p className="mt-0.5 text-[0.8125rem] break-words text-ink-muted">{entry.detail}</p>}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
