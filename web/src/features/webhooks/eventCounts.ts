import { type EventFilters, type EventStatus, type InboxHealth, statuses } from "./queries";

/** How many events there are in each state, of one source or of all. */
export function countByStatus(health: InboxHealth, source?: EventFilters["source"]): Record<EventStatus, number> {
  const counts = Object.fromEntries(statuses.map((status) => [status, 0])) as Record<EventStatus, number>;
  for (const { source: from, status, events } of health.counts) {
    if (source === undefined || from === source) counts[status] += events;
  }
  return counts;
}

/** How many events match, where the figures can tell: they know source and status, not types and times. */
export function countMatching(health: InboxHealth | undefined, filters: EventFilters): number | undefined {
  if (health === undefined || filters.event_type !== undefined || filters.received_from !== undefined || filters.received_until !== undefined) return undefined;
  const counts = countByStatus(health, filters.source);
  return filters.status === undefined ? Object.values(counts).reduce((sum, count) => sum + count, 0) : counts[filters.status];
}
