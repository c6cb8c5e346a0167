import { useMutation, useQueryClient } from "@tanstack/react-query";
import { organizationsResumeSending } from "@/api";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { useTexts } from "@/i18n/texts";
import { organizationQuery } from "@/session/me";
import { texts } from "./texts";

export default function ResumeDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const queryClient = useQueryClient();
  const resume = useMutation({
    mutationFn: () => organizationsResumeSending(),
    onSuccess: (resumed) => {
      queryClient.setQueryData(organizationQuery.queryKey, resumed);
      toastResult(t.resumedToast);
      onClose();
      return queryClient.invalidateQueries({ queryKey: ["dashboard"] });
    },
  });
  return (
    <ConfirmDialog
      open
      title={t.resumeTitle}
      text={t.resumeText}
      action={t.resumeSending}
      busy={resume.isPending}
      onClose={onClose}
      onConfirm={() => resume.mutate()}
    >
      <ProblemNotice error={resume.error} />
    </ConfirmDialog>
  );
}
