import { useQuery } from "@tanstack/react-query";
import { Columns3, ListFilter } from "lucide-react";
import { useState } from "react";
import { SearchField } from "@/components/SearchField";
import { Button } from "@/components/ui/Button";
import { Select } from "@/components/ui/Field";
import { cn } from "@/components/ui/cn";
import { Menu, MenuCheckboxItem } from "@/components/ui/Menu";
import { vocabulary } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { optionalColumns } from "./columns";
import { campaignChoicesQuery, tagsQuery } from "./queries";
import { texts } from "./texts";

export const scoreSteps = [40, 60, 80] as const;

export type ProspectSearch = {
  q?: string;
  campaign?: string;
  status?: string;
  min_score?: number;
  source?: string;
  tag?: string;
  sort?: string;
};

type ProspectFiltersProps = {
  search: ProspectSearch;
  onChange: (change: ProspectSearch) => void;
  hiddenColumns: readonly string[];
  onColumns: (hidden: string[]) => void;
};

export function ProspectFilters({ search, onChange, hiddenColumns, onColumns }: ProspectFiltersProps) {
  const t = useTexts(texts);
  const words = useTexts(vocabulary);
  const campaigns = useQuery(campaignChoicesQuery).data ?? [];
  const tags = useQuery(tagsQuery).data ?? [];
  const [open, setOpen] = useState(false);
  const count = [search.campaign, search.status, search.min_score, search.source, search.tag].filter((value) => value !== undefined).length;
  const orNothing = (value: string) => (value === "" ? undefined : value);

  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <SearchField
        value={search.q ?? ""}
        placeholder={t.search}
        className="min-w-0 flex-1 sm:w-64 sm:flex-none"
        onSearch={(q) => onChange({ q: q.length < 2 ? undefined : q })}
      />
      <Button className="sm:hidden" aria-expanded={open} aria-controls="prospect-filters" onClick={() => setOpen(!open)}>
        <ListFilter aria-hidden /> {t.filters}
        {count > 0 && <span className="tabular-nums">({count})</span>}
      </Button>
      <div id="prospect-filters" className={cn("w-full flex-wrap gap-2 sm:flex sm:w-auto", open ? "flex" : "hidden")}>
      <Select aria-label={t.campaign} className="max-sm:flex-1 sm:max-w-40" value={search.campaign ?? ""} onChange={(event) => onChange({ campaign: orNothing(event.target.value) })}>
        <option value="">{t.allCampaigns}</option>
        {campaigns.map((campaign) => (
          <option key={campaign.id} value={campaign.id}>
            {campaign.name}
          </option>
        ))}
      </Select>
      <Select aria-label={t.status} className="max-sm:flex-1 sm:max-w-36" value={search.status ?? ""} onChange={(event) => onChange({ status: orNothing(event.target.value) })}>
        <option value="">{t.allStatuses}</option>
        {Object.entries(words.enrollmentStatus).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      <Select
        aria-label={t.minScore}
        className="max-sm:flex-1 sm:max-w-36"
        value={search.min_score ?? ""}
        onChange={(event) => onChange({ min_score: event.target.value === "" ? undefined : Number(event.target.value) })}
      >
        <option value="">{t.anyScore}</option>
        {scoreSteps.map((score) => (
          <option key={score} value={score}>
            {t.scoreFrom(score)}
          </option>
        ))}
      </Select>
      <Select aria-label={t.source} className="max-sm:flex-1 sm:max-w-36" value={search.source ?? ""} onChange={(event) => onChange({ source: orNothing(event.target.value) })}>
        <option value="">{t.allSources}</option>
        {Object.entries(words.provenance).map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </Select>
      {tags.length > 0 && (
        <Select aria-label={t.tag} className="max-sm:flex-1 sm:max-w-36" value={search.tag ?? ""} onChange={(event) => onChange({ tag: orNothing(event.target.value) })}>
          <option value="">{t.allTags}</option>
          {tags.map((tag) => (
            <option key={tag.id} value={tag.name}>
              {tag.name}
            </option>
          ))}
        </Select>
      )}
      <Select aria-label={t.sort} className="max-sm:flex-1" value={search.sort ?? "created_at"} onChange={(event) => onChange({ sort: event.target.value })}>
        <option value="created_at">{t.sorts.created_at}</option>
        <option value="score">{t.sorts.score}</option>
      </Select>
      </div>
      <div className="ml-auto hidden md:block">
        <Menu
          trigger={
            <Button size="icon" aria-label={t.columns} title={t.columns}>
              <Columns3 aria-hidden />
            </Button>
          }
        >
          {optionalColumns.map((name) => (
            <MenuCheckboxItem
              key={name}
              checked={!hiddenColumns.includes(name)}
              onCheckedChange={(on) => onColumns(on ? hiddenColumns.filter((other) => other !== name) : [...hiddenColumns, name])}
            >
              {label(t.column, name)}
            </MenuCheckboxItem>
          ))}
        </Menu>
      </div>
    </div>
  );
}
