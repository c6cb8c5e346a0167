import { Link } from "@tanstack/react-router";
import { Logo } from "@/components/Logo";
import { useTexts } from "@/i18n/texts";
import type { LiveState } from "@/realtime/useOrganizationChannel";
import { AccountMenu } from "./AccountMenu";
import { LiveBadge } from "./LiveBadge";
import { OrganizationSwitcher } from "./OrganizationSwitcher";
import { texts } from "./texts";

/** Phones only: the sidebar carries all this elsewhere. */
export function TopBar({ live }: { live: LiveState }) {
  const t = useTexts(texts);
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center justify-between border-b border-line bg-surface/95 px-4 backdrop-blur md:hidden">
      <div className="flex min-w-0 items-center gap-1">
        <Link to="/" className="shrink-0 rounded-lg">
          <Logo className="size-7" />
          <span className="sr-only">{t.productName}</span>
        </Link>
        <OrganizationSwitcher compact />
      </div>
      <div className="flex items-center gap-2">
        <LiveBadge state={live} />
        <AccountMenu compact />
      </div>
    </header>
  );
}
