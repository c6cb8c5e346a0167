import { cn } from "./cn";

type SegmentsProps<Value extends string> = {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string; count?: string }[];
  onChange: (value: Value) => void;
  className?: string;
};

/** A row of choices of which one is on: the tabs of a list whose state lives in the URL. */
export function Segments<Value extends string>({ label, value, options, onChange, className }: SegmentsProps<Value>) {
  return (
    <div role="group" aria-label={label} className={cn("inline-flex max-w-full gap-1 overflow-x-auto rounded-lg bg-sunken p-1", className)}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChange(option.value)}
          className={cn(
            "flex h-8 items-center gap-2 rounded-md px-3 text-[0.8125rem] font-medium whitespace-nowrap text-ink-muted transition-colors hover:text-ink",
            option.value === value && "bg-surface text-ink shadow-card",
          )}
        >
          {option.label}
          {option.count !== undefined && (
            <span className={cn("text-xs tabular-nums", option.value === value ? "text-primary-ink" : "text-ink-faint")}>{option.count}</span>
          )}
        </button>
      ))}
    </div>
  );
}
