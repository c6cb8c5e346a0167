import { type ComponentProps, type ReactNode, useId } from "react";
import { cn } from "./cn";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn("ui-input", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cn("ui-input ui-textarea", className)} {...props} />;
}

export function Select({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <select className={cn("ui-input ui-select", className)} {...props}>
      {children}
    </select>
  );
}

export function Checkbox({ className, ...props }: Omit<ComponentProps<"input">, "type">) {
  return (
    <input
      type="checkbox"
      className={cn("size-4 shrink-0 cursor-pointer rounded accent-primary disabled:cursor-not-allowed", className)}
      {...props}
    />
  );
}

type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: boolean };

/** A label, one control, and below it the error or the hint, tied together for screen readers. */
export function Field({
  label,
  hint,
  error,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string;
  className?: string;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const noteId = `${id}-note`;
  const note = error ?? hint;
  return (
    <div className={cn("space-y-1.5", className)}>
      <label htmlFor={id} className="block text-[0.8125rem] font-medium">
        {label}
      </label>
      {children({ id, "aria-describedby": note === undefined ? undefined : noteId, "aria-invalid": error === undefined ? undefined : true })}
      {note !== undefined && (
        <p id={noteId} className={cn("text-[0.8125rem]", error === undefined ? "text-ink-muted" : "text-bad-ink")}>
          {note}
        </p>
      )}
    </div>
  );
}
