import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { Field, Textarea } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";

type RejectDialogProps = { count: number; busy: boolean; error: unknown; onClose: () => void; onReject: (reason: string) => void };

export function RejectDialog({ count, busy, error, onClose, onReject }: RejectDialogProps) {
  const t = useTexts(texts);
  const [reason, setReason] = useState("");
  return (
    <ConfirmDialog
      open
      danger
      title={count === 1 ? t.rejectTitle : t.rejectManyTitle(count)}
      text={t.rejectText}
      action={t.reject}
      busy={busy}
      onClose={onClose}
      onConfirm={() => onReject(reason.trim())}
    >
      <ProblemNotice error={error} className="mb-4" />
      <Field label={t.reason} hint={t.reasonHint}>
        {(control) => <Textarea {...control} rows={3} maxLength={1000} value={reason} onChange={(event) => setReason(event.target.value)} />}
      </Field>
    </ConfirmDialog>
  );
}
