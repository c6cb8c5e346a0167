import { type SubmitEvent, useState } from "react";
import { CopyField } from "@/components/CopyField";
import { Notice, ProblemNotice } from "@/components/Notice";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Select } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { bringsItsSecret, handmade } from "./handmade";
import { useEndpointActs } from "./queries";
import { SecretField } from "./SecretField";
import { texts } from "./texts";

/** Opens a way in and shows, this once, what has to be carried to the service. */
export function OpenEndpointDialog({ onClose }: { onClose: () => void }) {
  const t = useTexts(texts);
  const { create } = useEndpointActs();
  const [source, setSource] = useState<(typeof handmade)[number]>("calendly");
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const needed = bringsItsSecret(source);
  const wrong = needed && secret.trim().length < 8;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    setTried(true);
    if (!wrong) create.mutate({ source, secret: needed ? secret.trim() : null });
  }

  const made = create.data;
  return (
    <Dialog open onClose={onClose} title={t.openTitle} description={t.openText} className="sm:w-[min(520px,calc(100vw-32px))]">
      {made ? (
        <div className="space-y-5">
          <Notice tone="accent">{made.secret === null || source === "phantombuster" ? t.shownOnceAddress : t.shownOnce}</Notice>
          <CopyField label={t.address} hint={t.addressHint} value={made.url} />
          {made.secret !== null && source !== "phantombuster" && <CopyField label={t.secret} value={made.secret} />}
          <div className="flex justify-end">
            <Button look="primary" onClick={onClose}>
              {t.done}
            </Button>
          </div>
        </div>
      ) : (
        <form className="space-y-5" noValidate onSubmit={submit}>
          <ProblemNotice error={create.error} />
          <Field label={t.sourceFilter}>
            {(control) => (
              <Select
                {...control}
                className="w-full"
                value={source}
                onChange={(event) => {
                  const chosen = handmade.find((candidate) => candidate === event.target.value);
                  if (chosen) setSource(chosen);
                }}
              >
                {handmade.map((value) => (
                  <option key={value} value={value}>
                    {t.source[value]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {needed && <SecretField value={secret} onChange={setSecret} needed error={tried && wrong} />}
          <div className="flex justify-end">
            <Button type="submit" look="primary" busy={create.isPending}>
              {t.open}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
