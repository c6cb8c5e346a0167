import type { Meeting } from "./queries";

/** Meetings under the day they begin on in the reader's time zone, in the order given. */
export function byDay(meetings: readonly Meeting[]): [day: string, meetings: Meeting[]][] {
  const days = new Map<string, Meeting[]>();
  for (const meeting of meetings) {
    const start = new Date(meeting.start_at);
    const day = [start.getFullYear(), start.getMonth() + 1, start.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
    days.set(day, [...(days.get(day) ?? []), meeting]);
  }
  return [...days];
}

/** -1 for yesterday, 0 for today, 1 for tomorrow. */
export function daysFromToday(day: string, now: Date = new Date()): number {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const other = new Date(`${day}T00:00:00`);
  return Math.round((other.getTime() - midnight.getTime()) / 86_400_000);
}
