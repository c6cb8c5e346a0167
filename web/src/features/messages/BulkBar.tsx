import { Check, RefreshCw, X } from "lucide-react";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Checkbox } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import type { BulkResult } from "./queries";
import { texts } from "./texts";

type BulkBarProps = {
  count: number;
  allSelected: boolean;
  busy: boolean;
  error: unknown;
  result: BulkResult | undefined;
  nameOf: (id: string) => string;
  onSelectAll: (selected: boolean) => void;
  onAct: (action: "approve" | "reject" | "regenerate") => void;
};

/** The same act on every ticked message, and afterwards which of them were refused and why. */
export function BulkBar({ count, allSelected, busy, error, result, nameOf, onSelectAll, onAct }: BulkBarProps) {
  const t = useTexts(texts);
  const failed = result?.failed ?? [];
  return (
    <div className="mb-4 space-y-3">
      <div className="flex min-h-10 flex-wrap items-center gap-x-4 gap-y-2">
        <label className="flex cursor-pointer items-center gap-2.5 text-[0.8125rem] text-ink-muted">
          <Checkbox checked={allSelected} onChange={(event) => onSelectAll(event.target.checked)} />
          {count === 0 ? t.selectAll : t.selected(count)}
        </label>
        {count > 0 && (
          <div className="flex flex-wrap gap-2">
            <Button size="sm" look="primary" busy={busy} onClick={() => onAct("approve")}>
              <Check aria-hidden /> {t.approve}
            </Button>
            <Button size="sm" disabled={busy} onClick={() => onAct("regenerate")}>
              <RefreshCw aria-hidden /> {t.regenerate}
            </Button>
            <Button size="sm" disabled={busy} onClick={() => onAct("reject")}>
              <X aria-hidden /> {t.reject}
            </Button>
          </div>
        )}
      </div>
      <ProblemNotice error={error} />
      {failed.length > 0 && (
        <Notice tone="bad">
          {t.bulkFailed(failed.length)}
          <ul className="mt-1 list-disc pl-4">
            {failed.map(({ id, reason }) => (
              <li key={id}>
                {nameOf(id)}: {reason}
              </li>
            ))}
          </ul>
        </Notice>
      )}
    </div>
  );
}
