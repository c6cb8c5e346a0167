import { init } from "@sentry/react";

/** Sends what broke and where: no names, addresses, tokens or texts. */
export function startSentry(dsn: string): void {
  init({
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
