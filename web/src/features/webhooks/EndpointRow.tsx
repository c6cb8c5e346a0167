import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Badge, type Tone } from "@/components/ui/Badge";
import { Button } from "@/components/ui/Button";
import { Menu, MenuItem } from "@/components/ui/Menu";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { isHandmade } from "./handmade";
import { type InboundEndpoint, useEndpointActs } from "./queries";
import { RotateDialog } from "./RotateDialog";
import { texts } from "./texts";

const tones: Record<InboundEndpoint["status"], Tone> = { active: "good", disabled: "bad", retired: "neutral" };

export function EndpointRow({ endpoint }: { endpoint: InboundEndpoint }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { retire } = useEndpointActs();
  const [asking, setAsking] = useState<"rotate" | "close">();
  const name = t.source[endpoint.source];
  const byHand = isHandmade(endpoint.source);
  return (
    <li className="flex flex-wrap items-center gap-x-6 gap-y-2 px-4 py-4 sm:px-6" data-endpoint={endpoint.source}>
      <div className="min-w-0 flex-1 basis-48">
        <p className="font-medium">{name}</p>
        <p className="text-[0.8125rem] text-ink-muted">
          {endpoint.last_event_at === null ? t.noEvent : t.lastEvent(format.relative(endpoint.last_event_at))}
          {!byHand && <> · {t.madeWithKey}</>}
        </p>
      </div>
      <Badge tone={tones[endpoint.status]} dot>
        {t.endpointStatus[endpoint.status]}
      </Badge>
      {byHand && endpoint.status !== "retired" ? (
        <Menu
          trigger={
            <Button look="quiet" size="iconSm" aria-label={`${t.more}: ${name}`}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem onSelect={() => setAsking("rotate")}>{t.rotate}</MenuItem>
          <MenuItem danger onSelect={() => setAsking("close")}>
            {t.close}
          </MenuItem>
        </Menu>
      ) : (
        <span aria-hidden className="size-8" />
      )}
      {asking === "rotate" && <RotateDialog endpoint={endpoint} onClose={() => setAsking(undefined)} />}
      <ConfirmDialog
        open={asking === "close"}
        danger
        title={t.closeTitle(name)}
        text={t.closeText}
        action={t.close}
        busy={retire.isPending}
        onClose={() => setAsking(undefined)}
        onConfirm={() =>
          retire.mutate(endpoint.id, {
            onSuccess: () => {
              setAsking(undefined);
              toastResult(t.closed);
            },
          })
        }
      >
        <ProblemNotice error={retire.error} />
      </ConfirmDialog>
    </li>
  );
}
