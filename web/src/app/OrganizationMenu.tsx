import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { toastResult } from "@/components/toast";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@/components/ui/Menu";
import { roles } from "@/components/vocabulary";
import { label, useTexts } from "@/i18n/texts";
import { chooseOrganization, useMe } from "@/session/me";
import { texts } from "./texts";

const NewOrganizationDialog = lazy(() => import("./NewOrganizationDialog"));

/** What the switcher opens; loaded when it is first pressed. */
export default function OrganizationMenu({ trigger }: { trigger: ReactNode }) {
  const t = useTexts(texts);
  const roleNames = useTexts(roles);
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { organization, organizations } = useMe();
  const [founding, setFounding] = useState(false);

  async function choose(id: string): Promise<void> {
    const chosen = organizations.find((candidate) => candidate.id === id);
    if (!chosen || id === organization?.id) return;
    // The address may name something of this organisation; the dashboard is at home in every one.
    await navigate({ to: "/" });
    await chooseOrganization(id, queryClient);
    toastResult(t.nowIn(chosen.name));
  }

  return (
    <>
      <Menu defaultOpen align="start" trigger={trigger}>
        <MenuLabel>{t.yourOrganizations}</MenuLabel>
        <MenuRadioGroup value={organization?.id ?? ""} onValueChange={(id) => void choose(id)}>
          {organizations.map(({ id, name, role }) => (
            <MenuRadioItem key={id} value={id} className="h-12 max-w-72">
              <span className="min-w-0">
                <span className="block truncate">{name}</span>
                <span className="block text-xs font-normal text-ink-muted">{label(roleNames, role)}</span>
              </span>
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        <MenuSeparator />
        <MenuItem onSelect={() => setFounding(true)}>
          <Plus aria-hidden />
          {t.anotherOrganization}
        </MenuItem>
      </Menu>
      {founding && (
        <Suspense>
          <NewOrganizationDialog onClose={() => setFounding(false)} />
        </Suspense>
      )}
    </>
  );
}
