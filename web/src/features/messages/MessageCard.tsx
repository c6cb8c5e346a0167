import { Check, Ellipsis, Pencil, RefreshCw, X } from "lucide-react";
import { useState } from "react";
import { ChannelIcon } from "@/components/ChannelIcon";
import { Notice } from "@/components/Notice";
import { ScoreBadge } from "@/components/ScoreBadge";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Checkbox } from "@/components/ui/Field";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { cn } from "@/components/ui/cn";
import { messageTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { isOpen } from "./isOpen";
import type { Message } from "./queries";
import { texts } from "./texts";

const longBody = 420;
const manyLines = 7;

export type MessageAct = "approve" | "edit" | "reject" | "regenerate" | "retry" | "complete" | "settle-sent" | "settle-not-sent";

type MessageCardProps = {
  message: Message;
  current: boolean;
  selected: boolean;
  mayAct: boolean;
  busy: boolean;
  onSelect: (selected: boolean) => void;
  onFocus: () => void;
  onAct: (act: MessageAct) => void;
};

export function MessageCard({ message, current, selected, mayAct, busy, onSelect, onFocus, onAct }: MessageCardProps) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const format = useFormat();
  const [expanded, setExpanded] = useState(false);
  const isLong = message.body.length > longBody || message.body.split("\n").length > manyLines;
  const acts = mayAct && isOpen(message);
  const told = [message.failure_reason, message.rejected_reason, message.cancelled_reason].filter((reason) => reason !== null && reason !== "");
  const why = message.reasons.length > 0 ? message.reasons : told;

  return (
    <article
      data-message={message.id}
      tabIndex={-1}
      onFocus={onFocus}
      aria-label={`${t.to} ${message.prospect_name}`}
      className={cn(
        "scroll-my-24 rounded-xl border bg-surface p-4 shadow-card transition-colors outline-none sm:p-6",
        current ? "border-primary ring-1 ring-primary" : "border-line",
      )}
    >
      <div className="flex items-start gap-3">
        {acts && (
          <Checkbox
            className="mt-2.5"
            checked={selected}
            aria-label={t.select(message.prospect_name)}
            onChange={(event) => onSelect(event.target.checked)}
          />
        )}
        <Avatar name={message.prospect_name} className="hidden sm:inline-flex" />
        <div className="min-w-0 flex-1">
          <p className="truncate font-semibold">{message.prospect_name}</p>
          <p className="truncate text-[0.8125rem] text-ink-muted">
            {[message.prospect_title, message.company_name].filter(Boolean).join(" · ")}
          </p>
        </div>
        <div className="flex shrink-0 items-center gap-2">
          <ScoreBadge score={message.score} />
          <Badge tone={messageTone[message.status]}>{label(words.messageStatus, message.status)}</Badge>
        </div>
      </div>

      <div className="mt-4 sm:pl-12">
        <p className="font-medium text-balance">{message.subject === "" ? (message.channel === "email" ? t.noSubject : null) : message.subject}</p>
        <p className={cn("mt-1.5 max-w-[68ch] leading-6 break-words whitespace-pre-wrap text-ink-muted", isLong && !expanded && "line-clamp-5")}>
          {isLong && !expanded ? message.body.replace(/\n{2,}/g, "\n") : message.body}
        </p>
        {isLong && (
          <button type="button" onClick={() => setExpanded(!expanded)} className="mt-1 text-[0.8125rem] font-medium text-primary-ink hover:underline">
            {expanded ? t.showLess : t.showMore}
          </button>
        )}
        {why.length > 0 && (
          <Notice tone={message.status === "failed" ? "bad" : "accent"} className="mt-3 max-w-[68ch]">
            {why.join(" ")}
          </Notice>
        )}

        <div className="mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-xs text-ink-muted">
            <span className="inline-flex items-center gap-1.5">
              <ChannelIcon channel={message.channel} className="size-3.5" />
              {label(words.channel, message.channel)}
              {message.step_position !== null && <> · {t.step(message.step_position)}</>}
            </span>
            <span>{t.writtenBy(label(words.writtenBy, message.source))}</span>
            <time dateTime={message.sent_at ?? message.created_at}>{format.relative(message.sent_at ?? message.created_at)}</time>
            <span className="max-w-48 truncate">{message.campaign_name}</span>
          </p>
          {mayAct && <AfterActs message={message} busy={busy} onAct={onAct} />}
          {acts && (
            <div className="flex items-center gap-2">
              <Menu
                trigger={
                  <Button look="quiet" size="iconSm" aria-label={t.more} disabled={busy}>
                    <Ellipsis aria-hidden />
                  </Button>
                }
              >
                <MenuItem onSelect={() => onAct("regenerate")}>
                  <RefreshCw aria-hidden /> {t.regenerate}
                </MenuItem>
                <MenuItem danger onSelect={() => onAct("reject")}>
                  <X aria-hidden /> {t.reject}
                </MenuItem>
              </Menu>
              <Button size="sm" disabled={busy} onClick={() => onAct("edit")}>
                <Pencil aria-hidden /> {t.edit}
              </Button>
              <Button size="sm" look="primary" disabled={busy || message.status === "approved"} onClick={() => onAct("approve")}>
                <Check aria-hidden /> {t.approve}
              </Button>
            </div>
          )}
        </div>
      </div>
    </article>
  );
}

/** What is left for a person once a message has left the desk: try again, say what happened, or do it by hand. */
function AfterActs({ message, busy, onAct }: Pick<MessageCardProps, "message" | "busy" | "onAct">) {
  const t = useTexts(texts);
  const acts: [MessageAct, string][] =
    message.status === "failed"
      ? [["retry", t.retry]]
      : message.status === "ambiguous"
        ? [
            ["settle-not-sent", t.notSent],
            ["settle-sent", t.wasSent],
          ]
        : message.channel === "linkedin" && message.status === "scheduled"
          ? [["complete", t.complete]]
          : [];
  return acts.map(([act, text]) => (
    <Button key={act} size="sm" disabled={busy} onClick={() => onAct(act)}>
      {text}
    </Button>
  ));
}
