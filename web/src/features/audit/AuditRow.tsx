import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { Badge, type Tone } from "@/components/ui/Badge";
import { cn } from "@/components/ui/cn";
import { useFormat } from "@/i18n/format";
import { label, useTexts } from "@/i18n/texts";
import { nameOf } from "./changes";
import { ChangeTable } from "./ChangeTable";
import { type AuditEntry, peopleQuery } from "./queries";
import { texts } from "./texts";

const tones: Record<AuditEntry["action"], Tone> = { insert: "good", update: "primary", delete: "bad" };

export function AuditRow({ entry }: { entry: AuditEntry }) {
  const t = useTexts(texts);
  const format = useFormat();
  const people = useQuery(peopleQuery).data?.items ?? [];
  const [open, setOpen] = useState(false);
  const id = useId();
  const person = people.find(({ user_id }) => entry.actor === `user:${user_id}`);
  const who = entry.actor_name ?? person?.email ?? (entry.actor.startsWith("user:") ? t.formerMember : label(t.actor, entry.actor));
  const name = nameOf(entry);
  return (
    <li data-audit={entry.entity}>
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-3 px-4 py-3 text-left hover:bg-sunken/50 focus-visible:-outline-offset-2 sm:gap-4 sm:px-6"
      >
        <ChevronRight className={cn("size-4 shrink-0 text-ink-faint transition-transform", open && "rotate-90")} aria-hidden />
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
            <span className="font-medium">{label(t.entity, entry.entity)}</span>
            {name !== undefined && <span className="min-w-0 truncate text-ink-muted">{name}</span>}
          </span>
          <span className="block truncate text-[0.8125rem] text-ink-muted">
            {who} · <time dateTime={entry.at}>{format.dateTime(entry.at)}</time>
            {entry.reason !== null && <> · {entry.reason}</>}
          </span>
        </span>
        <Badge tone={tones[entry.action]}>{t.action[entry.action]}</Badge>
      </button>
      {open && (
        <div id={id} className="space-y-3 px-4 pt-2 pb-5 sm:pr-6 sm:pl-14">
          {entry.reason !== null && <p>{t.because(entry.reason)}</p>}
          <ChangeTable entry={entry} />
          <p className="flex flex-wrap gap-x-3 gap-y-1 text-xs break-all text-ink-muted">
            <span>
              {who} {entry.ip !== null && t.from(entry.ip)}
            </span>
            {entry.request_id !== null && <span>{t.request(entry.request_id)}</span>}
            {entry.user_agent !== null && <span>{entry.user_agent}</span>}
          </p>
          {entry.entity_id !== null && (
            <Link
              to="/audit-log"
              search={{ entity: entry.entity, id: entry.entity_id }}
              className="inline-block text-[0.8125rem] font-medium text-primary-ink hover:underline"
            >
              {t.history}
            </Link>
          )}
        </div>
      )}
    </li>
  );
}
