import { cn } from "@/components/ui/cn";
import { useTexts } from "@/i18n/texts";
import type { LiveState } from "@/realtime/useOrganizationChannel";
import { texts } from "./texts";

const dots: Record<LiveState, string> = { live: "bg-good", connecting: "bg-accent animate-pulse", offline: "bg-bad" };

export function LiveBadge({ state, className }: { state: LiveState; className?: string }) {
  const t = useTexts(texts);
  const text = { live: t.live, connecting: t.connecting, offline: t.offline }[state];
  const hint = { live: t.liveHint, connecting: t.connecting, offline: t.offlineHint }[state];
  return (
    <p role="status" title={hint} className={cn("flex items-center gap-2 px-3 text-xs text-ink-muted", className)}>
      <span className={cn("size-2 rounded-full", dots[state])} aria-hidden />
      {text}
    </p>
  );
}
