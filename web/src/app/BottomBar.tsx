import { Link, useRouterState } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTexts } from "@/i18n/texts";
import { useNavigation } from "./navigation";
import { texts } from "./texts";
import { useWaiting } from "./useWaiting";

const loadItems = () => import("./MoreMenuItems");
const MoreMenuItems = lazy(loadItems);

const itemStyles =
  "relative flex flex-1 flex-col items-center justify-center gap-1 text-[0.6875rem] font-medium text-ink-muted aria-[current=page]:text-primary-ink min-w-0";

function Dot({ count, text }: { count: number; text: string }) {
  if (count === 0) return null;
  return (
    <span className="absolute top-2 left-1/2 ml-2 size-2 rounded-full bg-accent">
      <span className="sr-only">{text}</span>
    </span>
  );
}

export function BottomBar() {
  const t = useTexts(texts);
  const waiting = useWaiting();
  const navigation = useNavigation();
  const pathname = useRouterState({ select: (state) => state.location.pathname });
  const [wanted, setWanted] = useState(false);
  const inRest = navigation.some((item) => item.inBar === undefined && pathname.startsWith(item.to));
  const more = (
    <button
      type="button"
      className={itemStyles}
      aria-haspopup="menu"
      aria-current={inRest ? "page" : undefined}
      onPointerEnter={() => void loadItems()}
      onClick={() => setWanted(true)}
    >
      <Ellipsis className="size-5" strokeWidth={1.75} aria-hidden />
      {t.more}
      <Dot count={waiting.reviewItems + waiting.alerts} text={t.waiting(waiting.reviewItems + waiting.alerts)} />
    </button>
  );
  return (
    <nav
      aria-label={t.mainNavigation}
      className="fixed inset-x-0 bottom-0 z-30 flex h-[calc(4rem+env(safe-area-inset-bottom))] border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {navigation
        .filter((item) => item.inBar)
        .map(({ to, text, icon: Icon, waiting: kind }) => (
          <Link key={to} to={to} activeOptions={{ exact: to === "/", includeSearch: false }} className={itemStyles}>
            <Icon className="size-5" strokeWidth={1.75} aria-hidden />
            <span className="max-w-full truncate px-0.5">{to === "/" ? t.home : t.nav[text]}</span>
            {kind !== undefined && <Dot count={waiting[kind]} text={t.waiting(waiting[kind])} />}
          </Link>
        ))}
      {wanted ? (
        <Suspense fallback={more}>
          <MoreMenuItems trigger={more} />
        </Suspense>
      ) : (
        more
      )}
    </nav>
  );
}
