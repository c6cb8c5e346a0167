import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { Menu, MenuItem, MenuLabel, MenuRadioGroup, MenuRadioItem, MenuSeparator } from "@/components/ui/Menu";
import { languages, setLanguage, useLanguage } from "@/i18n/language";
import { useTexts } from "@/i18n/texts";
import { useMe } from "@/session/me";
import { supabase } from "@/session/supabase";
import { setTheme, themes, useTheme } from "@/theme/theme";
import { texts } from "./texts";

/** What the account button opens; loaded when it is first pressed. */
export default function AccountMenuItems({ trigger, align }: { trigger: ReactNode; align: "start" | "end" }) {
  const t = useTexts(texts);
  const language = useLanguage();
  const theme = useTheme();
  const { data: me } = useMe();
  return (
    <Menu defaultOpen align={align} trigger={trigger}>
      <div className="max-w-64 px-2.5 pt-1.5 pb-2">
        {me?.full_name !== "" && <p className="truncate font-medium">{me?.full_name}</p>}
        <p className="truncate text-xs text-ink-muted">{me?.email}</p>
      </div>
      <MenuSeparator />
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
