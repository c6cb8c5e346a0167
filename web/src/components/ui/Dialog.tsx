import { X } from "lucide-react";
import { Dialog as RadixDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "../texts";
import { Button } from "./Button";
import { cn } from "./cn";

type DialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  className?: string;
};

const overlayStyles = "fixed inset-0 z-40 bg-[#0b0f1a]/45 backdrop-blur-[2px]";

function CloseButton() {
  const t = useTexts(texts);
  return (
    <RadixDialog.Close asChild>
      <Button look="quiet" size="iconSm" aria-label={t.close} className="-mr-2">
        <X aria-hidden />
      </Button>
    </RadixDialog.Close>
  );
}

/** A window in the middle of the page; on a phone, a sheet that rises from below. */
export function Dialog({ open, onClose, title, description, children, className }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={overlayStyles} />
        <RadixDialog.Content
          className={cn("ui-dialog animate-rise", className)}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
        >
          <div className="mb-4 flex items-start justify-between gap-4">
            <div>
              <RadixDialog.Title className="text-base font-semibold tracking-tight">{title}</RadixDialog.Title>
              {description !== undefined && (
                <RadixDialog.Description className="mt-1 text-ink-muted">{description}</RadixDialog.Description>
              )}
            </div>
            <CloseButton />
          </div>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

/** A panel that slides in from the right and keeps the list behind it in view; full width on a phone. */
export function SidePanel({ open, onClose, title, description, children, className }: DialogProps) {
  return (
    <RadixDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className={overlayStyles} />
        <RadixDialog.Content
          className={cn(
            "animate-slide-in fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line bg-surface shadow-float sm:w-[min(640px,calc(100vw-48px))]",
            className,
          )}
          {...(description === undefined ? { "aria-describedby": undefined } : {})}
        >
          <div className="flex items-start justify-between gap-4 border-b border-line px-6 py-4">
            <div className="min-w-0">
              <RadixDialog.Title className="truncate text-base font-semibold tracking-tight">{title}</RadixDialog.Title>
              {description !== undefined && (
                <RadixDialog.Description className="truncate text-ink-muted">{description}</RadixDialog.Description>
              )}
            </div>
            <CloseButton />
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">{children}</div>
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}
