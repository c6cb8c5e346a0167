import type { ReactNode } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { Button } from "./ui/Button";
import { Dialog } from "./ui/Dialog";

type ConfirmDialogProps = {
  open: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  text: ReactNode;
  action: string;
  danger?: boolean;
  busy?: boolean;
  children?: ReactNode;
};

/** Asks before something that can't be taken back; says what will happen, and names the act on the button. */
export function ConfirmDialog({ open, onClose, onConfirm, title, text, action, danger = false, busy = false, children }: ConfirmDialogProps) {
  const t = useTexts(texts);
  return (
    <Dialog open={open} onClose={onClose} title={title} description={text} className="sm:w-[min(440px,calc(100vw-32px))]">
      {children}
      <div className="mt-6 flex justify-end gap-2">
        <Button onClick={onClose}>{t.cancel}</Button>
        <Button look={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
