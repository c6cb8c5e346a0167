import { X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "../texts";
import { cn } from "./cn";

type TagInputProps = {
  id: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  placeholder?: string;
  suggestions?: readonly string[];
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
};

/** A list of short texts: Enter, a comma or leaving the field adds one, Backspace in an empty field takes the last away. */
export function TagInput({ id, value, onChange, placeholder, suggestions, ...aria }: TagInputProps) {
  const t = useTexts(texts);
  const [draft, setDraft] = useState("");

  function add(text: string): void {
    const added = text
      .split(/[,;\n]/)
      .map((part) => part.trim())
      .filter((part) => part !== "" && !value.includes(part));
    if (added.length > 0) onChange([...value, ...new Set(added)]);
    setDraft("");
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>): void {
    if (event.key === "Enter" || event.key === ",") {
      event.preventDefault();
      add(draft);
    } else if (event.key === "Backspace" && draft === "" && value.length > 0) {
      onChange(value.slice(0, -1));
    }
  }

  return (
    <div
      className={cn(
        "flex min-h-10 flex-wrap items-center gap-1.5 rounded-lg border border-line-strong/70 bg-surface p-1.5 focus-within:border-primary focus-within:outline-2 focus-within:outline-primary/40 hover:border-line-strong",
        aria["aria-invalid"] && "border-bad",
      )}
    >
      {value.map((tag) => (
        <span key={tag} className="inline-flex h-7 items-center gap-1 rounded-md bg-primary-soft pr-1 pl-2.5 text-[0.8125rem] font-medium text-primary-ink">
          {tag}
          <button
            type="button"
            aria-label={t.removeTag(tag)}
            onClick={() => onChange(value.filter((other) => other !== tag))}
            className="flex size-6 items-center justify-center rounded hover:bg-primary/15"
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </span>
      ))}
      <input
        id={id}
        {...aria}
        list={suggestions === undefined ? undefined : `${id}-list`}
        value={draft}
        placeholder={value.length === 0 ? placeholder : undefined}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={() => add(draft)}
        className="h-7 min-w-32 flex-1 bg-transparent px-1.5 outline-none placeholder:text-ink-faint"
      />
      {suggestions !== undefined && (
        <datalist id={`${id}-list`}>
          {suggestions
            .filter((suggestion) => !value.includes(suggestion))
            .map((suggestion) => (
              <option key={suggestion} value={suggestion} />
            ))}
        </datalist>
      )}
    </div>
  );
}
