import { useQuery } from "@tanstack/react-query";
import { OctagonPause } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTexts } from "@/i18n/texts";
import { organizationQuery, useMay } from "@/session/me";
import { texts } from "./texts";

const StopDialog = lazy(() => import("./StopDialog"));

/** Always at hand for who may press it. While everything is stopped already, the banner at the top takes its place. */
export function StopButton() {
  const t = useTexts(texts);
  const may = useMay();
  const { data: organization } = useQuery(organizationQuery);
  const [asking, setAsking] = useState(false);
  if (!may.administer || organization?.sending_stopped_at !== null) return null;
  return (
    <>
      <button
        type="button"
        title={t.stopSending}
        onClick={() => setAsking(true)}
        className="flex h-9 w-full items-center justify-center gap-3 rounded-lg px-2.5 font-medium text-bad-ink hover:bg-bad-soft lg:justify-start lg:px-3"
      >
        <OctagonPause className="size-5 shrink-0" strokeWidth={1.75} aria-hidden />
        <span className="sr-only lg:not-sr-only">{t.stopSending}</span>
      </button>
      {asking && (
        <Suspense>
          <StopDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </>
  );
}
