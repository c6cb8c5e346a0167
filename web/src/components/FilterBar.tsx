import { ListFilter } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { Button } from "./ui/Button";
import { cn } from "./ui/cn";

/** The filters of a list in a row; on a phone behind a button that says how many are set. */
export function FilterBar({ active, children, onClear }: { active: number; children: ReactNode; onClear: () => void }) {
  const t = useTexts(texts);
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <Button className="sm:hidden" aria-expanded={open} aria-controls={id} onClick={() => setOpen(!open)}>
        <ListFilter aria-hidden /> {t.filters}
        {active > 0 && <span className="tabular-nums">({active})</span>}
      </Button>
      <div id={id} className={cn("w-full flex-wrap items-center gap-2 sm:flex sm:w-auto max-sm:[&>*]:flex-1", open ? "flex" : "hidden")}>
        {children}
      </div>
      {active > 0 && (
        <Button look="quiet" size="sm" onClick={onClear}>
          {t.clearFilters}
        </Button>
      )}
    </div>
  );
}
