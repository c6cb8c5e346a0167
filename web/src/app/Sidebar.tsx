import { Link } from "@tanstack/react-router";
import { Logo } from "@/components/Logo";
import { cn } from "@/components/ui/cn";
import { useTexts } from "@/i18n/texts";
import type { LiveState } from "@/realtime/useOrganizationChannel";
import { AccountMenu } from "./AccountMenu";
import { LiveBadge } from "./LiveBadge";
import { type NavigationItem, useNavigation } from "./navigation";
import { OrganizationSwitcher } from "./OrganizationSwitcher";
import { StopButton } from "./StopButton";
import { texts } from "./texts";
import { useWaiting } from "./useWaiting";

/** 256 px with words on a desktop, a 64 px rail of icons on a tablet, absent on a phone. */
export function Sidebar({ live }: { live: LiveState }) {
  const t = useTexts(texts);
  const items = useNavigation();
  return (
    <aside className="fixed inset-y-0 left-0 z-30 hidden w-16 flex-col border-r border-line bg-surface md:flex lg:w-64">
      <Link to="/" className="flex h-16 shrink-0 items-center gap-3 px-4 lg:px-5">
        <Logo />
        <span className="hidden text-base font-semibold tracking-tight lg:block">{t.productName}</span>
        <span className="sr-only lg:hidden">{t.productName}</span>
      </Link>
      <div className="shrink-0 px-3 pb-2">
        <OrganizationSwitcher />
      </div>
      <nav aria-label={t.mainNavigation} className="flex-1 overflow-y-auto px-3 py-2">
        <Group items={items.filter(({ group }) => group === "work")} />
        <p className="mt-5 mb-1 hidden px-3 text-xs font-medium text-ink-muted lg:block">{t.administration}</p>
        <hr className="mx-2 my-3 lg:hidden" />
        <Group items={items.filter(({ group }) => group === "administration")} />
      </nav>
      <div className="space-y-2 border-t border-line p-3">
        <StopButton />
        <LiveBadge state={live} className="hidden lg:flex" />
        <AccountMenu />
      </div>
    </aside>
  );
}

function Group({ items }: { items: readonly NavigationItem[] }) {
  const t = useTexts(texts);
  const waiting = useWaiting();
  return (
    <ul className="space-y-0.5">
      {items.map(({ to, text, icon: Icon, waiting: kind }) => {
        const count = kind === undefined ? 0 : waiting[kind];
        return (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              title={t.nav[text]}
              className={cn(
                "relative flex h-10 items-center gap-3 rounded-lg px-2.5 font-medium text-ink-muted transition-colors hover:bg-sunken hover:text-ink lg:h-9 lg:px-3",
                "aria-[current=page]:bg-primary-soft aria-[current=page]:text-primary-ink",
              )}
            >
              <Icon className="size-5 shrink-0" strokeWidth={1.75} aria-hidden />
              <span className="sr-only lg:not-sr-only lg:flex-1">{t.nav[text]}</span>
              {count > 0 && (
                <span className="absolute top-1 right-1 flex h-5 min-w-5 items-center justify-center rounded-full bg-accent-soft px-1.5 text-[0.6875rem] font-semibold text-accent-ink tabular-nums lg:static">
                  <span aria-hidden>{count > 99 ? "99+" : count}</span>
                  <span className="sr-only">{t.waiting(count)}</span>
                </span>
              )}
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
