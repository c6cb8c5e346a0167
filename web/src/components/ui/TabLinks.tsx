import type { ReactNode } from "react";

/** The frame of a page's tabs; the tabs themselves are links, so that each has an address. */
export function TabLinks({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav
      aria-label={label}
      className="-mx-4 flex gap-6 overflow-x-auto border-b border-line px-4 sm:mx-0 sm:px-0 [&>a]:-mb-px [&>a]:border-b-2 [&>a]:border-transparent [&>a]:py-3 [&>a]:font-medium [&>a]:whitespace-nowrap [&>a]:text-ink-muted [&>a:hover]:text-ink [&>a[aria-current=page]]:border-primary [&>a[aria-current=page]]:text-ink"
    >
      {children}
    </nav>
  );
}
