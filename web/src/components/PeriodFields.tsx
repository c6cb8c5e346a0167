import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { Input } from "./ui/Field";

/** A moment as the browser's own picker writes it, in the reader's time zone; empty for none or for nonsense. */
export function toLocalInput(moment: string | undefined): string {
  const at = new Date(moment ?? "");
  if (Number.isNaN(at.getTime())) return "";
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What the picker says, as the gateway wants it. */
export function fromLocalInput(text: string): string | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

type PeriodFieldsProps = { from: string | undefined; until: string | undefined; onChange: (change: { from?: string; until?: string }) => void };

/** From one moment to another; either may be open. */
export function PeriodFields({ from, until, onChange }: PeriodFieldsProps) {
  const t = useTexts(texts);
  return (
    <>
      <label className="flex items-center gap-2 text-[0.8125rem] text-ink-muted max-sm:min-w-full">
        <span className="max-sm:w-12">{t.from}</span>
        <Input
          type="datetime-local"
          className="w-auto max-sm:flex-1"
          value={toLocalInput(from)}
          max={until === undefined ? undefined : toLocalInput(until)}
          onChange={(event) => onChange({ from: fromLocalInput(event.target.value), until })}
        />
      </label>
      <label className="flex items-center gap-2 text-[0.8125rem] text-ink-muted max-sm:min-w-full">
        <span className="max-sm:w-12">{t.until}</span>
        <Input
          type="datetime-local"
          className="w-auto max-sm:flex-1"
          value={toLocalInput(until)}
          min={from === undefined ? undefined : toLocalInput(from)}
          onChange={(event) => onChange({ from, until: fromLocalInput(event.target.value) })}
        />
      </label>
    </>
  );
}
