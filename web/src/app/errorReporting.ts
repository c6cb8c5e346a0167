import { environment } from "@/environment/environment";

/** Reports errors when a DSN is set; without one not a byte of the reporter is loaded. */
export async function startErrorReporting(): Promise<void> {
  const dsn = environment().VITE_SENTRY_DSN;
  if (dsn === undefined || dsn === "") return;
  const { startSentry } = await import("./sentry");
  startSentry(dsn);
}
