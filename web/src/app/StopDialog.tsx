import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { organizationsStopSending } from "@/api";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { organizationQuery, useMe } from "@/session/me";
import { texts } from "./texts";

const longest = 500;

export default function StopDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { organization } = useMe();
  const queryClient = useQueryClient();
  const [reason, setReason] = useState("");
  const stop = useMutation({
    mutationFn: () => organizationsStopSending({ body: { reason: reason.trim() } }),
    onSuccess: (stopped) => {
      queryClient.setQueryData(organizationQuery.queryKey, stopped);
      toastResult(t.stoppedToast);
      onClose();
      return queryClient.invalidateQueries({ queryKey: ["dashboard"] });
    },
  });
  return (
    <ConfirmDialog
      open
      danger
      title={t.stopTitle}
      text={t.stopText(organization?.name ?? "")}
      action={t.stopSending}
      busy={stop.isPending}
      onClose={onClose}
      onConfirm={() => stop.mutate()}
    >
      <div className="space-y-4">
        <ProblemNotice error={stop.error} />
        <Field label={t.stopReason} hint={t.stopReasonHint}>
          {(control) => <Input {...control} value={reason} maxLength={longest} autoComplete="off" onChange={(event) => setReason(event.target.value)} />}
        </Field>
      </div>
    </ConfirmDialog>
  );
}
