import { type RowSelectionState, type Updater, useTable } from "@tanstack/react-table";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useLayoutEffect, useRef, useState } from "react";
import { cn } from "@/components/ui/cn";
import { Table, Td, Th } from "@/components/ui/Table";
import { columns, features } from "./columns";
import type { ProspectSummary } from "./queries";

const rowHeight = 65;
const hiddenOnPhone = new Set(["select", "campaign", "contact", "source", "tags", "added"]);

type ProspectTableProps = {
  prospects: readonly ProspectSummary[];
  hiddenColumns: readonly string[];
  selection: RowSelectionState;
  onSelection: (selection: RowSelectionState) => void;
  currentId: string | undefined;
};

/** Only the rows in view are in the document, however many were loaded; the page itself scrolls. */
export function ProspectTable({ prospects, hiddenColumns, selection, onSelection, currentId }: ProspectTableProps) {
  const table = useTable({
    features,
    columns,
    data: prospects,
    getRowId: (prospect) => prospect.id,
    state: { rowSelection: selection, columnVisibility: Object.fromEntries(hiddenColumns.map((name) => [name, false])) },
    onRowSelectionChange: (updater: Updater<RowSelectionState>) => onSelection(typeof updater === "function" ? updater(selection) : updater),
  });
  const rows = table.getRowModel().rows;

  const body = useRef<HTMLTableSectionElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    if (body.current) setOffset(body.current.getBoundingClientRect().top + window.scrollY);
  }, [prospects.length]);
  const virtualizer = useWindowVirtualizer({ count: rows.length, estimateSize: () => rowHeight, overscan: 12, scrollMargin: offset });
  const shown = virtualizer.getVirtualItems();
  const before = (shown[0]?.start ?? offset) - offset;
  const after = virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? offset) - offset);

  return (
    <Table aria-rowcount={rows.length}>
      <thead className="border-b border-line">
        {table.getHeaderGroups().map((group) => (
          <tr key={group.id}>
            {group.headers.map((header) => (
              <Th
                key={header.id}
                className={cn(hiddenOnPhone.has(header.column.id) && "hidden md:table-cell", header.column.id === "select" && "w-10", header.column.id === "score" && "text-right")}
              >
                <table.FlexRender header={header} />
              </Th>
            ))}
          </tr>
        ))}
      </thead>
      <tbody ref={body}>
        {before > 0 && <tr aria-hidden style={{ height: before }} />}
        {shown.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <tr
              key={row.id}
              aria-rowindex={item.index + 1}
              style={{ height: rowHeight }}
              className={cn("relative border-b border-line transition-colors hover:bg-sunken/50", (row.getIsSelected() || row.id === currentId) && "bg-primary-soft/50")}
            >
              {row.getVisibleCells().map((cell) => (
                <Td
                  key={cell.id}
                  className={cn("py-0", hiddenOnPhone.has(cell.column.id) && "hidden md:table-cell", cell.column.id === "score" && "text-right")}
                >
                  <table.FlexRender cell={cell} />
                </Td>
              ))}
            </tr>
          );
        })}
        {after > 0 && <tr aria-hidden style={{ height: after }} />}
      </tbody>
    </Table>
  );
}
