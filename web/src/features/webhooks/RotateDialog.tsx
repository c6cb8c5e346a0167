import { type SubmitEvent, useState } from "react";
import { CopyField } from "@/components/CopyField";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { bringsItsSecret } from "./handmade";
import { type InboundEndpoint, useEndpointActs } from "./queries";
import { SecretField } from "./SecretField";
import { texts } from "./texts";

/** Changes the secret of a way in while the one before is still taken. */
export function RotateDialog({ endpoint, onClose }: { endpoint: InboundEndpoint; onClose: () => void }) {
  const t = useTexts(texts);
  const format = useFormat();
  const { rotate } = useEndpointActs();
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const needed = bringsItsSecret(endpoint.source);
  const wrong = secret.trim() === "" ? needed : secret.trim().length < 8;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setTried(true);
    if (!wrong) rotate.mutate({ id: endpoint.id, secret: secret.trim() === "" ? null : secret.trim() });
  }

  return (
    <Dialog open onClose={onClose} title={t.rotateTitle(t.source[endpoint.source])} description={t.rotateText} className="sm:w-[min(520px,calc(100vw-32px))]">
      {rotate.data ? (
        <div className="space-y-5">
          <Notice tone="good">{t.rotated(format.dateTime(rotate.data.previous_until))}</Notice>
          {rotate.data.secret !== null && <CopyField label={t.secret} value={rotate.data.secret} />}
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              {t.done}
            </Button>
          </div>
        </div>
      ) : (
        <form className="space-y-5" noValidate onSubmit={submit}>
          <ProblemNotice error={rotate.error} />
          <SecretField value={secret} onChange={setSecret} needed={needed} error={tried && wrong} />
          <div className="flex justify-end">
            <Button type="submit" look="primary" busy={rotate.isPending}>
              {t.rotate}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
