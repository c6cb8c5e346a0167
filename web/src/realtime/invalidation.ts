/**
 * A change in a table makes the queries that show it stale. Query keys start with the room's name, so the map is from
 * table to rooms. Events carry no data into the cache: they only say what to read again.
 */
const roomsOfTable: Record<string, readonly string[]> = {
  campaigns: ["campaigns", "dashboard"],
  campaign_progress: ["campaigns", "dashboard"],
  enrollments: ["campaigns", "prospects", "dashboard"],
  enrollment_events: ["prospects", "dashboard"],
  prospects: ["prospects", "dashboard"],
  prospect_imports: ["prospects"],
  messages: ["messages", "campaigns", "prospects", "dashboard"],
  message_events: ["messages", "prospects", "dashboard"],
  send_intents: ["messages", "prospects", "dashboard"],
  replies: ["review-items", "prospects", "campaigns", "dashboard"],
  reply_decisions: ["review-items", "prospects"],
  review_items: ["review-items", "dashboard"],
  meetings: ["meetings", "prospects", "campaigns", "dashboard"],
  suppressions: ["suppressions", "prospects"],
  organizations: ["organization", "me", "dashboard"],
  memberships: ["me", "settings"],
  mailboxes: ["settings"],
  api_credentials: ["settings", "dashboard"],
  icps: ["settings"],
  sending_settings: ["settings"],
  agent_settings: ["settings"],
  scenarios: ["scenarios"],
  workflow_runs: ["workflows", "dashboard"],
  workflow_errors: ["workflows", "dashboard"],
  alerts: ["alerts", "dashboard"],
  notifications: ["alerts"],
};

/** The rooms to read again after `<table>_changed`. An unknown table refreshes the dashboard only. */
export function roomsOfEvent(event: string): readonly string[] {
  return roomsOfTable[event.replace(/_changed$/, "")] ?? ["dashboard"];
}

/**
 * Collects names and hands them over at most once per `waitMs`: the first at once, what follows together.
 * A campaign that moves a thousand prospects a minute costs the panel a few reads, not a thousand.
 */
export function createThrottle(waitMs: number, flush: (names: ReadonlySet<string>) => void) {
  let pending = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function run(): void {
    timer = undefined;
    if (pending.size === 0) return;
    const names = pending;
    pending = new Set();
    flush(names);
    timer = setTimeout(run, waitMs);
  }

  return {
    add(names: Iterable<string>): void {
      for (const name of names) pending.add(name);
      if (timer === undefined) run();
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
      pending.clear();
    },
  };
}
