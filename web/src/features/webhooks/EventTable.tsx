import { Link } from "@tanstack/react-router";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Checkbox } from "@/components/ui/Field";
import { Table, Td, Th } from "@/components/ui/Table";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import type { EventStatus, InboundEvent } from "./queries";
import { texts } from "./texts";

export const statusTones: Record<EventStatus, Tone> = { received: "primary", handled: "good", ignored: "neutral", dead: "bad" };

type EventTableProps = { events: readonly InboundEvent[]; ticked: ReadonlySet<string>; onTick: (ticked: ReadonlySet<string>) => void };

export function EventTable({ events, ticked, onTick }: EventTableProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const all = events.every(({ id }) => ticked.has(id));

  function tick(id: string, on: boolean): void {
    const next = new Set(ticked);
    if (on) next.add(id);
    else next.delete(id);
    onTick(next);
  }

  return (
    <Table>
      <thead className="border-b border-line">
        <tr>
          <Th className="w-10">
            <Checkbox aria-label={t.selectAll} checked={all} onChange={(event) => onTick(new Set(event.target.checked ? events.map(({ id }) => id) : []))} />
          </Th>
          <Th>{t.event}</Th>
          <Th className="max-md:hidden">{t.state}</Th>
          <Th className="max-lg:hidden">{t.tried}</Th>
          <Th className="text-right max-md:hidden">{t.received}</Th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.id} className="relative border-b border-line last:border-0 hover:bg-sunken/50" data-event={event.status}>
            <Td className="relative z-10 w-10">
              <Checkbox aria-label={t.select(event.event_type)} checked={ticked.has(event.id)} onChange={({ target }) => tick(event.id, target.checked)} />
            </Td>
            <Td className="w-full max-w-0 min-w-44">
              <Link
                from="/webhooks"
                to="/webhooks"
                search={(before) => ({ ...before, event: event.id })}
                resetScroll={false}
                className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-primary"
              >
                {event.event_type}
              </Link>
              <p className="truncate text-[0.8125rem] text-ink-muted">
                {t.source[event.source]}
                <span className="md:hidden">
                  {" "}
                  · {t.oneStatus[event.status]} · {format.dateTime(event.received_at)}
                </span>
                {event.error !== null && <span lang="en"> · {event.error}</span>}
              </p>
            </Td>
            <Td className="max-md:hidden">
              <Badge tone={statusTones[event.status]} dot>
                {t.oneStatus[event.status]}
              </Badge>
            </Td>
            <Td className="whitespace-nowrap text-ink-muted max-lg:hidden">
              {t.deliveries(event.deliveries)} · {t.attempts(event.attempts)}
            </Td>
            <Td className="text-right whitespace-nowrap text-ink-muted max-md:hidden">
              <time dateTime={event.received_at}>{format.dateTime(event.received_at)}</time>
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  );
}
