import { X } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Table, Td, Th } from "@/components/ui/Table";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { Suppression } from "./queries";
import { texts } from "./texts";

const tones: Record<Suppression["reason"], Tone> = {
  unsubscribed: "accent",
  bounced: "bad",
  complained: "bad",
  replied_stop: "accent",
  manual: "neutral",
  imported: "neutral",
  erased: "neutral",
};

/** What an erasure left has no readable address; everything else is shown as it is matched. */
export function SuppressionTable({ rows, onRemove }: { rows: readonly Suppression[]; onRemove?: (row: Suppression) => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  return (
    <Table>
      <thead className="border-b border-line">
        <tr>
          <Th>{t.value}</Th>
          <Th className="max-sm:hidden">{t.why}</Th>
          <Th className="max-lg:hidden">{t.note}</Th>
          <Th className="max-md:hidden">{t.since}</Th>
          {onRemove && (
            <Th className="w-12">
              <span className="sr-only">{t.remove}</span>
            </Th>
          )}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} className="border-b border-line last:border-0" data-suppression={row.value}>
            <Td className="w-full max-w-0 min-w-40">
              {row.is_hashed ? (
                <p className="truncate font-medium text-ink-muted italic" title={t.hashedHint}>
                  {t.hashed}
                </p>
              ) : (
                <p className="truncate font-medium" title={row.value}>
                  {row.value}
                </p>
              )}
              <p className="truncate text-[0.8125rem] text-ink-muted">
                {t.kind[row.kind]}
                <span className="sm:hidden"> · {label(t.reason, row.reason)}</span>
              </p>
            </Td>
            <Td className="max-sm:hidden">
              <Badge tone={tones[row.reason]}>{label(t.reason, row.reason)}</Badge>
            </Td>
            <Td className="max-w-64 min-w-48 text-ink-muted max-lg:hidden">
              <p className="truncate" title={row.note ?? undefined}>
                {row.note}
              </p>
            </Td>
            <Td className="whitespace-nowrap text-ink-muted max-md:hidden">{format.date(row.created_at)}</Td>
            {onRemove && (
              <Td className="text-right">
                {row.reason !== "erased" && (
                  <Button look="quiet" size="iconSm" aria-label={t.removeOf(row.value)} title={t.remove} onClick={() => onRemove(row)}>
                    <X aria-hidden />
                  </Button>
                )}
              </Td>
            )}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
