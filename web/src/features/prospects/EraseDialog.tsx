import { type SubmitEvent, useState } from "react";
import { ProblemNotice } from "@/components/Notice";
import { toastResult } from "@/components/toast";
import { Button } from "@/components/ui/Button";
import { Dialog } from "@/components/ui/Dialog";
import { Field, Input } from "@/components/ui/Field";
import { useTexts } from "@/i18n/texts";
import { nameOf } from "./columns";
import { type Prospect, usePersonalDataActs } from "./queries";
import { texts } from "./texts";
import { toType } from "./toType";

/** Nothing brings an erased person back, so their address is typed; the gateway compares it again. */
export function EraseDialog({ prospect, onClose, onErased }: { prospect: Prospect; onClose: () => void; onErased: () => void }) {
  const t = useTexts(texts);
  const { erase } = usePersonalDataActs(prospect.id);
  const [typed, setTyped] = useState("");
  const wanted = toType(prospect);
  const matches = typed.trim().toLowerCase() === wanted.toLowerCase();

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!matches) return;
    erase.mutate(typed.trim(), {
      onSuccess: () => {
        toastResult(t.erasureBegun);
        onErased();
      },
    });
  }

  return (
    <Dialog open onClose={onClose} title={t.eraseTitle(nameOf(prospect))} description={t.eraseText} className="sm:w-[min(480px,calc(100vw-32px))]">
      <form className="space-y-5" noValidate onSubmit={submit}>
        <ul className="list-disc space-y-1 pl-5 text-ink-muted">
          {t.eraseConsequences.map((consequence) => (
            <li key={consequence}>{consequence}</li>
          ))}
        </ul>
        <ProblemNotice error={erase.error} />
        <Field label={t.typeToErase} hint={<code className="break-all select-all">{wanted}</code>}>
          {(control) => <Input {...control} autoFocus autoComplete="off" spellCheck={false} value={typed} onChange={(event) => setTyped(event.target.value)} />}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" look="danger" busy={erase.isPending} disabled={!matches}>
            {t.erasePerson}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
