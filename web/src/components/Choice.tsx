import type { ComponentProps, ReactNode } from "react";
import { cn } from "./ui/cn";

/** One of a few exclusive choices, shown as a card with its explanation; a radio button underneath. */
export function Choice({ title, text, className, ...radio }: Omit<ComponentProps<"input">, "type" | "title"> & { title: ReactNode; text?: ReactNode }) {
  return (
    <label
      className={cn(
        "flex cursor-pointer items-start gap-3 rounded-xl border border-line bg-surface p-4 transition-colors hover:border-line-strong/60 has-checked:border-primary has-checked:bg-primary-soft/50 has-disabled:cursor-not-allowed has-disabled:opacity-60 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-primary",
        className,
      )}
    >
      <input type="radio" className="mt-0.5 size-4 shrink-0 accent-primary outline-none" {...radio} />
      <span className="min-w-0">
        <span className="block font-medium">{title}</span>
        {text !== undefined && <span className="mt-0.5 block text-[0.8125rem] text-ink-muted">{text}</span>}
      </span>
    </label>
  );
}
