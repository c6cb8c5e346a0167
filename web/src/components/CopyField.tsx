import { Copy } from "lucide-react";
import { useTexts } from "@/i18n/texts";
import { texts } from "./texts";
import { toastResult } from "./toast";
import { Button } from "./ui/Button";
import { Field, Input } from "./ui/Field";

/** Something to carry elsewhere: an address, a secret, a link. */
export function CopyField({ label, hint, value }: { label: string; hint?: string; value: string }) {
  const t = useTexts(texts);
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <div className="flex gap-2">
          <Input {...control} readOnly value={value} className="font-mono text-[0.8125rem]" onFocus={(event) => event.target.select()} />
          <Button aria-label={`${t.copy}: ${label}`} onClick={() => void navigator.clipboard.writeText(value).then(() => toastResult(t.copied))}>
            <Copy aria-hidden /> {t.copy}
          </Button>
        </div>
      )}
    </Field>
  );
}
