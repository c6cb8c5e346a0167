import { Ellipsis, TrendingUp } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/Menu";
import { Progress } from "@/components/ui/Progress";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { Mailbox, MailboxPatch } from "./queries";
import { texts } from "./texts";

const healthTones: Record<Mailbox["health"], Tone> = { healthy: "good", warned: "accent", paused: "bad" };

type MailboxRowProps = {
  mailbox: Mailbox;
  editable: boolean;
  onChange: (change: MailboxPatch) => void;
  onEdit: () => void;
  onRemove: () => void;
};

/** Paused by the watch over bounces, or by a person: the first is lifted knowingly, the second switched on again. */
export function MailboxRow({ mailbox, editable, onChange, onEdit, onRemove }: MailboxRowProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const cap = mailbox.effective_daily_cap;
  const warming = cap < mailbox.daily_cap;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 sm:gap-x-6 px-4 py-4 sm:px-6" data-mailbox={mailbox.address}>
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium">{mailbox.address}</p>
        <p className="truncate text-[0.8125rem] text-ink-muted">
          {[
            label(t.providerName, mailbox.provider),
            mailbox.display_name,
            mailbox.bounce_rate === null ? null : t.bounceRate(format.percent(mailbox.bounce_rate)),
            mailbox.last_sent_at === null ? null : t.lastSent(format.relative(mailbox.last_sent_at)),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {mailbox.health !== "healthy" && mailbox.health_reason !== null && (
          <p className="text-[0.8125rem] text-bad-ink" lang="en">
            {mailbox.health_reason}
          </p>
        )}
      </div>
      <div className="w-36 sm:w-44">
        <Progress value={cap === 0 ? 0 : mailbox.sent_today / cap} label={t.sentToday(mailbox.sent_today, cap)} />
        <p className="mt-1 text-xs text-ink-muted tabular-nums">{t.sentToday(mailbox.sent_today, cap)}</p>
        {warming && (
          <p className="mt-0.5 flex items-center gap-1 text-xs text-accent-ink">
            <TrendingUp className="size-3.5" aria-hidden /> {t.warmingTo(mailbox.daily_cap)}
          </p>
        )}
      </div>
      <Badge tone={mailbox.is_active ? healthTones[mailbox.health] : "neutral"} dot>
        {mailbox.is_active ? label(t.health, mailbox.health) : t.off}
      </Badge>
      {editable && (
        <Menu
          trigger={
            <Button look="quiet" size="iconSm" aria-label={`${t.more}: ${mailbox.address}`}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          {mailbox.health === "paused" && <MenuItem onSelect={() => onChange({ health: "healthy" })}>{t.resume}</MenuItem>}
          <MenuItem onSelect={() => onChange({ is_active: !mailbox.is_active })}>{mailbox.is_active ? t.turnOff : t.turnOn}</MenuItem>
          <MenuItem onSelect={onEdit}>{t.editMailbox}</MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={onRemove}>
            {t.deleteMailbox}
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}
