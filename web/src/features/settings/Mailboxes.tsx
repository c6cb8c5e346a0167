import { useQuery } from "@tanstack/react-query";
import { Plus, RefreshCw } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ErrorState } from "@/components/ErrorState";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Card, CardHeader } from "@/components/ui/Card";
import { SkeletonRows } from "@/components/ui/Skeleton";
import { useTexts } from "@/i18n/texts";
import { useMay } from "@/session/me";
import { EditMailboxDialog } from "./EditMailboxDialog";
import { MailboxDialog } from "./MailboxDialog";
import { MailboxRow } from "./MailboxRow";
import { type Mailbox, mailboxesQuery, useMailboxActs } from "./queries";
import { texts } from "./texts";

export function Mailboxes() {
  const t = useTexts(texts);
  const may = useMay();
  const query = useQuery(mailboxesQuery);
  const { update, remove, sync } = useMailboxActs();
  const [adding, setAdding] = useState(false);
  const [editing, setEditing] = useState<Mailbox>();
  const [removing, setRemoving] = useState<Mailbox>();

  return (
    <Card>
      <CardHeader title={t.mailboxes} hint={t.mailboxesHint}>
        {may.administer && (
          <div className="flex flex-wrap gap-2">
            <Button size="sm" busy={sync.isPending} onClick={() => sync.mutate()}>
              {!sync.isPending && <RefreshCw aria-hidden />} {t.sync}
            </Button>
            <Button size="sm" onClick={() => setAdding(true)}>
              <Plus aria-hidden /> {t.addMailbox}
            </Button>
          </div>
        )}
      </CardHeader>
      <ProblemNotice error={update.error ?? sync.error} className="mx-4 mt-4 sm:mx-6" />
      {sync.data && (
        <Notice tone={sync.data.gone.length > 0 ? "accent" : "good"} className="mx-4 mt-4 sm:mx-6">
          <p>{t.synced(sync.data.known, sync.data.added.length)}</p>
          {sync.data.gone.length > 0 && <p>{t.syncGone(sync.data.gone.join(", "))}</p>}
          {sync.data.unusable.length > 0 && <p>{t.syncUnusable(sync.data.unusable.join(", "))}</p>}
        </Notice>
      )}
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
              onEdit={() => setEditing(mailbox)}
              onRemove={() => setRemoving(mailbox)}
            />
          ))}
        </ul>
      )}
      {editing && <EditMailboxDialog mailbox={editing} onClose={() => setEditing(undefined)} />}
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
