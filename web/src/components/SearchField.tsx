import { Search } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { Input } from "./ui/Field";
import { cn } from "./ui/cn";

const settleMs = 250;

type SearchFieldProps = { value: string; onSearch: (text: string) => void; placeholder?: string; className?: string };

/** Types freely, reports once the typing rests, and follows the value when someone else changes it (filters cleared). */
export function SearchField({ value, onSearch, placeholder, className }: SearchFieldProps) {
  const t = useTexts(texts);
  const [draft, setDraft] = useState(value);
  const [reported, setReported] = useState(value);
  const [lastValue, setLastValue] = useState(value);
  if (value !== lastValue) {
    setLastValue(value);
    if (value !== reported) {
      setReported(value);
      setDraft(value);
    }
  }
  const report = useEffectEvent((text: string) => {
    setReported(text);
    onSearch(text);
  });

  useEffect(() => {
    const text = draft.trim();
    if (text === reported) return;
    const timer = setTimeout(() => report(text), settleMs);
    return () => clearTimeout(timer);
  }, [draft, reported]);

  return (
    <div className={cn("relative min-w-0", className)}>
      <Search className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-faint" aria-hidden />
      <Input
        type="search"
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        placeholder={placeholder ?? t.search}
        aria-label={placeholder ?? t.search}
        className="pl-9"
      />
    </div>
  );
}
