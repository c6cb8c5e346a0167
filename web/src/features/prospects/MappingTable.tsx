import { Select } from "@/components/ui/Field";
import { Table, Td, Th } from "@/components/ui/Table";
import { label, useTexts } from "@/i18n/texts";
import type { ImportPreview } from "./queries";
import { texts } from "./texts";

type MappingTableProps = { preview: ImportPreview; mapping: Record<string, string>; onChange: (mapping: Record<string, string>) => void };

/** One line for each column of the file: what it was taken for, with the first value found in it. */
export function MappingTable({ preview, mapping, onChange }: MappingTableProps) {
  const t = useTexts(texts);
  const exampleOf = (field: string | undefined) => (field === undefined ? "" : (preview.rows.find((row) => row[field])?.[field] ?? ""));

  function set(column: string, field: string): void {
    const { [column]: _, ...others } = mapping;
    onChange(field === "" ? others : { ...others, [column]: field });
  }

  return (
    <div className="max-h-72 overflow-auto rounded-xl border border-line" tabIndex={0} role="region" aria-label={t.fileColumn}>
      <Table>
        <thead className="sticky top-0 bg-surface">
          <tr className="border-b border-line">
            <Th>{t.fileColumn}</Th>
            <Th>{t.meaning}</Th>
            <Th className="hidden sm:table-cell">{t.example}</Th>
          </tr>
        </thead>
        <tbody>
          {preview.columns.map((column) => (
            <tr key={column} className="border-b border-line last:border-0">
              <Td className="py-2 font-medium">{column}</Td>
              <Td className="py-2">
                <Select aria-label={`${t.meaning}: ${column}`} className="h-9" value={mapping[column] ?? ""} onChange={(event) => set(column, event.target.value)}>
                  <option value="">{t.ignored}</option>
                  {preview.fields.map((field) => (
                    <option key={field} value={field}>
                      {label(t.field, field)}
                    </option>
                  ))}
                </Select>
              </Td>
              <Td className="hidden max-w-56 truncate py-2 text-ink-muted sm:table-cell">{exampleOf(mapping[column])}</Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </div>
  );
}
