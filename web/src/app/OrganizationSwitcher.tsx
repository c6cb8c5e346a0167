import { ChevronsUpDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { cn } from "@/components/ui/cn";
import { useTexts } from "@/i18n/texts";
import { useMe } from "@/session/me";
import { texts } from "./texts";

const loadItems = () => import("./OrganizationMenu");
const OrganizationMenu = lazy(loadItems);

/** Where one is at work, and the way to the person's other organisations. On the rail of a tablet only its initial. */
export function OrganizationSwitcher({ compact = false }: { compact?: boolean }) {
  const t = useTexts(texts);
  const { organization } = useMe();
  const [wanted, setWanted] = useState(false);
  const name = organization?.name ?? "";

  const button = (
    <button
      type="button"
      aria-haspopup="menu"
      title={name}
      onPointerEnter={() => void loadItems()}
      onClick={() => setWanted(true)}
      data-organization={organization?.id}
      className={cn(
        "flex h-10 min-w-0 items-center gap-2.5 rounded-lg text-left hover:bg-sunken",
        compact ? "max-w-44 px-1.5" : "w-full border-line px-1.5 lg:border lg:px-2.5",
      )}
    >
      <span className="sr-only">{t.organization}</span>
      {!compact && (
        <span aria-hidden className="flex size-7 shrink-0 items-center justify-center rounded-md bg-ink text-xs font-semibold text-canvas">
          {Array.from(name)[0]?.toUpperCase()}
        </span>
      )}
      <span className={cn("min-w-0 flex-1 truncate font-medium", !compact && "sr-only lg:not-sr-only")}>{name}</span>
      <ChevronsUpDown className={cn("size-4 shrink-0 text-ink-faint", !compact && "hidden lg:block")} aria-hidden />
    </button>
  );

  if (!wanted) return button;
  return (
    <Suspense fallback={button}>
      <OrganizationMenu trigger={button} />
    </Suspense>
  );
}
