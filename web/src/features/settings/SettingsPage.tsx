import { Link, Outlet } from "@tanstack/react-router";
import { PageHeader } from "@/components/PageHeader";
import { TabLinks } from "@/components/ui/TabLinks";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";

export function SettingsPage() {
  const t = useTexts(texts);
  return (
    <>
      <PageHeader title={t.title} />
      <TabLinks label={t.tabs}>
        <Link to="/settings" activeOptions={{ exact: true }}>
          {t.tab.keys}
        </Link>
        <Link to="/settings/icp">{t.tab.icp}</Link>
        <Link to="/settings/email">{t.tab.email}</Link>
        <Link to="/settings/agent">{t.tab.agent}</Link>
        <Link to="/settings/team">{t.tab.team}</Link>
      </TabLinks>
      <div className="pt-6">
        <Outlet />
      </div>
    </>
  );
}
