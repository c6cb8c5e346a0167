import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { OctagonPause } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Menu, MenuItem, MenuLabel, MenuSeparator } from "@/components/ui/Menu";
import { useTexts } from "@/i18n/texts";
import { organizationQuery, useMay } from "@/session/me";
import { type NavigationItem, useNavigation } from "./navigation";
import StopDialog from "./StopDialog";
import { texts } from "./texts";
import { useWaiting } from "./useWaiting";

/** The pages that have no place in the bar of a phone; loaded when "More" is first pressed. */
export default function MoreMenuItems({ trigger }: { trigger: ReactNode }) {
  const t = useTexts(texts);
  const may = useMay();
  const rest = useNavigation().filter(({ inBar }) => inBar === undefined);
  const { data: organization } = useQuery(organizationQuery);
  const [stopping, setStopping] = useState(false);
  return (
    <>
      <Menu defaultOpen trigger={trigger}>
        {rest.map((item) => item.group === "work" && <Page key={item.to} item={item} />)}
        <MenuSeparator />
        <MenuLabel>{t.administration}</MenuLabel>
        {rest.map((item) => item.group === "administration" && <Page key={item.to} item={item} />)}
        {may.administer && organization?.sending_stopped_at === null && (
          <>
            <MenuSeparator />
            <MenuItem danger className="h-11" onSelect={() => setStopping(true)}>
              <OctagonPause strokeWidth={1.75} aria-hidden />
              {t.stopSending}
            </MenuItem>
          </>
        )}
      </Menu>
      {stopping && <StopDialog onClose={() => setStopping(false)} />}
    </>
  );
}

function Page({ item: { to, text, icon: Icon, waiting: kind } }: { item: NavigationItem }) {
  const t = useTexts(texts);
  const waiting = useWaiting();
  const navigate = useNavigate();
  const count = kind === undefined ? 0 : waiting[kind];
  return (
    <MenuItem onSelect={() => void navigate({ to })} className="h-11">
      <Icon strokeWidth={1.75} aria-hidden />
      <span className="flex-1">{t.nav[text]}</span>
      {count > 0 && <span className="rounded-full bg-accent-soft px-2 text-xs font-semibold text-accent-ink tabular-nums">{count}</span>}
    </MenuItem>
  );
}
