import { columnVisibilityFeature, createColumnHelper, rowSelectionFeature, tableFeatures } from "@tanstack/react-table";
import { Link } from "@tanstack/react-router";
import { ScoreBadge } from "@/components/ScoreBadge";
import { Avatar } from "@/components/ui/Avatar";
import { Badge } from "@/components/ui/Badge";
import { Checkbox } from "@/components/ui/Field";
import { enrollmentTone, vocabulary } from "@/components/vocabulary";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import type { ProspectSummary } from "./queries";
import { texts } from "./texts";

export const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });
const column = createColumnHelper<typeof features, ProspectSummary>();

export const optionalColumns = ["campaign", "contact", "source", "tags", "added"] as const;

export function nameOf(prospect: { first_name: string; last_name: string; email: string | null }): string {
  return `${prospect.first_name} ${prospect.last_name}`.trim() || (prospect.email ?? "?");
}

function Header({ name }: { name: string }) {
  return label(useTexts(texts).column, name);
}

function Person({ prospect }: { prospect: ProspectSummary }) {
  const name = nameOf(prospect);
  return (
    <span className="flex items-center gap-3">
      <Avatar name={name} className="hidden sm:inline-flex" />
      <span className="min-w-0">
        <Link
          from="/prospects"
          to="/prospects"
          search={(before) => ({ ...before, prospect: prospect.id })}
          resetScroll={false}
          className="block max-w-40 truncate font-medium after:absolute after:inset-0 sm:max-w-60"
        >
          {name}
        </Link>
        <span className="block max-w-40 truncate text-[0.8125rem] text-ink-muted sm:max-w-60">
          {[prospect.title, prospect.company?.name].filter(Boolean).join(" · ")}
        </span>
      </span>
    </span>
  );
}

function Status({ prospect }: { prospect: ProspectSummary }) {
  const words = useTexts(vocabulary);
  if (prospect.status === null) return null;
  return <Badge tone={enrollmentTone[prospect.status]}>{label(words.enrollmentStatus, prospect.status)}</Badge>;
}

function Source({ prospect }: { prospect: ProspectSummary }) {
  const words = useTexts(vocabulary);
  return prospect.source === null ? null : label(words.provenance, prospect.source);
}

function Added({ prospect }: { prospect: ProspectSummary }) {
  return useFormat().shortDate(prospect.created_at);
}

function SelectAll({ checked, onChange }: { checked: boolean; onChange: (on: boolean) => void }) {
  const t = useTexts(texts);
  return <Checkbox aria-label={t.selectAll} checked={checked} onChange={(event) => onChange(event.target.checked)} />;
}

function SelectOne({ prospect, checked, onChange }: { prospect: ProspectSummary; checked: boolean; onChange: (on: boolean) => void }) {
  const t = useTexts(texts);
  return (
    <Checkbox
      aria-label={t.select(nameOf(prospect))}
      className="relative z-10 block"
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

export const columns = column.columns([
  column.display({
    id: "select",
    header: ({ table }) => <SelectAll checked={table.getIsAllRowsSelected()} onChange={(on) => table.toggleAllRowsSelected(on)} />,
    cell: ({ row }) => <SelectOne prospect={row.original} checked={row.getIsSelected()} onChange={(on) => row.toggleSelected(on)} />,
  }),
  column.display({ id: "person", header: () => <Header name="person" />, cell: ({ row }) => <Person prospect={row.original} /> }),
  column.display({ id: "score", header: () => <Header name="score" />, cell: ({ row }) => <ScoreBadge score={row.original.score} /> }),
  column.display({ id: "status", header: () => <Header name="status" />, cell: ({ row }) => <Status prospect={row.original} /> }),
  column.display({
    id: "campaign",
    header: () => <Header name="campaign" />,
    cell: ({ row }) => <span className="block max-w-44 truncate text-ink-muted">{row.original.campaign_name}</span>,
  }),
  column.display({
    id: "contact",
    header: () => <Header name="contact" />,
    cell: ({ row }) => <span className="block max-w-52 truncate text-ink-muted">{row.original.email ?? row.original.phone}</span>,
  }),
  column.display({
    id: "source",
    header: () => <Header name="source" />,
    cell: ({ row }) => (
      <span className="text-ink-muted">
        <Source prospect={row.original} />
      </span>
    ),
  }),
  column.display({
    id: "tags",
    header: () => <Header name="tags" />,
    cell: ({ row }) => (
      <span className="flex gap-1">
        {row.original.tags.map((tag) => (
          <Badge key={tag}>{tag}</Badge>
        ))}
      </span>
    ),
  }),
  column.display({
    id: "added",
    header: () => <Header name="added" />,
    cell: ({ row }) => (
      <span className="text-ink-muted">
        <Added prospect={row.original} />
      </span>
    ),
  }),
]);
