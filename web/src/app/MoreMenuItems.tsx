import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { useTexts } from "@/i18n/texts";
import { navigation } from "./navigation";
import { texts } from "./texts";
import { useWaiting } from "./useWaiting";

/** The pages that have no place in the bar of a phone; loaded when "More" is first pressed. */
export default function MoreMenuItems({ trigger }: { trigger: ReactNode }) {
  const t = useTexts(texts);
  const waiting = useWaiting();
  const navigate = useNavigate();
  return (
    <Menu defaultOpen trigger={trigger}>
      {navigation
        .filter((item) => !item.inBar)
        .map(({ to, text, icon: Icon, waiting: kind }) => (
          <MenuItem key={to} onSelect={() => void navigate({ to })} className="h-11">
            <Icon strokeWidth={1.75} aria-hidden />
            <span className="flex-1">{t.nav[text]}</span>
            {kind !== undefined && waiting[kind] > 0 && (
              <span className="rounded-full bg-accent-soft px-2 text-xs font-semibold text-accent-ink tabular-nums">{waiting[kind]}</span>
            )}
          </MenuItem>
        ))}
    </Menu>
  );
}
