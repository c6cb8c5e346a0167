import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTexts } from "@/i18n/texts";
import { useOrganizationChannel } from "@/realtime/useOrganizationChannel";
import { useMe, useStillMember } from "@/session/me";
import { useOrganizationId } from "@/session/organization";
import { BottomBar } from "./BottomBar";
import { Sidebar } from "./Sidebar";
import { StoppedBanner } from "./StoppedBanner";
import { texts } from "./texts";
import { TopBar } from "./TopBar";

const CreateOrganization = lazy(() => import("./CreateOrganization"));

export function AppLayout() {
  const { data: me, organization } = useMe();
  const chosen = useOrganizationId();
  useStillMember();
  if (me !== undefined && organization === undefined) {
    return (
      <Suspense>
        <CreateOrganization />
      </Suspense>
    );
  }
  // In another organisation everything begins anew: no open panel, no ticked row, no line of the one before.
  return <Shell key={chosen} organizationId={organization?.id} />;
}

function Shell({ organizationId }: { organizationId: string | undefined }) {
  const t = useTexts(texts);
  const live = useOrganizationChannel(organizationId);
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
      <StoppedBanner />
      <main id="content" tabIndex={-1} className="mx-auto w-full max-w-7xl px-4 pt-6 pb-28 outline-none sm:px-6 md:py-8 lg:px-10">
        <Outlet />
      </main>
      <BottomBar />
    </div>
  );
}
