import { useFormat } from "@/i18n/format";
import { cn } from "./ui/cn";

type WeekdayPickerProps = { label: string; value: readonly number[]; onChange: (days: number[]) => void; error?: string; disabled?: boolean };

/** ISO weekdays as seven switches, Monday first. */
export function WeekdayPicker({ label, value, onChange, error, disabled = false }: WeekdayPickerProps) {
  const format = useFormat();
  return (
    <fieldset disabled={disabled}>
      <legend className="mb-1.5 text-[0.8125rem] font-medium">{label}</legend>
      <div className="flex flex-wrap gap-1.5">
        {[1, 2, 3, 4, 5, 6, 7].map((day) => {
          const on = value.includes(day);
          return (
            <button
              key={day}
              type="button"
              aria-pressed={on}
              onClick={() => onChange(on ? value.filter((other) => other !== day) : [...value, day].sort())}
              className={cn(
                "h-10 min-w-12 rounded-lg border px-2 text-[0.8125rem] font-medium capitalize transition-colors disabled:opacity-60",
                on ? "border-primary bg-primary-soft text-primary-ink" : "border-line-strong/70 text-ink-muted hover:border-line-strong",
              )}
            >
              {format.weekday(day)}
            </button>
          );
        })}
      </div>
      {error !== undefined && (
        <p role="alert" className="mt-1.5 text-[0.8125rem] text-bad-ink">
          {error}
        </p>
      )}
    </fieldset>
  );
}
