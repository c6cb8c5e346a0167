import { LogOut } from "lucide-react";
import { Avatar } from "@/components/ui/Avatar";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@/components/ui/Menu";
import { cn } from "@/components/ui/cn";
import { languages, setLanguage, useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { chooseOrganization, useMe } from "@/session/me";
import { supabase } from "@/session/supabase";
import { setTheme, themes, useTheme } from "@/theme/theme";
import { queryClient } from "./queryClient";
import { texts } from "./texts";

export function AccountMenu({ compact = false }: { compact?: boolean }) {
  const t = useTexts(texts);
  const language = useLanguage();
  const theme = useTheme();
  const { data: me, organization, organizations } = useMe();
  const name = me?.full_name || me?.email || "";
  return (
    <Menu
      align={compact ? "end" : "start"}
      trigger={
        <button
          type="button"
          aria-label={t.account}
          className={cn(
            "flex items-center gap-3 rounded-lg text-left hover:bg-sunken",
            compact ? "p-0.5" : "w-full p-0.5 lg:p-2",
          )}
        >
          <Avatar name={name === "" ? "?" : name} />
          {!compact && (
            <span className="hidden min-w-0 lg:block">
              <span className="block truncate font-medium">{name}</span>
              <span className="block truncate text-xs text-ink-muted">{organization?.name}</span>
            </span>
          )}
        </button>
      }
    >
      <div className="max-w-64 px-2.5 pt-1.5 pb-2">
        <p className="truncate font-medium">{name}</p>
        <p className="truncate text-xs text-ink-muted">{me?.email}</p>
      </div>
      <MenuSeparator />
      {organizations.length > 1 && (
        <>
          <MenuLabel>{t.organization}</MenuLabel>
          <MenuRadioGroup value={organization?.id ?? ""} onValueChange={(id) => chooseOrganization(id, queryClient)}>
            {organizations.map(({ id, name: label }) => (
              <MenuRadioItem key={id} value={id}>
                {label}
              </MenuRadioItem>
            ))}
          </MenuRadioGroup>
          <MenuSeparator />
        </>
      )}
      <MenuLabel>{t.language}</MenuLabel>
      <MenuRadioGroup
        value={language}
        onValueChange={(value) => {
          const chosen = languages.find((candidate) => candidate === value);
          if (chosen) setLanguage(chosen);
        }}
      >
        {languages.map((value) => (
          <MenuRadioItem key={value} value={value}>
            <span lang={value}>{t.languages[value]}</span>
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuLabel>{t.theme}</MenuLabel>
      <MenuRadioGroup
        value={theme}
        onValueChange={(value) => {
          const chosen = themes.find((candidate) => candidate === value);
          if (chosen) setTheme(chosen);
        }}
      >
        {themes.map((value) => (
          <MenuRadioItem key={value} value={value}>
            {t.themes[value]}
          </MenuRadioItem>
        ))}
      </MenuRadioGroup>
      <MenuSeparator />
      <MenuItem onSelect={() => void supabase().auth.signOut()}>
        <LogOut aria-hidden />
        {t.signOut}
      </MenuItem>
    </Menu>
  );
}
