import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./ui/cn";

/** What a page says when there is nothing to show yet, and the one thing to do about it. */
export function EmptyState({ icon: Icon, title, text, children, className }: { icon: LucideIcon; title: string; text?: string; children?: ReactNode; className?: string }) {
  return (
    <div className={cn("ui-empty", className)}>
      <span className="flex size-14 items-center justify-center rounded-2xl bg-primary-soft text-primary-ink">
        <Icon className="size-6" strokeWidth={1.75} aria-hidden />
      </span>
      <h2 className="mt-4 text-base font-semibold tracking-tight">{title}</h2>
      {text !== undefined && <p className="mt-1 max-w-md text-ink-muted">{text}</p>}
      {children !== undefined && <div className="mt-6 flex flex-wrap justify-center gap-3">{children}</div>}
    </div>
  );
}
