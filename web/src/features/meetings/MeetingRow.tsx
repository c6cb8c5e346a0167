import { Link } from "@tanstack/react-router";
import { CalendarX2, CircleCheck, Ellipsis, UserX, Video } from "lucide-react";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/Menu";
import { cn } from "@/components/ui/cn";
import { meetingTone, vocabulary } from "@/components/vocabulary";
import { useNow } from "@/i18n/useNow";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import type { Meeting } from "./queries";
import { texts } from "./texts";

export function whoOf(meeting: Meeting): string {
  return meeting.prospect_name ?? (meeting.attendee_name || meeting.attendee_email);
}

type MeetingRowProps = { meeting: Meeting; onCancel: () => void; onOutcome: (status: "completed" | "no_show") => void };

export function MeetingRow({ meeting, onCancel, onOutcome }: MeetingRowProps) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const may = useMay();
  const now = useNow();
  const start = new Date(meeting.start_at);
  const end = new Date(meeting.end_at);
  const minutes = Math.round((end.getTime() - start.getTime()) / 60_000);
  const live = meeting.status === "scheduled" || meeting.status === "reschedule_requested";
  const begun = start.getTime() <= now;
  const over = end.getTime() <= now;
  const who = whoOf(meeting);

  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 px-4 py-4 sm:px-6">
      <div className="w-24 shrink-0">
        <p className={cn("text-base font-semibold tabular-nums", meeting.status === "cancelled" && "text-ink-muted line-through")}>
          {format.time(start)}
        </p>
        <p className="text-xs text-ink-muted">{t.minutes(minutes)}</p>
      </div>
      <div className="min-w-0 flex-1 basis-48">
        <p className="truncate font-medium">
          {meeting.prospect_id === null ? (
            who
          ) : (
            <Link to="/prospects" search={{ prospect: meeting.prospect_id }} className="hover:underline">
              {who}
            </Link>
          )}
        </p>
        <p className="truncate text-[0.8125rem] text-ink-muted">{[meeting.company_name, meeting.title].filter(Boolean).join(" · ")}</p>
        {meeting.cancellation_reason !== null && meeting.cancellation_reason !== "" && (
          <p className="text-xs text-ink-muted">{t.cancelledBecause(meeting.cancellation_reason)}</p>
        )}
      </div>
      <div className="flex items-center gap-2">
        {meeting.moved_times > 0 && <span className="text-xs text-ink-muted">{t.moved(meeting.moved_times)}</span>}
        <Badge tone={meetingTone[meeting.status]}>{label(words.meetingStatus, meeting.status)}</Badge>
      </div>
      <div className="flex min-w-28 items-center justify-end gap-2 max-sm:w-full">
        {live && !over && meeting.video_url !== null && /^https?:\/\//i.test(meeting.video_url) && (
          <Button asChild size="sm" look="primary">
            <a href={meeting.video_url} target="_blank" rel="noreferrer noopener" aria-label={t.joinWith(who)}>
              <Video aria-hidden /> {t.join}
            </a>
          </Button>
        )}
        {live && may.write && (
          <Menu
            trigger={
              <Button look="quiet" size="iconSm" aria-label={t.more}>
                <Ellipsis aria-hidden />
              </Button>
            }
          >
            {begun && (
              <>
                <MenuItem onSelect={() => onOutcome("completed")}>
                  <CircleCheck aria-hidden /> {t.held}
                </MenuItem>
                <MenuItem onSelect={() => onOutcome("no_show")}>
                  <UserX aria-hidden /> {t.missed}
                </MenuItem>
                <MenuSeparator />
              </>
            )}
            <MenuItem danger onSelect={onCancel}>
              <CalendarX2 aria-hidden /> {t.cancel}
            </MenuItem>
          </Menu>
        )}
      </div>
    </li>
  );
}
