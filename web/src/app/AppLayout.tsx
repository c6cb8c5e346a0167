import { Outlet } from "@tanstack/react-router";
import { useTexts } from "@/i18n/texts";
import { useOrganizationChannel } from "@/realtime/useOrganizationChannel";
import { useMe } from "@/session/me";
import { BottomBar } from "./BottomBar";
import { CreateOrganization } from "./CreateOrganization";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";
import { texts } from "./texts";

export function AppLayout() {
  const t = useTexts(texts);
  const { data: me, organization } = useMe();
  const live = useOrganizationChannel(organization?.id);

  if (me !== undefined && organization === undefined) return <CreateOrganization />;
  return (
    <div className="min-h-dvh md:pl-16 lg:pl-64">
      <a
        href="#content"
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-lg bg-primary px-4 py-2 font-medium text-white focus:translate-y-0"
      >
        {t.skipToContent}
      </a>
      <Sidebar live={live} />
      <TopBar live={live} />
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-7xl px-4 pt-6 pb-28 outline-none sm:px-6 md:py-8 lg:px-10">
        <Outlet />
      </main>
      <BottomBar />
    </div>
  );
}
