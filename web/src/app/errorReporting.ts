import { environment } from "@/environment/environment";

/** Loads Sentry only when a DSN is set, and sends no names, addresses, tokens or texts: only what broke and where. */
export async function startErrorReporting(): Promise<void> {
  const dsn = environment().VITE_SENTRY_DSN;
  if (dsn === undefined || dsn === "") return;
  const sentry = await import("@sentry/react");
  sentry.init({
    dsn,
    dataCollection: { userInfo: false, cookies: false, httpHeaders: false, httpBodies: [], urlQueryParams: false },
    beforeBreadcrumb: (breadcrumb) => (breadcrumb.category === "console" || breadcrumb.category === "ui.input" ? null : breadcrumb),
    beforeSend: (event) => {
      delete event.user;
      if (event.request) event.request = { url: event.request.url?.split("?")[0] };
      return event;
    },
  });
}
