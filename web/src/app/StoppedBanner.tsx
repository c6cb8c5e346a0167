import { useQuery } from "@tanstack/react-query";
import { OctagonPause } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { Button } from "@/components/ui/Button";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { organizationQuery, useMay } from "@/session/me";
import { texts } from "./texts";

const ResumeDialog = lazy(() => import("./ResumeDialog"));

/** Over every page while nothing may leave: who stopped it, when and why, and for who may the way back. */
export function StoppedBanner() {
  const t = useTexts(texts);
  const format = useFormat();
  const may = useMay();
  const { data: organization } = useQuery(organizationQuery);
  const [asking, setAsking] = useState(false);
  if (organization === undefined || organization.sending_stopped_at === null) return null;
  const { sending_stopped_at: at, sending_stopped_by_name: by, sending_stopped_reason: reason } = organization;
  return (
    <div role="status" className="border-b border-bad/30 bg-bad-soft text-bad-ink">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3 sm:px-6 lg:px-10">
        <OctagonPause className="size-5 shrink-0" aria-hidden />
        <div className="min-w-0 flex-1 basis-56">
          <p className="font-semibold">{t.stoppedTitle}</p>
          <p className="text-[0.8125rem] break-words">
            {t.stoppedBy(by, format.dateTime(at))}
            {reason !== null && reason !== "" && <> {t.quoted(reason)}</>}
          </p>
        </div>
        {may.administer && (
          <Button size="sm" onClick={() => setAsking(true)}>
            {t.resumeSending}
          </Button>
        )}
      </div>
      {asking && (
        <Suspense>
          <ResumeDialog onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  );
}
