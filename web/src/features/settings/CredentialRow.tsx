import { KeyRound, Plug } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { Notice, ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { useFormat } from "@/i18n/format";
import { useTexts } from "@/i18n/texts";
import { CredentialDialog } from "./CredentialDialog";
import { type Credential, type ServiceName, useCredentialActs } from "./queries";
import { texts } from "./texts";

type CredentialRowProps = { service: ServiceName; credential: Credential | undefined; editable: boolean };

export function CredentialRow({ service, credential, editable }: CredentialRowProps) {
  const t = useTexts(texts);
  const format = useFormat();
  const { name, does } = t.service[service];
  const { test, remove } = useCredentialActs(service);
  const [entering, setEntering] = useState(false);
  const [removing, setRemoving] = useState(false);

  return (
    <li className="px-4 py-4 sm:px-6" data-service={service}>
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <span className="flex size-10 shrink-0 items-center justify-center rounded-lg bg-sunken text-ink-muted">
          <KeyRound className="size-4.5" aria-hidden />
        </span>
        <div className="min-w-0 flex-1 basis-52">
          <p className="font-medium">{name}</p>
          <p className="text-[0.8125rem] text-ink-muted">{does}</p>
        </div>
        <div className="min-w-0 text-[0.8125rem] sm:w-56">
          {credential ? (
            <>
              <p className="tabular-nums">
                {t.keyEnds(credential.key_last4)}{" "}
                <code className="text-xs text-ink-muted" title={t.fingerprint}>
                  {credential.key_fingerprint.slice(0, 8)}
                </code>
              </p>
              <p className={credential.last_error === null ? "text-ink-muted" : "text-bad-ink"}>
                {credential.last_error ??
                  (credential.last_verified_at === null ? t.neverVerified : t.verified(format.relative(credential.last_verified_at)))}
              </p>
            </>
          ) : (
            <p className="text-ink-muted">{t.notSet}</p>
          )}
        </div>
        {editable && (
          <div className="flex flex-wrap justify-end gap-2 sm:w-72">
            {credential && (
              <Button size="sm" busy={test.isPending} onClick={() => test.mutate()}>
                <Plug aria-hidden /> {t.test}
              </Button>
            )}
            <Button size="sm" onClick={() => setEntering(true)}>
              {credential ? t.replaceKey : t.addKey}
            </Button>
            {credential && (
              <Button size="sm" look="quiet" onClick={() => setRemoving(true)}>
                {t.remove}
              </Button>
            )}
          </div>
        )}
      </div>
      {test.data && (
        <Notice tone={test.data.ok ? "good" : "bad"} className="mt-3">
          {test.data.ok ? t.testOk : test.data.detail}
        </Notice>
      )}
      <ProblemNotice error={test.error} className="mt-3" />
      {entering && <CredentialDialog service={service} name={name} credential={credential} onClose={() => setEntering(false)} />}
      <ConfirmDialog
        open={removing}
        danger
        title={t.removeTitle(name)}
        text={t.removeText}
        action={t.remove}
        busy={remove.isPending}
        onClose={() => setRemoving(false)}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => {
              setRemoving(false);
              test.reset();
              toastResult(t.removedToast);
            },
          })
        }
      >
        <ProblemNotice error={remove.error} />
      </ConfirmDialog>
    </li>
  );
}
