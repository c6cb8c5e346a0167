import type { ReactNode } from "react";

export function PageHeader({ title, hint, children, above }: { title: ReactNode; hint?: ReactNode; children?: ReactNode; above?: ReactNode }) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
      <div className="min-w-0">
        {above}
        <h1 className="text-2xl font-semibold tracking-tight text-balance">{title}</h1>
        {hint !== undefined && <p className="mt-1 max-w-2xl text-ink-muted">{hint}</p>}
      </div>
      {children !== undefined && <div className="flex flex-wrap items-center gap-2">{children}</div>}
    </header>
  );
}
