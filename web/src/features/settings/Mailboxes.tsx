import { useQuery } from "@tanstack/react-query";
import { Ellipsis, Plus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorState } from "@/components/ErrorState";
import { ProblemNotice } from "@/components/Notice";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { Progress } from "@/components/ui/Progress";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { MailboxDialog } from "./MailboxDialog";
import { type Mailbox, mailboxesQuery, useMailboxActs } from "./queries";
import { texts } from "./texts";

const healthTones: Record<Mailbox["health"], Tone> = { healthy: "good", warned: "accent", paused: "bad" };

export function Mailboxes() {
  const t = useTexts(texts);
  const may = useMay();
  const query = useQuery(mailboxesQuery);
  const { update, remove } = useMailboxActs();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Mailbox>();

  return (
    <Card>
      <CardHeader title={t.mailboxes} hint={t.mailboxesHint}>
        {may.administer && (
          <Button size="sm" onClick={() => setAdding(true)}>
            <Plus aria-hidden /> {t.addMailbox}
          </Button>
        )}
      </CardHeader>
      <ProblemNotice error={update.error} className="mx-4 mt-4 sm:mx-6" />
      {query.isPending ? (
        <SkeletonRows rows={2} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.data.items.length === 0 ? (
        <p className="px-4 pt-4 pb-6 text-ink-muted sm:px-6">{t.noMailboxes}</p>
      ) : (
        <ul className="mt-3 divide-y divide-line border-t border-line">
          {query.data.items.map((mailbox) => (
            <MailboxRow
              key={mailbox.id}
              mailbox={mailbox}
              editable={may.administer}
              onChange={(change) => update.mutate({ id: mailbox.id, change })}
              onRemove={() => setRemoving(mailbox)}
            />
          ))}
        </ul>
      )}
      {adding && <MailboxDialog onClose={() => setAdding(false)} />}
      <ConfirmDialog
        open={removing !== undefined}
        danger
        title={t.deleteMailboxTitle(removing?.address ?? "")}
        text={t.deleteMailboxText}
        action={t.deleteMailbox}
        busy={remove.isPending}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing && remove.mutate(removing.id, { onSuccess: () => setRemoving(undefined) })}
      >
        <ProblemNotice error={remove.error} />
      </ConfirmDialog>
    </Card>
  );
}

type MailboxRowProps = {
  mailbox: Mailbox;
  editable: boolean;
  onChange: (change: { is_active?: boolean; health?: "healthy" }) => void;
  onRemove: () => void;
};

function MailboxRow({ mailbox, editable, onChange, onRemove }: MailboxRowProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const cap = mailbox.effective_daily_cap;
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-3 px-4 py-4 sm:px-6">
      <div className="min-w-0 flex-1 basis-56">
        <p className="truncate font-medium">{mailbox.address}</p>
        <p className="truncate text-[0.8125rem] text-ink-muted">
          {[mailbox.display_name, mailbox.health_reason, mailbox.bounce_rate === null ? null : t.bounceRate(format.percent(mailbox.bounce_rate))]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <div className="w-40">
        <Progress value={cap === 0 ? 0 : mailbox.sent_today / cap} label={t.sentToday(mailbox.sent_today, cap)} />
        <p className="mt-1 text-xs text-ink-muted tabular-nums">
          {t.sentToday(mailbox.sent_today, cap)}
          {cap < mailbox.daily_cap && ` · ${t.warming}`}
        </p>
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
          <MenuItem danger onSelect={onRemove}>
            {t.deleteMailbox}
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}
