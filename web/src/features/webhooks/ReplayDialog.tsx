import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { useTexts } from "@/i18n/texts";
import { type EventReplay, useReplay } from "./queries";
import { texts } from "./texts";

type ReplayDialogProps = {
  wanted: EventReplay;
  /** How many it would be, when that is known. */
  count: number | undefined;
  onClose: () => void;
  onDone: (result: { replayed: number; is_capped: boolean }) => void;
};

export function ReplayDialog({ wanted, count, onClose, onDone }: ReplayDialogProps) {
  const t = useTexts(texts);
  const { many } = useReplay();
  return (
    <ConfirmDialog
      open
      title={t.replayTitle}
      text={
        <>
          {count === undefined ? t.replayUnknown : t.replayCount(count)} {t.replayText}
        </>
      }
      action={t.replay}
      busy={many.isPending}
      onClose={onClose}
      onConfirm={() => many.mutate(wanted, { onSuccess: onDone })}
    >
      <ProblemNotice error={many.error} />
    </ConfirmDialog>
  );
}
