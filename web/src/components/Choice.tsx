import type { ComponentProps, ReactNode } from "react";
import { cn } from "./ui/cn";

/** One of a few exclusive choices, shown as a card with its explanation; a radio button underneath. */
export function Choice({ title, text, className, ...radio }: Omit<ComponentProps<"input">, "type" | "title"> & { title: ReactNode; text?: ReactNode }) {
  return (
    <label
      className={cn("ui-choice", className)}
    >
      <input type="radio" className="mt-0.5 size-4 shrink-0 accent-primary outline-none" {...radio} />
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        {text !== undefined && <span className="mt-0.5 block text-[0.8125rem] text-ink-muted">{text}</span>}
      </span>
    </label>
  );
}
