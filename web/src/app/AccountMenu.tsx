import { lazy, Suspense, useState } from "react";
import { Avatar } from "@/components/ui/Avatar";
import { cn } from "@/components/ui/cn";
import { useTexts } from "@/i18n/texts";
import { useMe } from "@/session/me";
import { texts } from "./texts";

const loadItems = () => import("./AccountMenuItems");
const AccountMenuItems = lazy(loadItems);

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const t = useTexts(texts);
  const [wanted, setWanted] = useState(false);
  const { data: me } = useMe();
  const name = [me?.full_name, me?.email].find((text) => text !== undefined && text !== "") ?? "";

  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      onPointerEnter={() => void loadItems()}
      onClick={() => setWanted(true)}
      className={cn("flex items-center gap-3 rounded-lg text-left hover:bg-sunken", compact ? "p-0.5" : "w-full p-0.5 lg:p-2")}
    >
      <span className="sr-only">{t.account}</span>
      <Avatar name={name === "" ? "?" : name} />
      {!compact && (
        <span className="hidden min-w-0 lg:block">
          <span className="block truncate font-medium">{name}</span>
          {me?.email !== name && <span className="block truncate text-xs text-ink-muted">{me?.email}</span>}
        </span>
      )}
    </button>
  );

  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <AccountMenuItems trigger={button} align={compact ? "end" : "start"} />
    </Suspense>
  );
}
