import type { DayFigures } from "./queries";

const fewest = 7;

/** The days from the first on which anything happened, and at least a week: a young campaign fills its chart. */
export function shownDays(daily: readonly DayFigures[]): readonly DayFigures[] {
  const first = daily.findIndex((day) => day.found + day.qualified + day.sent + day.replied + day.meetings > 0);
  return first === -1 ? daily : daily.slice(Math.max(0, Math.min(first, daily.length - fewest)));
}
