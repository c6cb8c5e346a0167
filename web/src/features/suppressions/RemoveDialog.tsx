import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { type Suppression, useSuppressionActs } from "./queries";
import { texts } from "./texts";

/** Writing to a person again who said stop needs a reason that somebody can be asked about. */
export function RemoveDialog({ suppression, onClose }: { suppression: Suppression; onClose: () => void }) {
  const t = useTexts(texts);
  const { remove } = useSuppressionActs();
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const name = suppression.is_hashed ? t.hashed : suppression.value;
  return (
    <ConfirmDialog
      open
      danger
      title={t.removeTitle(name)}
      text={t.removeText}
      action={t.remove}
      busy={remove.isPending}
      onClose={onClose}
      onConfirm={() => {
        setMissing(reason.trim() === "");
        if (reason.trim() === "") return;
        remove.mutate(
          { id: suppression.id, reason: reason.trim() },
          {
            onSuccess: () => {
              toastResult(t.removed);
              onClose();
            },
          },
        );
      }}
    >
      <div className="space-y-4">
        <ProblemNotice error={remove.error} />
        <Field label={t.removeReason} hint={t.removeReasonHint} error={missing ? t.required : undefined}>
          {(control) => <Input {...control} autoFocus value={reason} maxLength={500} autoComplete="off" onChange={(event) => setReason(event.target.value)} />}
        </Field>
      </div>
    </ConfirmDialog>
  );
}
