import { cn } from "./cn";

/** `value` from 0 to 1; without a value the bar says only that something is happening. */
export function Progress({ value, label, className, barClassName }: { value?: number; label: string; className?: string; barClassName?: string }) {
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
      className={cn("ui-progress", className)}
    >
      <div
        className={cn("ui-progress-bar", share === undefined && "w-1/3 animate-pulse", barClassName)}
        style={share === undefined ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
